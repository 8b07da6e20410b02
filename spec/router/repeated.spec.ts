/** What later answers repeat of a handshake's headers, and how little of it is kept. */
import assert from 'node:assert/strict';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { admissionOf, repeatHeaders } from '../../lib/router/repeated.js';
import { readTicket } from '../../lib/router/ticket.js';

function request(origin?: string): IncomingMessage {
  const req = new IncomingMessage(new Socket());
  if (origin) req.headers.origin = origin;
  return req;
}

function response(headers: Record<string, string | string[]>): ServerResponse {
  const res = new ServerResponse(request());
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
  return res;
}

/** Of a client at the root of a site, with no origin. */
const admitted = (headers: Record<string, string | string[]>, origin?: string) =>
  admissionOf({ path: '/', origin }, response(headers));

describe('repeated headers', () => {
  it('sessions that were told the same share it', () => {
    const told = { Vary: ['Origin', 'Accept'], 'X-Frame-Options': 'DENY', 'Set-Cookie': 'a=1' };
    const first = admitted(told);
    assert.deepEqual(first.headers, { vary: ['Origin', 'Accept'], 'x-frame-options': 'DENY' });
    assert.equal(admitted({ ...told, 'Set-Cookie': 'a=2' }), first);
    assert.notEqual(admitted({ ...told, Vary: 'Origin' }), first);
    assert.notEqual(admitted(told, 'http://a.example'), first);
    assert.notEqual(admissionOf({ path: '/other', origin: undefined }, response(told)), first);
    assert.deepEqual(first.letterhead.slice(2), ['vary', 'Origin, Accept', 'x-frame-options', 'DENY']);
    assert.ok(Object.isFrozen(first.headers) && Object.isFrozen(first.letterhead));
  });

  it('only the last few are remembered, whatever strangers make the site say', () => {
    const first = admitted({ Vary: 'first' });
    for (let index = 0; index < 7; index += 1) admitted({ Vary: `${index}` });
    assert.equal(admitted({ Vary: 'first' }), first);
    for (let index = 0; index < 8; index += 1) admitted({ Vary: `${index}` });
    assert.notEqual(admitted({ Vary: 'first' }), first);
  });

  it('a connection that shall close behind its answer does so each time', () => {
    const { headers } = admitted({ Connection: 'close' });
    const later = response({});
    repeatHeaders(later, readTicket(request()), { origin: undefined, headers });
    assert.equal(later.getHeader('connection'), 'close');
  });

  it('a connection that may stay is not told so behind a body that is cut short', () => {
    assert.deepEqual(admitted({ Connection: 'keep-alive' }).letterhead, ['Cache-Control', 'no-store']);
    assert.deepEqual(admitted({ Connection: 'Close' }).letterhead.slice(2), ['connection', 'Close']);
  });

  it('what was said of CORS is repeated to that origin alone', () => {
    const admission = admitted(
      {
        'Access-Control-Allow-Origin': 'http://a.example',
        'Access-Control-Allow-Credentials': 'true',
        'X-Frame-Options': 'DENY',
      },
      'http://a.example',
    );
    const same = response({});
    repeatHeaders(same, readTicket(request('http://a.example')), admission);
    assert.deepEqual({ ...same.getHeaders() }, { ...admission.headers });
    const other = response({});
    repeatHeaders(other, readTicket(request()), admission);
    assert.deepEqual({ ...other.getHeaders() }, { 'x-frame-options': 'DENY' });
  });
});
