/** Packets that no client sends: T001 to T034 and their neighbours, in both generations of Engine.IO, both ways. */
import assert from 'node:assert/strict';
import { ask } from '../router/raw.js';
import { Stage } from './stage.js';
import { engineWays, type Poller, type Way, type Words } from './visitors.js';

/** `closed`: the connection ends, with a code for it. `heard`: it goes on. `either`: both are lawful. */
type Outcome = 'closed' | 'heard' | 'either';

interface Row {
  readonly id: string;
  readonly what: string;
  readonly say: readonly Words[];
  readonly outcome: Outcome;
  /** Of Engine.IO 3, whose clients are in `/` unasked and are forgiven what makes no sense in a namespace. */
  readonly outcome3?: Outcome;
  /** By polling, where a body that is too large is refused and the session stays. */
  readonly polled?: Outcome;
  /** What it must have been told. */
  readonly told?: string;
  /** No handler may have heard of these. */
  readonly unheard?: readonly string[];
}

const MARK = 'ev1l';
/** Close codes and statuses that say what was wrong. */
const codes: ReadonlySet<number> = new Set([1002, 1003, 1007, 1008, 1009, 400, 413]);

const row = (id: string, what: string, outcome: Outcome, ...say: Words[]): Row => ({
  id,
  what,
  say,
  outcome,
});
const each = (id: string, outcome: Outcome, ...texts: string[]): Row[] =>
  texts.map((text) => row(id, JSON.stringify(text).slice(0, 60), outcome, text));
const fill = (unit: string, bytes: number): string => unit.repeat(Math.floor(bytes / unit.length));
const nested = (depth: number, open = '[', close = ']'): string => open.repeat(depth) + close.repeat(depth);
const hole = (num: unknown): string => JSON.stringify({ _placeholder: true, num });
const bytes = Buffer.from(MARK);

const reserved = ['connect', 'connect_error', 'disconnect', 'disconnecting', 'newListener', 'removeListener'];

