/** A header that is read alone is what Node's table has. */
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { headerOf, lighten } from '../../lib/transport/header.js';
import { listening } from '../support/listening.js';
import { heard } from '../support/patience.js';

/** What Node makes of these lines. */
async function requestWith(lines: readonly string[]): Promise<IncomingMessage> {
  const server = createServer((_req, res) => res.end());
  const port = await listening(server);
  const arrived = heard(server, 'request');
  const client = connect(port, '127.0.0.1');
  client.write(`GET / HTTP/1.1\r\n${['Host: a', ...lines].join('\r\n')}\r\n\r\n`);
  const [req] = (await arrived) as [IncomingMessage];
  client.destroy();
  server.close();
  return req;
}

describe('a single header', () => {
  const table: readonly (readonly string[])[] = [
    [],
    ['Origin: http://a.example'],
    ['ORIGIN: http://a.example', 'Upgrade: WebSocket'],
    ['Origin: http://a.example', 'origin: http://b.example'],
    ['Content-Type: text/plain', 'Content-Type: text/html', 'Content-Length: 0'],
    ['Connection: keep-alive', 'connection: Upgrade', 'upgrade: websocket'],
    ['Origin:', 'X-Origin: http://a.example', 'Origins: b'],
  ];
  for (const lines of table) {
    it(`of "${lines.join(', ')}"`, async () => {
      const req = await requestWith(lines);
      for (const name of ['origin', 'upgrade', 'connection', 'content-type', 'content-length', 'host'])
        assert.equal(headerOf(req, name), req.headers[name], name);
    });
  }
});

describe('a request that was made lighter', () => {
  const lines = ['Cookie: a=1', 'Cookie: b=2', 'X-One: 1', 'x-one: 2'];

  it('has its headers for whoever asks, the same as before', async () => {
    const req = await requestWith(lines);
    const { headers, rawHeaders } = req;
    const before = [...rawHeaders];
    lighten(req);
    assert.notEqual(req.headers, headers);
    assert.deepEqual(req.headers, headers);
    assert.deepEqual(req.rawHeaders, before);
    assert.equal(headerOf(req, 'cookie'), 'a=1; b=2');
  });

  it('has the lines of an earlier one that said the same', async () => {
    const [earlier, req] = [await requestWith(lines), await requestWith(lines)];
    const { headers } = req;
    lighten(req, earlier.rawHeaders);
    assert.equal(req.rawHeaders, earlier.rawHeaders);
    assert.deepEqual(req.headers, headers);
    assert.deepEqual(req.headersDistinct['x-one'], ['1', '2']);
  });

  for (const others of [[...lines, 'x-two: 3'], lines.slice(1), [...lines.slice(1), 'Cookie: a=1'], []]) {
    it(`has its own lines beside ${others.length} others`, async () => {
      const [earlier, req] = [await requestWith(others), await requestWith(lines)];
      const { headers, rawHeaders } = req;
      lighten(req, earlier.rawHeaders);
      assert.equal(req.rawHeaders, rawHeaders);
      assert.deepEqual(req.headers, headers);
    });
  }

  it('is left alone where Node could not make its table again', () => {
    const http2 = Object.freeze({ httpVersionMajor: 2, headers: {}, rawHeaders: [] });
    lighten(http2 as unknown as IncomingMessage);
  });
});
