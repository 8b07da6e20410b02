/** Writes past the queue of a stream: in order, told when they have left, over real connections. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { Duplex, PassThrough } from 'node:stream';
import { type Sender, write } from '../../lib/transport/write-through.js';

/** Bytes that no pair of kernel buffers holds. */
const MUCH = 16_777_216;

class Recorder implements Sender {
  owed = 0;
  /** Why it is told: nothing, or an error. */
  readonly told: (Error | undefined)[] = [];
  #heard: (() => void) | undefined;

  owes(bytes: number): void {
    this.owed += bytes;
  }

  taken(error?: Error | null): void {
    this.told.push(error ?? undefined);
    this.#heard?.();
  }

  async heard(): Promise<void> {
    while (this.told.length === 0) await new Promise<void>((resolve) => (this.#heard = resolve));
  }
}

describe('write', () => {
  const sockets: Socket[] = [];
  const server = createServer({ pauseOnConnect: true });
  before(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
  });
  after((done) => void server.close(() => done()));

  async function pair(): Promise<{ near: Socket; far: Socket; sender: Recorder }> {
    const near = connect((server.address() as AddressInfo).port, '127.0.0.1');
    const [far] = (await once(server, 'connection')) as [Socket];
    if (near.connecting) await once(near, 'connect');
    sockets.push(near, far);
    for (const socket of [near, far]) socket.on('error', () => undefined);
    return { near, far, sender: new Recorder() };
  }

  async function all(far: Socket): Promise<Buffer> {
    const pieces: Buffer[] = [];
    for await (const piece of far) pieces.push(piece as Buffer);
    return Buffer.concat(pieces);
  }

  it('says that there is room when all has left, and tells nobody later', async () => {
    const { near, far, sender } = await pair();
    for (const text of ['a', 'b', 'c']) assert.equal(write(near, [Buffer.from(text)], sender), true);
    assert.deepEqual([near.writableLength, near.bytesWritten], [0, 3]);
    near.end();
    assert.equal(String(await all(far)), 'abc');
    assert.deepEqual([sender.owed, sender.told], [0, []]);
  });

  it('tells when what did not find room has left: to each its own', async () => {
    const pairs = [await pair(), await pair(), await pair()];
    for (const [index, { near, sender }] of pairs.entries()) {
      assert.equal(write(near, [Buffer.alloc(MUCH + index, index)], sender), false);
      assert.equal(sender.owed, MUCH + index);
    }
    const other = await pair();
    assert.equal(write(other.near, [Buffer.from('x')], other.sender), true);
    for (const [index, { near, far, sender }] of pairs.entries()) {
      assert.deepEqual(sender.told, []);
      near.end('!');
      const [bytes] = await Promise.all([all(far), sender.heard()]);
      assert.equal(bytes.length, MUCH + index + 1);
      assert.equal(bytes[MUCH], index > 0 ? index : '!'.charCodeAt(0));
      assert.deepEqual(sender.told, [undefined]);
    }
    assert.deepEqual(other.sender.told, []);
  });

  it('gives texts as bytes, a byte for each character, the one that did not find room, too', async () => {
    const { near, far, sender } = await pair();
    let said = '';
    let hasRoom = true;
    for (let count = 0; hasRoom; count++) {
      const text = String.fromCharCode(0x81, count & 255, 0, 255).repeat(3_000);
      said += text;
      hasRoom = write(near, [text], sender);
    }
    assert.equal(sender.owed, 12_000);
    const heard = all(far);
    await sender.heard();
    assert.equal(near.bytesWritten, said.length);
    near.cork();
    for (const chunks of [['\x81'], ['\xff', Buffer.from([0x80]), '\xfe']]) write(near, chunks, sender);
    near.end();
    assert.equal((await heard).toString('latin1') === `${said}\x81\xff\x80\xfe`, true);
  });

  it('overtakes nothing that stands in the queue', async () => {
    const { near, far, sender } = await pair();
    near.cork();
    near.write('first ');
    write(near, [Buffer.from('second ')], sender);
    near.uncork();
    write(near, [Buffer.from('third '), Buffer.from('fourth')], sender);
    near.end();
    assert.equal(String(await all(far)), 'first second third fourth');
  });

  it('goes by the queue of whatever is no plain connection', async () => {
    const stream = new PassThrough({ highWaterMark: 4 });
    const direct = Object.defineProperty(stream, '_write', { value: stream._write.bind(stream) });
    const sender = new Recorder();
    assert.ok(direct instanceof Duplex);
    while (write(direct, [Buffer.from('more')], sender));
    assert.ok(stream.writableLength > 0);
    stream.resume();
    await sender.heard();
    assert.deepEqual([sender.owed, sender.told], [0, [undefined]]);
  });

  const inTheWay: readonly [whose: string, put: (socket: Socket, seen: () => void) => void][] = [
    [
      'a write',
      (socket, seen) => {
        const { write } = socket;
        socket.write = (...args: unknown[]) => {
          seen();
          return Reflect.apply(write, socket, args);
        };
      },
    ],
    [
      'a _write',
      (socket, seen) => {
        const { _write } = socket;
        socket._write = (...args) => {
          seen();
          _write.apply(socket, args);
        };
      },
    ],
  ];

  for (const [whose, put] of inTheWay) {
    it(`goes by the queue where somebody has put ${whose} of his own in the way`, async () => {
      const { near, far, sender } = await pair();
      let seen = 0;
      write(near, [Buffer.from('unseen ')], sender);
      put(near, () => {
        seen += 1;
      });
      near.cork();
      write(near, ['seen'], sender);
      assert.equal(near.writableLength, 4);
      near.uncork();
      near.end();
      assert.equal(String(await all(far)), 'unseen seen');
      assert.equal(seen, 1);
    });
  }

  it('ends the connection where its other side has gone: at once, or with what waits', async () => {
    const waiting = await pair();
    assert.equal(write(waiting.near, [Buffer.alloc(MUCH)], waiting.sender), false);
    waiting.far.resetAndDestroy();
    await waiting.sender.heard();
    assert.equal(waiting.sender.told.length, 1);

    const { near, far, sender } = await pair();
    far.resetAndDestroy();
    const gone = new Promise((resolve) => near.once('close', resolve));
    // Until the kernel knows; then the next one fails in the call itself.
    while (!near.destroyed) {
      write(near, [Buffer.from('x')], sender);
      await new Promise(setImmediate);
    }
    await gone;
    assert.deepEqual([sender.owed, sender.told], [1, []]);
  });

  it('is told once when the connection is destroyed under it', async () => {
    const { near, sender } = await pair();
    assert.equal(write(near, [Buffer.alloc(MUCH)], sender), false);
    near.destroy();
    await sender.heard();
    await new Promise(setImmediate);
    assert.equal(sender.told.length, 1);
    assert.equal(write(near, [Buffer.from('x')], sender), false);
    assert.deepEqual([sender.owed, sender.told.length], [MUCH + 1, 1]);
  });
});