const all: readonly Row[] = [
  ...reserved.flatMap((name): Row[] => [
    { ...row('T001', `the event ${name}`, 'closed', `42["${name}","${MARK}"]`), unheard: [name] },
    { ...row('T001', `the event ${name} with an id`, 'closed', `421["${name}"]`), unheard: [name] },
    {
      ...row('T001', `the event ${name} with bytes`, 'closed', `451-["${name}",${hole(0)}]`, bytes),
      unheard: [name],
    },
  ]),
  ...each('T002', 'heard', '42["error",1]', '42["connection",1]', '421["error"]'),
  ...each(
    'T003',
    'heard',
    '42["__proto__",1]',
    '42["constructor"]',
    '42["toString"]',
    '42["hasOwnProperty"]',
    '42[""]',
  ),
  ...each(
    'T003',
    'heard',
    '42["merge",{"__proto__":{"polluted":1}}]',
    '42["echo",{"constructor":{"prototype":{"polluted":1}}}]',
  ),
  ...each('T005', 'closed', '42', '42{}', `42"${MARK}"`, '42[]', '42null', '42 ', '421', '42true'),
  ...each('T006', 'either', '42[5,1]', '42[-1.5e300]'),
  ...each('T006', 'closed', '42[null]', '42[{}]', '42[true,1]', '42[["a"]]'),
  ...each(
    'T007',
    'closed',
    `42["${MARK}"`,
    '42["a",}',
    '42["a",1]x',
    '42["a",NaN]',
    "42['a']",
    '42["\n"]',
    '42["a"]\u0000',
  ),
  ...each('T007', 'heard', '42["\\ud800"]', '42["echo","\\ud800\\udc00\\udfff"]', '42["a\\u0000"]'),
  ...each('T008', 'closed', '49', '4x', '4\u0000', '4-1', '4\uff19', '4', '47["a"]', '4 2["a"]', '4\u2028'),
  ...each('T009', 'closed', '41{"x":1}', '41[]', '44{"message":"x"}', '44', '44/other,"x"'),
  {
    ...row(
      'T011',
      'credentials with traps',
      'heard',
      '40/other,{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}',
      '42/other,["merge",{"a":1}]',
    ),
  },
  {
    ...row('T011', 'a query with traps', 'heard', '40/other?__proto__=1&constructor=2,'),
    outcome: 'either' as Outcome,
    outcome3: 'heard' as Outcome,
  },
  ...each('T011', 'closed', '40/other,[]', '40/other,"x"', `40/other,{"${MARK}"`).map((one) => ({
    ...one,
    outcome3: 'either' as const,
  })),
  { ...row('T012', 'joining twice', 'closed', '40'), outcome3: 'heard' },
  {
    ...row('T012', 'joining another namespace twice', 'closed', '40/other,', '40/other,'),
    outcome3: 'heard',
  },
  {
    ...row('T014', 'an event where it is not', 'closed', '42/other,["n",1]'),
    outcome3: 'heard',
    unheard: ['n'],
  },
  { ...row('T014', 'leaving where it is not', 'closed', '41/other,'), outcome3: 'heard' },
  { ...row('T014', 'an answer where it is not', 'closed', '43/other,1["n"]'), outcome3: 'heard' },
  ...['__proto__', 'constructor', 'toString', '../x', '%00', 'hasOwnProperty', ' ', '\u0000'].map((name) => ({
    ...row('T015', `joining /${JSON.stringify(name)}`, 'heard', `40/${name},`),
    told: 'Invalid namespace',
  })),
  { ...row('T015', 'joining where a middleware says no', 'heard', '40/private,'), told: 'not you' },
  ...[70_000, 100_000, 490_000].flatMap((count) => [
    row('T016', `${count} arguments`, 'closed', `42["x"${',1'.repeat(count)}]`),
    row('T016', `${count} arguments for a listener`, 'closed', `42["echo"${',1'.repeat(count)}]`),
    row('T016', `${count} arguments of an answer`, 'closed', `431[0${',1'.repeat(count)}]`),
  ]),
  ...[1_000, 5_000, 100_000, 490_000].flatMap((depth) => [
    row('T018', `${depth} levels for a listener`, 'closed', `42["echo",${nested(depth)}]`),
    row('T018', `${depth} levels for others`, 'closed', `42["shout",${nested(depth)}]`),
    row('T018', `${depth} levels without an end`, 'closed', `42["echo",${'['.repeat(depth)}`),
  ]),
  row(
    'T018',
    '5000 levels of objects',
    'closed',
    `42["echo",${nested(5_000, '{"a":', '}').replace(':}', ':1}')}]`,
  ),
  row('T018', '5000 levels in an answer', 'closed', `431${nested(5_000)}`),
  {
    ...row('T018', '5000 levels in credentials', 'closed', `40/other,{"a":${nested(5_000)}}`),
    outcome3: 'closed',
  },
  row(
    'T018',
    '5000 levels around bytes',
    'closed',
    `451-["echo",${'['.repeat(5_000)}${hole(0)}${']'.repeat(5_000)}]`,
    bytes,
  ),
  row('T018', '500 levels', 'heard', `42["echo",${nested(500)}]`),
  ...each('T020', 'heard', '43999["x"]', '43["x"]', '431', '43999999999999["x"]'),
  row('T020', 'an answer twice', 'heard', '42["ask",1]', '430["x"]', '430["x"]', '430["x"]'),
  row('T020', 'an id longer than a number', 'closed', `43${'9'.repeat(16)}["x"]`),
  row(
    'T022',
    'many answers that nobody asked for',
    'heard',
    ...Array.from({ length: 60_000 }, (_, index) => `43${index}["x"]`),
  ),
  row('T023', 'text while bytes are due', 'closed', `451-["n",${hole(0)}]`, '42["a"]'),
  row(
    'T023',
    'another announcement while bytes are due',
    'closed',
    `451-["n",${hole(0)}]`,
    `451-["n",${hole(0)}]`,
  ),
  ...each(
    'T024',
    'closed',
    '450-',
    '45-1-',
    '451e1-',
    '45 1-',
    '450x1-',
    '451.0-',
    '45999999999-["n"]',
    '4511-["n"]',
    '451',
    '4501-["n"]',
  ),
  ...each(
    'T024',
    'closed',
    '460-[]',
    '46999999999-1["n"]',
    '45',
    `45${'9'.repeat(400_000)}-["n"]`,
    '45\u0661-["n"]',
  ),
  ...[1e9, 'splice', -1, 0.5, null, undefined, '0', [0], '__proto__', 2 ** 53].map((num) =>
    row('T026', `a placeholder for ${JSON.stringify(num)}`, 'closed', `451-["echo",${hole(num)}]`, bytes),
  ),
  row('T026', 'two placeholders for one attachment', 'heard', `451-["echo",${hole(0)},${hole(0)}]`, bytes),
  ...[0, 1, 100_000].map((size) =>
    row(
      'T026',
      `5 000 placeholders for one attachment of ${size} bytes`,
      'closed',
      `451-["shout",[${fill(`${hole(0)},`, 5_000 * hole(0).length)}1]]`,
      Buffer.alloc(size),
    ),
  ),
  row(
    'T026',
    'one attachment, named as often as makes it too large',
    'closed',
    `451-["echo",${hole(0)},${hole(0)},${hole(0)}]`,
    Buffer.alloc(400_000),
  ),
  row('T026', 'an attachment for which there is no place', 'heard', '451-["echo",1]', bytes),
  row('T026', 'an attachment for a name', 'closed', `451-[${hole(0)}]`, bytes),
  row('T026', '30 000 placeholders', 'closed', `451-["echo"${`,${hole(0)}`.repeat(30_000)}]`, bytes),
  row('T027', 'bytes that nobody has announced', 'closed', bytes),
  ...each('T027', 'closed', 'b@@@@', 'b', 'bA', 'b4@@@@', 'b5AAAA'),
  {
    ...row('T028', 'text of more bytes than may be', 'closed', `42["echo","${'\u20ac'.repeat(333_334)}"]`),
    polled: 'heard',
  },
  { ...row('T028', 'bytes of more than may be', 'closed', Buffer.alloc(1_000_001)), polled: 'heard' },
  {
    ...row(
      'T028',
      'attachments of more bytes than may be',
      'closed',
      `452-["echo",${hole(0)},${hole(1)}]`,
      Buffer.alloc(400_000),
      Buffer.alloc(700_000),
    ),
    polled: 'heard',
  },
  { ...row('E6', 'the longest name', 'heard', `42["${'n'.repeat(1_024)}"]`) },
  { ...row('E6', 'a name that is longer', 'closed', `42["${'n'.repeat(1_025)}"]`) },
  { ...row('E6', 'a namespace that is longer', 'closed', `40/${'n'.repeat(256)},`) },
  { ...row('E6', 'a word in a namespace that is longer', 'closed', `42/${'n'.repeat(256)},["a"]`) },
  ...each('T030', 'either', '0{"sid":"x"}', '0', '6', '5', '5probe'),
  row(
    'T033',
    'many signs of life that nobody asked for',
    'heard',
    ...Array.from({ length: 90_000 }, () => '3'),
  ),
  // In a body of Engine.IO 3, `0:` is a packet of nothing, and passed over.
  row('T034', 'nothing', 'either', ''),
  ...each('T034', 'closed', '7', '\u0000', '\u0080', 'x', ' 4', '\ufeff42["a"]'),
  // What takes long to read, up to the bound.
  row('E12', 'a list of 100 000 objects', 'heard', `42["x",[${fill('{"a":12},', 900_000)}1]]`),
  row(
    'E12',
    'an object of 30 000 keys',
    'heard',
    `42["x",{${Array.from({ length: 30_000 }, (_, key) => `"k${key}":1`).join()}}]`,
  ),
  row('E12', 'credentials of 120 000 objects', 'heard', `40/other,{"x":[${fill('{},', 360_000)}1]}`),
  row('E12', 'credentials of 300 000 objects', 'closed', `40/other,{"x":[${fill('{},', 990_000)}1]}`),
  row('E12', 'a list around bytes', 'heard', `451-["x",${hole(0)},[${fill('[],', 360_000)}1]]`, bytes),
  row(
    'E12',
    '300 000 lists around bytes',
    'closed',
    `451-["x",${hole(0)},[${fill('[],', 900_000)}1]]`,
    bytes,
  ),
  row('E12', 'many words at once', 'heard', ...Array.from({ length: 60_000 }, () => '42["n",1]')),
  row(
    'E12',
    'many questions at once',
    'heard',
    ...Array.from({ length: 20_000 }, (_, id) => `42${id}["echo",1]`),
  ),
];

