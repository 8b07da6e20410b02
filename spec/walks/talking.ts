/** Events with JSON values, in both directions. */
import assert from 'node:assert/strict';
import { heard, heardTimes } from '../support/patience.js';
import type { Stage } from '../support/stage.js';

/** What is said, and what arrives if that is not the same. */
const values: readonly (readonly [what: string, said: readonly unknown[], arrives?: readonly unknown[]])[] = [
  ['nothing', []],
  ['null', [null]],
  ['true and false', [true, false]],
  ['numbers', [0, 1, -1, 1.5, 1e21, 5e-324, Number.MAX_SAFE_INTEGER, -2_147_483_648]],
  ['numbers that JSON does not know', [Number.NaN, Number.POSITIVE_INFINITY, [-0]], [null, null, [0]]],
  ['an empty text', ['']],
  ['texts that look like packets', ['42["a"]', '0', '451-[]', '[1]', ',', '/a,', '\u001e', 'b64', '2probe']],
  ['quotes and backslashes', ['"', '\\', '\\"', "'", '\\n', '\\u0041', '</script>']],
  ['control characters', ['\0', '\n\r\t\b\f', '\u007f', '\u0085']],
  ['letters of many scripts', ['äöü ß', 'Привет', '你好', 'שלום', 'สวัสดี', 'é']],
  ['emoji', ['😀', '👩‍👩‍👧‍👦', '🇪🇺']],
  ['line and paragraph separators', ['\u2028', '\u2029', 'a\u2028b']],
  ['private and last characters', ['\ue000', '\uffff', '\u{10ffff}', '\ufeffbom']],
  ['empty lists and objects', [[], {}]],
  ['nested lists and objects', [{ a: [{ b: { c: [[[]]] } }, null], '': 0, ключ: '😀' }, [1, [2, [3]]]]],
  ['names of built-in things', [{ constructor: 1, toString: 2, hasOwnProperty: null, length: 3 }]],
  ['a date', [new Date(0)], ['1970-01-01T00:00:00.000Z']],
  ['undefined', [undefined, [undefined, 1], { gone: undefined, kept: 1 }], [null, [null, 1], { kept: 1 }]],
  ['something with toJSON', [{ toJSON: () => ['inside'] }], [['inside']]],
  ['a big text of one byte each', ['x'.repeat(200_000)]],
  ['a big text of four bytes each', ['😀'.repeat(50_000)]],
  ['a long list', [Array.from({ length: 5_000 }, (_, index) => index)]],
];

/** Names without a meaning of their own. */
const names = [
  'a',
  '',
  ' ',
  '😀',
  'error',
  'connection',
  'message',
  'toString',
  '__proto__',
  'constructor',
  '1',
];

const COUNT = 1_000;

export function talking(stage: Stage): void {
  const { can, altered } = stage.pair;

  for (const [what, said, arrives = said] of values) {
    if (altered?.includes(what)) continue;
    it(`says and hears ${what}`, async () => {
      await stage.open();
      const { guest, socket } = await stage.join();
      guest.emit('word', ...said);
      assert.deepEqual(await heard(socket as never, 'word'), arrives);
      socket.emit('word', ...said);
      assert.deepEqual(await heard(guest, 'word'), arrives);
    });
  }

  it('uses any name that has no meaning of its own', async () => {
    await stage.open();
    const { guest, socket } = await stage.join();
    for (const name of names.filter((name) => !stage.pair.ownEvents.includes(name))) {
      socket.on(name, (...args: unknown[]) => {
        socket.emit(name, ...args);
      });
      guest.emit(name, name);
      assert.deepEqual(await heard(guest, name), [name], JSON.stringify(name));
    }
  });

  it('sends messages and gets some', async () => {
    const { io } = await stage.open();
    const { guest, socket } = await stage.join();
    guest.send('hello', { a: 1 });
    assert.deepEqual(await heard(socket as never, 'message'), can.sendMany ? ['hello', { a: 1 }] : ['hello']);
    socket.send('to one');
    io.send('to all', 2);
    assert.deepEqual(await heardTimes(guest, 'message', 2), [['to one'], ['to all', 2]]);
  });

  it('may say many things at once', async () => {
    await stage.open();
    const { guest, socket } = await stage.join();
    const args = Array.from({ length: 200 }, (_, index) => [index]);
    guest.emit('many', ...args);
    assert.deepEqual(await heard(socket as never, 'many'), args);
    socket.emit('many', ...args);
    assert.deepEqual(await heard(guest, 'many'), args);
  });

  it(`is heard in its own order, ${COUNT} times`, async () => {
    await stage.open();
    const { guest, socket } = await stage.join();
    const all = heardTimes(socket as never, 'count', COUNT);
    for (let index = 0; index < COUNT; index++) guest.emit('count', index);
    assert.deepEqual((await all).flat(), numbers());
  });

  it(`hears in the server's order, ${COUNT} times, broadcasts among them`, async () => {
    const { io } = await stage.open();
    const { guest, socket } = await stage.join();
    const all = heardTimes(guest, 'count', COUNT);
    for (let index = 0; index < COUNT; index++) (index % 3 ? socket : io).emit('count', index);
    assert.deepEqual((await all).flat(), numbers());
  });

  it('hears in order what is said over many ticks, while it speaks', async () => {
    await stage.open();
    const { guest, socket } = await stage.join();
    const all = heardTimes(guest, 'echo', 100);
    socket.on('call', (index) => {
      setImmediate(() => socket.emit('echo', index));
    });
    for (let index = 0; index < 100; index++) {
      guest.emit('call', index);
      if (index % 10 === 0) await new Promise(setImmediate);
    }
    assert.deepEqual((await all).flat(), numbers().slice(0, 100));
  });

  it('hears what is volatile when it can be reached', async () => {
    const { io } = await stage.open();
    const { guest, socket } = await stage.join();
    // Its poll may be on the way; a question and its answer do not wait for that.
    socket.on('now', () => {
      socket.volatile.emit('one', 1);
    });
    const one = heard(guest, 'one');
    const again = setInterval(() => guest.emit('now'), 20);
    assert.deepEqual(await one.finally(() => clearInterval(again)), [1]);
    const all = heard(guest, 'all');
    const repeat = setInterval(() => io.volatile.emit('all', 2), 20);
    assert.deepEqual(await all.finally(() => clearInterval(repeat)), [2]);
  });

  if (can.volatile) {
    it('may say something volatile', async () => {
      await stage.open();
      const { guest, socket } = await stage.join();
      const said = heard(socket as never, 'perhaps');
      const again = setInterval(() => guest.verbs.volatile?.emit('perhaps', 1), 20);
      assert.deepEqual(await said.finally(() => clearInterval(again)), [1]);
    });
  }

  if (can.onAny) {
    it('hears nothing twice and nothing that was never said', async () => {
      await stage.open();
      const { guest, socket } = await stage.join();
      const all: unknown[][] = [];
      guest.verbs.onAny?.((...args) => all.push(args));
      socket.emit('one', 1);
      socket.emit('two', 2);
      socket.emit('end');
      await heard(guest, 'end');
      assert.deepEqual(all, [['one', 1], ['two', 2], ['end']]);
    });
  }
}

function numbers(): number[] {
  return Array.from({ length: COUNT }, (_, index) => index);
}
