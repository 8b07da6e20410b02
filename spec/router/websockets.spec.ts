/** Who shakes hands with whom, and what is said to those who cannot stay. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type ClientOptions, WebSocket } from 'ws';
import type { UserOptions } from '../../lib/index.js';
import { offersDeflate } from '../../lib/router/websocket-lists.js';
import { within } from '../support/patience.js';
import { openSite, type Site } from '../support/site.js';
import { handshake } from './raw.js';

const WS = '/socket.io/?EIO=4&transport=websocket';

let site: Site;

async function connect(path: string, options: ClientOptions = {}): Promise<WebSocket> {
  const ws = new WebSocket(`ws://127.0.0.1:${site.port}${path}`, options);
  ws.on('error', () => {});
  await once(ws, 'open');
  return ws;
}

async function goodbye(ws: WebSocket): Promise<readonly [code: number, why: string]> {
  const [code, why] = await within(once(ws, 'close'), 'the end');
  return [code, String(why)];
}

describe('a client whose messages are too large', () => {
  afterEach(() => site.close());

  const clients: readonly [what: string, server: UserOptions, client: ClientOptions, extensions: string][] = [
    ['where nobody compresses', {}, { perMessageDeflate: false }, ''],
    ['that would compress, and may not', {}, { perMessageDeflate: true }, ''],
    [
      'that does not compress, though it might',
      { perMessageDeflate: true },
      { perMessageDeflate: false },
      '',
    ],
    [
      'that compresses',
      { perMessageDeflate: true },
      { perMessageDeflate: { threshold: 0 } },
      'permessage-deflate',
    ],
  ];

  for (const [what, server, client, extensions] of clients) {
    it(`is told so: one ${what}`, async () => {
      site = await openSite({ ...server, maxHttpBufferSize: 1_000 });
      const ws = await connect(WS, client);
      assert.equal(ws.extensions, extensions);
      ws.send('x'.repeat(1_001));
      assert.deepEqual(await goodbye(ws), [1009, 'a message has more than maxHttpBufferSize bytes']);
    });
  }
});

describe('an offer to compress', () => {
  const offers: readonly [header: string | undefined, isOne: boolean][] = [
    [undefined, false],
    ['permessage-deflate', true],
    ['permessage-deflate; client_max_window_bits', true],
    ['x-webkit-deflate-frame', false],
    ['foo, \tpermessage-deflate ;server_no_context_takeover', true],
    ['foo;x=1,permessage-deflate,bar', true],
    ['permessage-deflate2', false],
    ['foo; permessage-deflate', false],
    ['x-permessage-deflate', false],
  ];
  for (const [header, isOne] of offers) {
    it(`${isOne ? 'is' : 'is not'} ${header ?? 'silence'}`, () => {
      assert.equal(offersDeflate({ 'sec-websocket-extensions': header }), isOne);
    });
  }
});

describe('one WebSocket too many for a polling session', () => {
  let path: string;
  let first: WebSocket;

  beforeEach(async () => {
    site = await openSite();
    path = `${WS}&sid=${await handshake(site.port)}`;
    first = await connect(path);
    const probed = once(first, 'message');
    first.send('2probe');
    await probed;
  });
  afterEach(async () => {
    first.terminate();
    await site.close();
  });

  it('is told so while another one is tried', async () => {
    const second = await connect(path);
    assert.deepEqual(await goodbye(second), [1008, 'one connection at a time may be moved to']);
  });

  it('is told so when the session has moved', async () => {
    const joined = once(first, 'message');
    first.send('5');
    first.send('40');
    await joined;
    const second = await connect(path);
    assert.deepEqual(await goodbye(second), [1008, 'this session does not poll any more']);
  });
});