/** Of Engine.IO 3 the clients ask, and the server answers: signs of life are none there. */
const rows = all.map((one): Row => (one.id === 'T033' ? { ...one, outcome3: 'closed' } : one));

function outcomeFor({ outcome, outcome3, polled }: Row, { generation, polls }: Way): Outcome {
  if (polls && polled) return polled;
  return generation === 3 ? (outcome3 ?? outcome) : outcome;
}

describe('packets that no client sends', () => {
  let stage: Stage;
  before(async () => {
    stage = await Stage.open();
  });
  after(() => stage.close());

  for (const way of engineWays) {
    describe(way.name, () => {
      for (const one of rows) {
        const outcome = outcomeFor(one, way);
        it(`${one.id} ${one.what}: ${outcome}`, () => act(one, way, outcome));
      }
    });
  }

  async function act(one: Row, way: Way, outcome: Outcome): Promise<void> {
    const visitor = await way.come(stage.port);
    await visitor.say(one.say);
    const { closed, code, told } = await visitor.fate();
    visitor.leave();
    if (outcome !== 'either') assert.equal(closed, outcome === 'closed', `${code} ${told.slice(0, 200)}`);
    if (outcome === 'closed' || one.polled) assert.ok(codes.has(code), `ends with ${code}`);
    if (closed) assert.equal(told.includes(MARK), false, 'nothing is reflected');
    if (one.told) assert.ok(told.includes(one.told), told);
    const { heard } = await stage.rule();
    for (const name of one.unheard ?? []) assert.equal(heard.includes(name), false);
  }

  it('T007 a WebSocket message that is no UTF-8, T034 an empty body, T046 separators alone: by polling', async () => {
    for (const body of [
      '',
      '\x1e',
      '\x1e\x1e\x1e',
      '4\x1e',
      Buffer.from([0x34, 0x32, 0xff, 0xfe]),
      '42["a"]\x1e',
    ]) {
      const poller = (await engineWays[1]?.come(stage.port)) as Poller;
      assert.equal(await poller.post(body), 400);
      assert.equal((await ask(stage.port, poller.path)).status, 400);
    }
    await stage.rule();
  });

  it('E7 joins a hundred namespaces, and no more', async () => {
    for (const way of engineWays) {
      const visitor = await way.come(stage.port);
      await visitor.say(Array.from({ length: 150 }, (_, index) => `40/room-${index},`));
      assert.equal((await visitor.fate()).closed, true, way.name);
      assert.match((await stage.rule()).disconnects.join(), /maxNamespaces/);
    }
    assert.equal((await stage.report()).namespaces, 3, 'what only it was in has gone');
  });

  it('T031 says that it leaves: it is gone at once, whatever its heartbeats allow', async () => {
    for (const way of engineWays) {
      const visitor = await way.come(stage.port);
      await visitor.say(['1']);
      assert.match((await stage.rule()).disconnects.join(), /^transport close/, way.name);
      visitor.leave();
    }
  });
});
