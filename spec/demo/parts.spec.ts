/** The parts of the demo's server by themselves: bounds above all. */
import assert from 'node:assert/strict';
import { type Entry, History } from '../../demo-app/history.js';
import { House } from '../../demo-app/house.js';
import { html } from '../../demo-app/html.js';
import { limits } from '../../demo-app/limits.js';
import { Pace } from '../../demo-app/pace.js';
import { pictureType } from '../../demo-app/picture.js';
import { Refusal, readName, readPicture, readText } from '../../demo-app/reading.js';

const ada = { id: 'a', name: 'Ada' };
const grace = { id: 'g', name: 'Grace' };

function add(history: History, { bytes = 0, key = 'key', from = ada } = {}): Entry {
  const picture = { type: 'image/png', bytes: new Uint8Array(bytes), width: 0, height: 0 };
  return history.add({ key, from, protocol: 4, at: 0, text: 'x', picture: bytes > 0 ? picture : undefined });
}

describe('a history', () => {
  it('keeps the last messages only', () => {
    const history = new History();
    for (let i = 0; i < limits.historyMessages + 5; i++) add(history);
    assert.equal(history.after(0).length, limits.historyMessages);
    assert.equal(history.after(0)[0]?.number, 6);
    assert.equal(history.last, limits.historyMessages + 5);
  });

  it('keeps so many bytes only', () => {
    const history = new History();
    for (let i = 0; i < 20; i++) add(history, { bytes: limits.pictureBytes });
    const bytes = history.after(0).reduce((sum, { picture }) => sum + (picture?.bytes.length ?? 0), 0);
    assert.ok(bytes <= limits.historyBytes);
    assert.equal(history.after(0).at(-1)?.number, 20);
  });

  it('knows whether something is missing', () => {
    const history = new History();
    assert.equal(history.hasGapAfter(0), false);
    for (let i = 0; i < limits.historyMessages + 5; i++) add(history);
    assert.deepEqual(
      [4, 5, history.last, history.last + 1].map((number) => history.hasGapAfter(number)),
      [true, false, false, true],
    );
  });

  it('notes each receipt once, and never the author’s own', () => {
    const history = new History();
    add(history);
    add(history, { from: grace });
    assert.deepEqual(history.receive(2, ada), [2]);
    assert.deepEqual(history.receive(2, grace), [1]);
    assert.deepEqual(history.receive(2, grace), []);
    assert.deepEqual(history.received(), [1, 2]);
  });

  it('finds a message by its key only for its author', () => {
    const history = new History();
    add(history, { key: 'one' });
    assert.equal(history.sent('one', ada)?.number, 1);
    assert.equal(history.sent('one', grace), undefined);
  });
});

describe('a house', () => {
  it('makes place by closing the oldest empty room, but never a permanent or a used one', () => {
    const house = new House();
    const permanent = house.list().length;
    for (let i = 0; i < limits.rooms - permanent; i++) house.open(`room ${i}`);
    house.room('room 0').enter(ada, 'window', 4);
    house.open('one more');
    const names = house.list().map(({ name }) => name);
    assert.equal(names.length, limits.rooms);
    assert.deepEqual(
      [names.includes('Lobby'), names.includes('room 0'), names.includes('room 1')],
      [true, true, false],
    );
  });

  it('refuses a room more when all are used', () => {
    const house = new House();
    for (let i = 0; house.list().length < limits.rooms; i++) house.open(`room ${i}`).enter(ada, 'window', 4);
    assert.throws(() => house.open('one more'), Refusal);
  });

  it('finds a room whatever the case of its name', () => {
    const house = new House();
    assert.equal(house.open('LOBBY'), house.room('lobby'));
  });

  it('counts a user with two windows once', () => {
    const room = new House().room('Lobby');
    assert.equal(room.enter(ada, 'one', 4), true);
    assert.equal(room.enter(ada, 'two', 4), false);
    assert.equal(room.people().count, 1);
    assert.equal(room.leave(ada, 'one'), false);
    assert.equal(room.leave(ada, 'one'), false);
    assert.equal(room.leave(ada, 'two'), true);
    assert.equal(room.empty, true);
  });
});

