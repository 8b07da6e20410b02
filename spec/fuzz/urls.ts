/** Addresses and header values as clients send them, and as none would. */
import fc from 'fast-check';
import { damaged } from '../codec/arbitraries.js';
import { MARK } from './sentences.js';

/** Stands for the id of the case's own session. */
export const SID = '{sid}';

/** Where the fuzzed site has mounted the library, each with other options. */
export const mounts = ['/socket.io', '/every', '/squeezed', '/packed'] as const;

const strange = fc.constantFrom(
  '',
  MARK,
  '__proto__',
  'constructor',
  'toString',
  'x'.repeat(8_000),
  '%00',
  '%0d%0aSet-Cookie:x',
  '%E0%A4%A',
  '[]',
  '&',
  '=',
  '&sid=a&sid=b',
  '&transport[]=polling',
  '&EIO[]=4',
  '&__proto__=x',
  '&%5f_proto__=x',
  '../',
  '..%2f',
  '%2e%2e/',
  '//',
  '/1/',
  '?',
  '#',
  ';',
  '-1',
  '1e3',
  '99',
  '<script>',
  SID,
);

const lawful = fc.oneof(
  fc
    .tuple(
      fc.constantFrom(...mounts),
      fc.constantFrom('3', '4'),
      fc.constantFrom('polling', 'websocket'),
      fc.constantFrom('', `&sid=${SID}`, '&j=0', '&b64=1', '&t=abc'),
    )
    .map(([mount, eio, transport, more]) => `${mount}/?EIO=${eio}&transport=${transport}${more}`),
  fc
    .tuple(
      fc.constantFrom(...mounts),
      fc.constantFrom('websocket', 'flashsocket', 'htmlfile', 'xhr-polling', 'jsonp-polling', ''),
      fc.constantFrom('', `/${SID}`),
      fc.constantFrom('', '?t=1', '?i=0', '?disconnect=1', '?jsonp=1'),
    )
    .map(([mount, transport, sid, more]) => `${mount}/1/${transport}${sid}${more}`),
  fc.constantFrom('/socket.io/socket.io.js', '/socket.io/socket.io.esm.min.js.map', '/socket.io', '/other'),
);

/** What stands in the first line of a request. */
export const target = fc.oneof(lawful, damaged(lawful, strange, 3));

const values = fc.constantFrom(
  '',
  MARK,
  'websocket',
  'WebSocket, h2c',
  'Upgrade',
  'keep-alive, upgrade',
  'close',
  'http://evil.example',
  'null',
  '13',
  '7',
  'dGhlIHNhbXBsZSBub25jZQ==',
  '4 @1  46546xW%0l 1 5',
  '12998 5 Y3 1  .P00',
  'permessage-deflate; client_max_window_bits',
  'permessage-deflate; server_max_window_bits=99',
  'a; b="\\c\\c\\c',
  ' '.repeat(6_000),
  ','.repeat(3_000),
  'application/octet-stream',
  'application/x-www-form-urlencoded',
  'text/plain;charset=UTF-8',
  'multipart/form-data',
  'chunked',
  'identity, chunked',
  '-1',
  '99999999999',
  '1_000',
  '100-continue',
);

/** A value of a header. */
export const headerText = fc.oneof(
  values,
  damaged(values, fc.constantFrom(' ', ',', ';', '\t', '"', '0', 'x', '=')),
);
