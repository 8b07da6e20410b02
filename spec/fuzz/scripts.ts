/** Scripts of clients of all generations, by every way: lawful ones, ones that are damaged a little, and odd ones. */
import fc from 'fast-check';
import { damaged } from '../codec/arbitraries.js';
import { polling, upgrading, wrappings } from './by-polling.js';
import { cut, hixie, websocket } from './by-websocket.js';
import { framesOf, pieces } from './sentences.js';
import { bytesOf, request, type Script } from './steps.js';
import { headerText, target } from './urls.js';
import { verdicts } from './verdicts.js';

const name = fc.constantFrom(
  'Host',
  'Origin',
  'Connection',
  'Upgrade',
  'Sec-WebSocket-Key',
  'Sec-WebSocket-Version',
  'Sec-WebSocket-Protocol',
  'Sec-WebSocket-Extensions',
  'Content-Type',
  'Content-Length',
  'Transfer-Encoding',
  'Accept-Encoding',
  'If-None-Match',
  'Cookie',
  'Expect',
  'X-Forwarded-For',
);
const anyLines = fc.array(
  fc.tuple(name, headerText).map(([field, value]) => `${field}: ${value}`),
  { maxLength: 4 },
);

/** Any request, as it came into somebody's mind. */
const anything: fc.Arbitrary<Script> = fc
  .tuple(
    fc.constantFrom('GET', 'GET', 'POST', 'PUT', 'OPTIONS', 'HEAD', 'TRACE', 'CONNECT'),
    target,
    anyLines,
    fc.option(
      fc.oneof(framesOf(4), framesOf(1)).map(([frame]) => bytesOf(String(frame))),
      { nil: undefined },
    ),
    fc.boolean(),
  )
  .chain(([method, address, lines, body, isBroken]) => {
    const whole = request({ method, target: address, lines, ...(body !== undefined && { body }) });
    const bytes = isBroken ? damaged(fc.constant(whole), pieces.map(bytesOf), 3) : fc.constant(whole);
    return cut(0, bytes).map((steps): Script => [...steps, { line: 0, bytes: '', awaits: 'answer' }]);
  });

/** What Flash asks before it connects. */
const policy: fc.Arbitrary<Script> = cut(
  0,
  fc.oneof(
    fc.constant('<policy-file-request/>\0'),
    damaged(
      fc.constant('<policy-file-request/>\0'),
      fc.constantFrom('\0', '<', 'GET / HTTP/1.1\r\n', 'x'),
      2,
    ),
  ),
).map((steps): Script => [...steps, { line: 0, bytes: '', awaits: 'answer' }]);

/** Any client. */
export const scripts: fc.Arbitrary<Script> = fc.oneof(
  { weight: 4, arbitrary: websocket(4) },
  { weight: 3, arbitrary: websocket(3) },
  { weight: 3, arbitrary: websocket(1) },
  ...wrappings.map((wrapping) => ({ weight: 2, arbitrary: polling(wrapping) })),
  { weight: 2, arbitrary: upgrading(4) },
  { weight: 2, arbitrary: upgrading(3) },
  { weight: 2, arbitrary: hixie },
  { weight: 4, arbitrary: anything },
  { weight: 1, arbitrary: policy },
  { weight: 3, arbitrary: verdicts },
);