describe('a room', () => {
  it('has news when somebody comes by another generation of clients, or the last of one goes', () => {
    const room = new House().room('Lobby');
    const protocols = () => room.people().people.map((person) => person.protocols);
    assert.equal(room.enter(ada, 'one', 4), true);
    assert.equal(room.enter(ada, 'two', 3), true);
    assert.equal(room.enter(ada, 'three', 3), false);
    assert.deepEqual(protocols(), [[4, 3]]);
    assert.equal(room.leave(ada, 'two'), false);
    assert.equal(room.leave(ada, 'three'), true);
    assert.deepEqual(protocols(), [[4]]);
    assert.equal(room.leave(ada, 'nowhere'), false);
  });
});

describe('a pace', () => {
  it('lets a burst pass, then says how long to wait', () => {
    let now = 0;
    const pace = new Pace({ burst: 2, perSecond: 4 }, () => now);
    assert.deepEqual([pace.spend(), pace.spend(), pace.spend()], [0, 0, 250]);
    now += 250;
    assert.deepEqual([pace.spend(), pace.spend()], [0, 250]);
    now += 60_000;
    assert.deepEqual([pace.spend(), pace.spend(), pace.spend()], [0, 0, 250]);
  });
});

describe('reading', () => {
  for (const [typed, name] of [
    ['  Ada \n Lovelace ', 'Ada Lovelace'],
    ['e\u0301', 'é'],
    ['Ada\u202e', 'Ada'],
    ['x'.repeat(24), 'x'.repeat(24)],
    ['x'.repeat(25), undefined],
    ['\u200b\u200d', undefined],
    ['', undefined],
    [7, undefined],
  ] as const) {
    it(`takes ${JSON.stringify(typed)} for ${JSON.stringify(name)} as a name`, () => {
      assert.equal(readName(typed), name);
    });
  }

  it('keeps the lines of a text and drops its control characters', () => {
    assert.equal(readText(' a\r\nb\u0000\tc '), 'a\nb\tc');
    assert.throws(() => readText('x'.repeat(limits.textLength + 1)), Refusal);
  });

  for (const [head, type] of [
    ['89504e470d0a1a0a', 'image/png'],
    ['ffd8ffe0', 'image/jpeg'],
    ['474946383961', 'image/gif'],
    ['52494646aaaaaaaa57454250', 'image/webp'],
    ['52494646aaaaaaaa57415645', undefined],
    ['3c737667', undefined],
    ['', undefined],
  ] as const) {
    it(`takes bytes that begin with "${head}" for ${type ?? 'no picture'}`, () => {
      assert.equal(pictureType(Buffer.from(head, 'hex')), type);
    });
  }

  it('takes bytes that came as text, and nothing that only looks like them', () => {
    const png = Buffer.from('89504e470d0a1a0a', 'hex');
    const read = readPicture({ bytes: { base64: png.toString('base64') } });
    assert.deepEqual(Buffer.from(read?.bytes ?? []), png);
    for (const bytes of ['iVBORw0KGgo=', { base64: 7 }, { base64: '' }, [137, 80, 78, 71], null])
      assert.throws(() => readPicture({ bytes }), Refusal);
    const large = Buffer.alloc(limits.pictureBytes + 1, png).toString('base64');
    assert.throws(() => readPicture({ bytes: { base64: large } }), /too large/);
  });

  it('escapes what is put into HTML, once, lists included', () => {
    assert.equal(
      html`<p title="${'"<&'}">${html`<b>${"'"}</b>`}</p>`.toString(),
      `<p title="&quot;&lt;&amp;"><b>&#39;</b></p>`,
    );
    assert.equal(
      html`<ul>${['<', '>'].map((sign) => html`<li>${sign}</li>`)}</ul>`.toString(),
      '<ul><li>&lt;</li><li>&gt;</li></ul>',
    );
  });
});
