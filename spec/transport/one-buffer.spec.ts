/** Clients that speak in small pieces, which all are read into one buffer. */
import assert from 'node:assert/strict';
import type { Socket as TcpSocket } from 'node:net';
import type { Socket } from '../../lib/index.js';
import { open, reason, type Site, Talk, until } from '../delivery/ground.js';

/** Enough to be known as one who speaks in small pieces. */
const WARM = 6;

describe('a client that speaks in small pieces', () => {
  let site: Site;
  afterEach(() => site.close());

  /** A client whose connection has been read into the buffer of all since it was warm. */
  async function warmed(): Promise<{ socket: Socket; client: Talk; pieces: () => number }> {
    const [socket, client] = await Promise.all([site.connection(), Talk.join(site)]);
    let pieces = 0;
    (socket.conn.request.socket as TcpSocket).on('data', () => pieces++);
    socket.on('say', (what: unknown) => socket.emit('said', what));
    for (let count = 0; count < WARM; count++) {
      client.send('42["say",1]');
      assert.equal(await client.next(), '42["said",1]');
    }
    return { socket, client, pieces: () => pieces };
  }

  it('is no longer read by the stream', async () => {
    site = await open();
    const { client, pieces } = await warmed();
    const before = pieces();
    assert.ok(before < WARM, `${before}`);
    for (let count = 0; count < 10; count++) {
      client.send(`42["say",${count}]`);
      assert.equal(await client.next(), `42["said",${count}]`);
    }
    assert.equal(pieces(), before);
  });

  it('is left to the stream where it began with something large', async () => {
    site = await open();
    const [socket, client] = await Promise.all([site.connection(), Talk.join(site)]);
    socket.on('say', () => socket.emit('said'));
    client.send(`42["say","${'x'.repeat(10_000)}"]`);
    await client.next();
    let pieces = 0;
    (socket.conn.request.socket as TcpSocket).on('data', () => pieces++);
    for (let count = 0; count < 10; count++) {
      client.send('42["say"]');
      await client.next();
    }
    assert.equal(pieces, 10);
  });

  it('has its bytes to itself: what others say comes to where they are', async () => {
    site = await open();
    const both = [await warmed(), await warmed()];
    const kept: Buffer[] = [];
    for (const { socket } of both)
      socket.on('keep', (bytes: Buffer) => socket.emit('kept', kept.push(bytes)));
    for (let count = 0; count < 20; count++) {
      const client = both[count & 1]?.client as Talk;
      client.send('451-["keep",{"_placeholder":true,"num":0}]');
      client.send(Buffer.alloc(count * 100, count));
      assert.equal(await client.next(), `42["kept",${count + 1}]`);
    }
    kept.forEach((bytes, count) => {
      assert.deepEqual(bytes, Buffer.alloc(count * 100, count));
    });
  });

  it('may cut a message anywhere, while others speak in between', async () => {
    site = await open();
    const [one, other] = [await warmed(), await warmed()];
    const text = `42["say","${'äx🙂'.repeat(30)}"]`;
    const frame = masked(text);
    const tcp = one.client.ws as unknown as { _socket: TcpSocket };
    tcp._socket.setNoDelay(true);
    for (let cut = 1; cut < frame.length; cut += 7) {
      tcp._socket.write(frame.subarray(0, cut));
      other.client.send('42["say","ha"]');
      assert.equal(await other.client.next(), '42["said","ha"]');
      tcp._socket.write(frame.subarray(cut));
      assert.equal(await one.client.next(), text.replace('say', 'said'));
    }
  });

  /** A client whose handler falls asleep when it has heard what made the connection warm. */
  async function unheard(): Promise<{ client: Talk; left: Promise<string>; wake: () => Promise<unknown[]> }> {
    site = await open({ mailboxMessages: 16 });
    const heard: unknown[] = [];
    let rouse = (): void => {};
    const asleep = new Promise<void>((resolve) => {
      rouse = resolve;
    });
    const served = new Promise<void>((resolve) => {
      site.io.serve(async (socket) => {
        for await (const { args } of socket) if (heard.push(args[0]) === WARM) await asleep;
        resolve();
      });
    });
    const [socket, client] = await Promise.all([site.connection(), Talk.join(site)]);
    for (let count = 0; count < WARM; count++) {
      client.send(`42["n",${count}]`);
      await until(() => heard.length > count);
    }
    for (let count = WARM; count < 200; count++) client.send(`42["n",${count}]`);
    await until(() => (socket.conn.request.socket as TcpSocket).isPaused());
    const wake = (): Promise<unknown[]> => {
      rouse();
      return served.then(() => heard);
    };
    return { client, left: reason(socket), wake };
  }

  it('is heard in order, and to the end, by a handler that had been asleep', async () => {
    const { client, wake } = await unheard();
    client.ws.close();
    assert.deepEqual(await wake(), [...Array(200).keys()]);
  });

  it('is known to have gone while nobody hears it', async () => {
    const { client, left, wake } = await unheard();
    (client.ws as unknown as { _socket: TcpSocket })._socket.resetAndDestroy();
    assert.equal(await left, 'transport close');
    await wake();
  });
});

/** One text frame as a client sends it. @see RFC 6455, section 5.2 */
function masked(text: string): Buffer {
  const payload = Buffer.from(text);
  const key = Buffer.from([7, 77, 177, 250]);
  const header = Buffer.from([0x81, 0xfe, payload.length >> 8, payload.length & 0xff]);
  return Buffer.concat([header, key, payload.map((byte, index) => byte ^ (key[index & 3] ?? 0))]);
}
