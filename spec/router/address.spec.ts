/** What a path of revision 1 says. */
import assert from 'node:assert/strict';
import { readAddress } from '../../lib/router/address.js';

const SID = 'aBc-_9';

describe('an address of revision 1', () => {
  const table: readonly (readonly [
    whole: string,
    rest: string,
    mount: string,
    transport: string,
    sid: string,
  ])[] = [
    ['/socket.io/1/', '/1/', '/socket.io', '', ''],
    ['/socket.io/1', '/1', '/socket.io', '', ''],
    ['/socket.io/1/xhr-polling/', '/1/xhr-polling/', '/socket.io', 'xhr-polling', ''],
    [`/socket.io/1/websocket/${SID}`, `/1/websocket/${SID}`, '/socket.io', 'websocket', SID],
    [`/socket.io/1/htmlfile/${SID}/`, `/1/htmlfile/${SID}/`, '/socket.io', 'htmlfile', SID],
    [`/socket.io/1//${SID}/`, `/1//${SID}/`, '/socket.io', '', SID],
    // Where the mount path is not known.
    [`/a/b/1/websocket/${SID}`, `/a/b/1/websocket/${SID}`, '/a/b', 'websocket', SID],
    [`/1/websocket/${SID}`, `/1/websocket/${SID}`, '', 'websocket', SID],
    [`/v/1/1/websocket/${SID}`, `/v/1/1/websocket/${SID}`, '/v/1', 'websocket', SID],
    ['/v/1/1/', '/1/', '/v/1', '', ''],
    // At the root of a site that is mounted somewhere itself.
    ['/app/socket.io/1/', '/socket.io/1/', '/app/socket.io', '', ''],
  ];

  for (const [whole, rest, mount, transport, sid] of table) {
    it(`is read from ${whole} at ${rest}`, () => {
      assert.deepEqual(readAddress(whole, rest), { mount, revision: '1', transport, sid });
    });
  }

  it('may name another revision', () => {
    assert.equal(readAddress('/socket.io/2/', '/2/')?.revision, '2');
  });

  for (const path of ['/', '', '/socket.io', '/1x/', '/x1/', '/socket.io/01x', '/1.0/', '/0x1/']) {
    it(`is not ${path}`, () => assert.equal(readAddress(`/m${path}`, path), undefined));
  }

  it('is looked for in 16 KB of anything in no time', () => {
    const start = performance.now();
    for (const part of ['/', '/1', '/1/', '1', '/a', '/1/a/b/c']) {
      const path = `/${part.repeat(Math.floor(16_000 / part.length))}!`;
      readAddress(path, path);
    }
    assert.ok(performance.now() - start < 200);
  });
});
