/** Frames over one WebSocket. */
import assert from 'node:assert/strict';
import { Socket as TcpSocket } from 'node:net';
import { mock } from 'node:test';
import { frame, open, rawSocket, reason, type Site, Talk } from '../delivery/ground.js';

describe('a WebSocket', () => {
  let site: Site;
  afterEach(async () => {
    mock.restoreAll();
    await site.close();
  });

  async function joined(options: Parameters<typeof open>[0] = {}) {
    site = await open(options);
    const [socket, client] = await Promise.all([site.connection(), Talk.join(site)]);
    return { socket, client, left: reason(socket) };
  }

  it('gets what is said in one tick with one write', async () => {
    const { socket, client } = await joined();
    const write = mock.method(TcpSocket.prototype, '_write');
    for (let count = 0; count < 20; count++) socket.emit('n', count);
    for (let count = 0; count < 20; count++) assert.equal(await client.next(), `42["n",${count}]`);
    assert.equal(write.mock.callCount(), 1);
  });

  it('gets text and binary, small and large, in order', async () => {
    const { socket, client } = await joined();
    const sizes = [0, 1, 125, 126, 8_191, 8_192, 70_000, 3_000_000];
    for (const size of sizes) {
      socket.emit('b', Buffer.alloc(size, size & 255));
      socket.emit('t', 'x'.repeat(size));
    }
    for (const size of sizes) {
      assert.equal(await client.next(), '451-["b",{"_placeholder":true,"num":0}]');
      assert.deepEqual(await client.next(), Buffer.alloc(size, size & 255));
      assert.equal(await client.next(), `42["t","${'x'.repeat(size)}"]`);
    }
  });

  it('gets everything in order when messages are compressed', async () => {
    const { socket, client } = await joined({ perMessageDeflate: true });
    assert.match(client.ws.extensions, /permessage-deflate/);
    const texts = Array.from({ length: 60 }, (_, index) => `${index}`.repeat(index % 7 ? 3 : 5_000));
    for (const text of texts) socket.emit('t', text);
    const drained = socket.drained();
    for (const text of texts) assert.equal(await client.next(), `42["t","${text}"]`);
    await drained;
    assert.equal(socket.bufferedAmount, 0);
  });

  it('tells when everything has left', async () => {
    const { socket, client } = await joined();
    client.ws.pause();
    for (let count = 0; count < 12; count++) socket.emit('large', 'x'.repeat(1_000_000));
    let drained = false;
    const waiting = socket.drained().then(() => {
      drained = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    assert.ok(socket.bufferedAmount > 1_000_000);
    assert.equal(drained, false);
    client.ws.resume();
    await waiting;
    assert.equal(socket.bufferedAmount, 0);
  });

  it('lets nobody wait for what can leave no more', async () => {
    const { socket, client } = await joined();
    client.ws.pause();
    for (let count = 0; count < 12; count++) socket.emit('large', 'x'.repeat(1_000_000));
    const drained = socket.drained();
    client.ws.terminate();
    await drained;
    assert.equal(socket.bufferedAmount, 0);
  });

  const cuts: readonly [what: string, size: number, cut: (client: Talk, connection: TcpSocket) => void][] = [
    ['that has gone', 20_000_000, ({ ws }) => ws.terminate()],
    ['that we have cut', 20_000_000, (_client, connection) => connection.destroy()],
  ];

  for (const [what, size, cut] of cuts) {
    it(`is not said to have taken what never left, by a client ${what}`, async () => {
      const { socket, client, left } = await joined();
      client.ws.pause();
      let sent = false;
      socket.conn.send('x'.repeat(size), () => {
        sent = true;
      });
      const drained = socket.drained().then(() => socket.conn.readyState);
      await new Promise((resolve) => setImmediate(resolve));
      cut(client, socket.conn.request.socket);
      assert.equal(await left, 'transport close');
      assert.equal(await drained, 'closed');
      assert.equal(sent, false);
    });
  }

  it('is not said to have taken what failed at once', async () => {
    site = await open();
    const [raw, connected] = [await rawSocket(site), site.connection()];
    raw.write(frame(0x81, '40'));
    const socket = await connected;
    const left = reason(socket);
    let sent = false;
    // In one turn, so that nobody has heard of its end yet.
    raw.resetAndDestroy();
    await new Promise<void>((resolve) => raw.once('close', () => resolve()));
    socket.conn.send('x', () => {
      sent = true;
    });
    assert.equal(await left, 'transport close');
    assert.equal(sent, false);
  });

  it('is heard to the end when it leaves right after it has spoken', async () => {
    const { socket, client, left } = await joined();
    let heard = 0;
    socket.on('n', () => {
      heard += 1;
    });
    for (let count = 0; count < 5_000; count++) client.send(`42["n",${count}]`);
    client.ws.close();
    await left;
    assert.equal(heard, 5_000);
  });

  const faults: readonly [what: string, bytes: Buffer, code: number][] = [
    ['without a mask', frame(0x81, '40', { masked: false }), 1002],
    ['with a reserved bit', frame(0xc1, '40'), 1002],
    ['with another reserved bit', frame(0xa1, '40'), 1002],
    ['with a reserved opcode', frame(0x83, '40'), 1002],
    ['with a reserved control opcode', frame(0x8b, ''), 1002],
    ['that is a control frame of 126 bytes', frame(0x89, 'x'.repeat(126)), 1002],
    ['that is a fragmented control frame', frame(0x09, 'x'), 1002],
    ['that continues nothing', frame(0x80, 'x'), 1002],
    ['of text that is not UTF-8', frame(0x81, Buffer.from([0x34, 0xff])), 1007],
    ['that closes with 1 byte', frame(0x88, 'x'), 1002],
    ['that closes with 1005', frame(0x88, Buffer.from([0x03, 0xed])), 1002],
    ['that closes with 1006', frame(0x88, Buffer.from([0x03, 0xee])), 1002],
    ['that closes with 1015', frame(0x88, Buffer.from([0x03, 0xf7])), 1002],
    ['that closes with 999', frame(0x88, Buffer.from([0x03, 0xe7])), 1002],
  ];

  for (const [what, bytes, code] of faults) {
    it(`is closed with ${code} for a frame ${what}`, async () => {
      site = await open();
      const connected = site.connection();
      const raw = await rawSocket(site);
      raw.write(frame(0x81, '40'));
      const left = reason(await connected);
      const chunks: Buffer[] = [];
      raw.on('data', (chunk) => chunks.push(chunk));
      raw.write(bytes);
      await new Promise((resolve) => raw.on('close', resolve));
      const heard = Buffer.concat(chunks);
      const close = heard.subarray(heard.lastIndexOf(0x88));
      assert.deepEqual([close.length, close.readUInt16BE(2)], [2 + (close[1] ?? 0), code]);
      assert.match(close.subarray(4).toString(), /^[\w -]+$/);
      assert.equal(await left, 'transport error');
    });
  }

  it('is closed for too many fragments', async () => {
    const { client, left } = await joined();
    client.ws.send('4', { fin: false });
    for (let count = 0; count < 20_000; count++) client.ws.send('x', { fin: false });
    assert.equal((await client.closed).code, 1008);
    assert.equal(await left, 'transport error');
  });

  it('is closed for a message that inflates beyond the limit', async () => {
    const { client, left } = await joined({ perMessageDeflate: true });
    client.send(`42["n","${'x'.repeat(2_000_000)}"]`);
    assert.equal((await client.closed).code, 1009);
    assert.equal(await left, 'transport error');
  });
});
