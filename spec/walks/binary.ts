/** Binary data anywhere in arguments and answers, in both directions. */
import assert from 'node:assert/strict';
import { heard } from '../support/patience.js';
import type { Stage } from '../support/stage.js';

const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
const pattern = Buffer.alloc(300_000, 'any bytes, many times. ');

/** What is said; it arrives as Buffers of the same content. */
const values: Readonly<Record<string, readonly unknown[]>> = {
  'a Buffer': [Buffer.from([1, 2, 3])],
  'a Uint8Array': [bytes],
  'a part of a larger Uint8Array': [bytes.subarray(10, 20)],
  'an ArrayBuffer': [bytes.slice().buffer],
  'nothing but an empty Buffer': [Buffer.alloc(0)],
  'data among other arguments': ['before', Buffer.from('x'), null, 'after'],
  'data in objects and lists': [
    { file: { name: 'a', parts: [Buffer.from('1'), { more: Buffer.from('2') }] } },
  ],
  'as many attachments as are allowed': Array.from({ length: 10 }, (_, index) => Buffer.alloc(index, index)),
  'empty data between full data': [Buffer.from('a'), Buffer.alloc(0), Buffer.from('b')],
  'the same data twice': [pattern.subarray(0, 10), pattern.subarray(0, 10)],
  '300 KB': [pattern],
  'text that looks like a placeholder': ['{"_placeholder":true,"num":0}', Buffer.from('x')],
};

export function binary(stage: Stage): void {
  const { binary: able, views } = stage.pair.can;
  if (!able) return;

  for (const [what, said] of Object.entries(values)) {
    if (stage.pair.altered?.includes(what)) continue;
    it(`says and hears ${what}`, async () => {
      await stage.open();
      const { guest, socket } = await stage.join();
      if (views || !hasView(said)) {
        guest.emit('data', ...said);
        assert.deepEqual(await heard(socket as never, 'data'), asBuffers(said));
      }
      socket.emit('data', ...said);
      assert.deepEqual(asBuffers(await heard(guest, 'data')), asBuffers(said));
    });
  }

  it('answers with data and is answered with data', async () => {
    await stage.open();
    const { guest, socket } = await stage.join();
    socket.on('mirror', (data, reply) => reply({ mirrored: data }, pattern));
    const answer = await guest.ask('mirror', Buffer.from([1, 2]));
    assert.deepEqual(asBuffers(answer), [{ mirrored: Buffer.from([1, 2]) }, pattern]);
    guest.on('mirror', (data, reply) => (reply as (...args: unknown[]) => void)([data, Buffer.alloc(0)]));
    assert.deepEqual(await socket.emitWithAck('mirror', Buffer.from([3])), [
      Buffer.from([3]),
      Buffer.alloc(0),
    ]);
  });

  it('gets the same data as everybody else in a broadcast', async () => {
    const { io } = await stage.open();
    const guests = [await stage.join(), await stage.join()];
    const all = Promise.all(guests.map(({ guest }) => heard(guest, 'data')));
    io.emit('data', { n: 1, data: Buffer.from([9, 8]) });
    for (const args of await all) assert.deepEqual(asBuffers(args), [{ n: 1, data: Buffer.from([9, 8]) }]);
  });

  it('keeps the order of data and texts', async () => {
    await stage.open();
    const { guest, socket } = await stage.join();
    const order: unknown[] = [];
    const end = heard(guest, 'end');
    guest.on('item', (item) => order.push(item instanceof Uint8Array ? Buffer.from(item).toString() : item));
    for (let index = 0; index < 20; index++) {
      socket.emit('item', index % 2 ? Buffer.from(`${index}`) : `${index}`);
    }
    socket.emit('end');
    await end;
    assert.deepEqual(
      order,
      Array.from({ length: 20 }, (_, index) => `${index}`),
    );
  });

  it('is not changed by what the application does with its own data later', async () => {
    await stage.open();
    const { guest, socket } = await stage.join();
    const data = Buffer.from([1, 2, 3]);
    const note = { text: 'before' };
    socket.emit('data', data, note);
    note.text = 'after';
    assert.deepEqual(asBuffers(await heard(guest, 'data')), [Buffer.from([1, 2, 3]), { text: 'before' }]);
    assert.deepEqual(data, Buffer.from([1, 2, 3]));
  });
}

/** Buffers are what every client on Node knows. */
function hasView(said: readonly unknown[]): boolean {
  return said.some((item) => ArrayBuffer.isView(item) && !Buffer.isBuffer(item));
}

/** The same value with every kind of binary data as a Buffer. */
function asBuffers(value: unknown): unknown {
  if (value instanceof ArrayBuffer) return Buffer.from(value);
  if (ArrayBuffer.isView(value)) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (Array.isArray(value)) return value.map(asBuffers);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, asBuffers(inner)]));
}
