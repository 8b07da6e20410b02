/** What no client of revision 1 sends: T064 to T076, by WebSocket and by polling; requests of its other transports. */
import assert from 'node:assert/strict';
import type { UserOptions } from '../../lib/index.js';
import { ask, Knock, knock, type Wish } from '../router/raw.js';
import { Stage } from './stage.js';
import { framed, hello, revision1Ways, type Words } from './visitors.js';

const MARK = 'ev1l';

/** Clients of that time know no reason to be cut off: nonsense is ignored, and only bounds end a session. */
type Row = readonly [id: string, what: string, outcome: 'heard' | 'closed', ...say: Words[]];

const ignored = (id: string, ...texts: string[]): Row[] =>
  texts.map((text): Row => [id, JSON.stringify(text).slice(0, 60), 'heard', text]);
const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

const rows: readonly Row[] = [
  ...ignored(
    'T064',
    ':',
    '::',
    '9:::',
    '5:::',
    '5:::notjson',
    '5:::{"args":[]}',
    '5:::{"name":5}',
    '5:::{"name":"x","args":{}}',
    '3:',
    '4:::{bad',
    '4:::',
    '5:::[]',
    '5:::null',
    '5:::"x"',
    '1',
    '2',
    '3',
    '7:::1+0',
    '8::',
    '-1::',
    '10:::',
    '5\u0000:::{"name":"x"}',
    '\ufeff5:::{"name":"x"}',
    '5:::{"name":"x","args":[',
    '3:::\ud800',
  ),
  ...ignored(
    'T065',
    ...[
      'connect',
      'disconnect',
      'connection',
      'error',
      'newListener',
      'removeListener',
      '$emit',
      'disconnecting',
      'connect_error',
    ].map((name) => `5:::{"name":"${name}","args":["${MARK}"]}`),
  ),
  ...ignored(
    'T003',
    ...['__proto__', 'constructor', 'toString', ''].map(
      (name) => `5:::{"name":"${name}","args":[{"__proto__":{"polluted":1}}]}`,
    ),
  ),
  ...ignored(
    'T067',
    '5:1e9:::',
    '5:99999999999999999999+::{"name":"x"}',
    '6:::999',
    '6:::1+[bad',
    '6:::1+{"length":1e9}',
    '6:::',
    '6:::+',
    '6:::99999999999999999999',
    '5:-1+::{"name":"x"}',
    '5:1::{"name":"x"}',
    '6:::1+[]',
    '6:::0x1',
  ),
  ...ignored(
    'T014',
    '5::/other:{"name":"n"}',
    '0::/other',
    '1::/nowhere',
    '1::/__proto__',
    '1::/other?__proto__=1&constructor=2',
    '1::/\u0000',
  ),
  ...[70_000, 490_000].map(
    (count): Row => [
      'T016',
      `${count} arguments`,
      'closed',
      `5:::{"name":"echo","args":[1${',1'.repeat(count)}]}`,
    ],
  ),
  ...[1_000, 100_000].map(
    (depth): Row => ['T018', `${depth} levels`, 'closed', `5:::{"name":"echo","args":[${nested(depth)}]}`],
  ),
  ['T018', '5000 levels in JSON', 'closed', `4:::${nested(5_000)}`],
  ['T018', '5000 levels in an answer', 'closed', `6:::1+${nested(5_000)}`],
  ['E6', 'a name that is too long', 'closed', `5:::{"name":"${'n'.repeat(1_025)}"}`],
  ['E6', 'a namespace that is too long', 'closed', `1::/${'n'.repeat(256)}`],
  [
    'T022',
    'many answers that nobody asked for',
    'heard',
    ...Array.from({ length: 60_000 }, (_, index) => `6:::${index}+["x"]`),
  ],
  ['T043', 'many words in one message', 'heard', framed(Array.from({ length: 60_000 }, () => '3:::x'))],
  [
    'T043',
    'many joins in one message',
    'heard',
    framed(Array.from({ length: 30_000 }, (_, index) => `1::/nowhere${index}`)),
  ],
  [
    'T043',
    'a message in messages',
    'heard',
    framed(Array.from({ length: 1_000 }, () => framed(['3:::x', '3:::y']))),
  ],
  ['T091', 'many signs of life', 'heard', ...Array.from({ length: 90_000 }, () => '2::')],
  ...ignored(
    'T044',
    '\ufffd',
    '\ufffd5',
    '\ufffd99999\ufffd3:::x',
    '\ufffd-1\ufffd3:::x',
    '\ufffd1e1\ufffd3:::x',
    `\ufffd${'9'.repeat(300)}\ufffd`,
    '\ufffd0\ufffd\ufffd0\ufffd',
  ),
];

const options: UserOptions = {
  transports: ['polling', 'websocket', 'jsonp', 'htmlfile', 'flashsocket'],
  connectTimeout: 400,
  // The longest silence is told in whole seconds.
  pingInterval: 1_000,
  pingTimeout: 1_000,
  flashPolicy: { domains: ['a.example'], ports: [843] },
};

describe('what no client of revision 1 sends', () => {
  let stage: Stage;
  before(async () => {
    stage = await Stage.open(options);
  });
  after(() => stage.close());

  for (const way of revision1Ways) {
    describe(way.name, () => {
      for (const [id, what, outcome, ...say] of rows) {
        it(`${id} ${what}: ${outcome}`, async () => {
          const visitor = await way.come(stage.port);
          await visitor.say(say);
          const { closed, told } = await visitor.fate();
          visitor.leave();
          assert.equal(closed, outcome === 'closed', told.slice(0, 200));
          assert.equal(told.includes(MARK), false, 'nothing is reflected');
          const { heard } = await stage.rule();
          for (const name of ['connect', 'disconnect', 'error', '$emit', 'n'])
            assert.equal(heard.includes(name), false);
        });
      }
    });
  }

  const requests: readonly (readonly [id: string, path: string, expected: RegExp, wish?: Wish])[] = [
    ['T068', '/socket.io/1/?jsonp=alert(1)//', /^400 /],
    [
      'T068',
      '/socket.io/1/?jsonp=CWSMIKI0hCD0Up0IZUnnnnnnnnnnnnnnnnnnnUU5nnnnnn3Snn7iiudIbEAt333swW0ssG03',
      /^400 /,
    ],
    ['T068', '/socket.io/1/?jsonp=', /^400 /],
    ['T068', '/socket.io/1/?jsonp=1&jsonp=2', /^400 /],
    ['T068', '/socket.io/1/?jsonp=1234567890', /^400 /],
    ['T068', '/socket.io/1/?jsonp=3', /^200 \/\*\*\/io\.j\[3\]\("/],
    ...['alert(1)', '-1', '1e3', '', '1234567890', '__proto__'].map(
      (index) =>
        ['T069', `/socket.io/1/jsonp-polling/nobody?i=${index}`, /^200 io\.j\[0\]\("7:::1\+0"\);$/] as const,
    ),
    ...['__proto__', 'constructor', 'foo', 'WebSocket', '%00'].map(
      (name) => ['T075', `/socket.io/1/${name}/nobody`, /^400 /] as const,
    ),
    ['T075', '/socket.io/1/xhr-polling/nobody', /^200 7:::1\+0$/],
    ['T075', '/socket.io/1/xhr-polling/__proto__', /^200 7:::1\+0$/],
    ['T075', '/socket.io/2/', /^500 /],
    ['T075', '/socket.io/1/', /^405 /, { method: 'PUT' }],
    ['T037', `/socket.io/1/xhr-polling/${MARK.repeat(1_000)}`, /^200 7:::1\+0$/],
    ['T037', '/socket.io/1/htmlfile/nobody', /^200 <html>/],
  ];
  for (const [id, path, expected, wish] of requests) {
    it(`${id} ${path.slice(0, 70)}`, async () => {
      const { status, body, headers } = await ask(stage.port, path, wish);
      assert.match(`${status} ${body}`, expected);
      assert.equal(headers['x-content-type-options'], 'nosniff');
      assert.equal(body.includes('alert') || body.includes('CWS') || body.includes(MARK), false);
      await stage.rule();
    });
  }

  it('T069 T072 words in a script parse as one string, and forms that are none bring nothing', async () => {
    const sid = await hello(stage.port);
    const path = `/socket.io/1/jsonp-polling/${sid}?i=7`;
    await ask(stage.port, path);
    for (const body of [
      '',
      'x=1',
      'd[]=1',
      'd=%E0%A4%A',
      'd="\\ud800',
      `d=${'%'.repeat(900_000)}`,
      `d=${'%5Cn'.repeat(240_000)}`,
      'd="\\\\n"',
    ]) {
      assert.equal((await ask(stage.port, path, { method: 'POST', body })).body, '1');
    }
    const text = '\u2028\u2029</script><!--\u0000"\\';
    const form = `d=${encodeURIComponent(JSON.stringify(`5:::${JSON.stringify({ name: 'echo', args: [text] })}`))}`;
    await ask(stage.port, path, {
      method: 'POST',
      body: form,
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    });
    const { body, headers } = await ask(stage.port, path);
    assert.match(headers['content-type'] ?? '', /^text\/javascript; charset=utf-8$/i);
    assert.match(headers['content-disposition'] ?? '', /^attachment/);
    assert.doesNotMatch(body, /[<\u2028\u2029\0]/);
    const told = JSON.parse(body.slice('io.j[7]('.length, -2)) as string;
    assert.deepEqual(JSON.parse(told.slice('5:::'.length)), { name: 'echo', args: [text] });
    await ask(stage.port, `${path}&disconnect`);
    await stage.rule();
  });

  it('T073 the policy of Flash, whole and in pieces', async () => {
    const request = '<policy-file-request/>\0';
    const whole = Knock.send(stage.port, request);
    await whole.until(/a\.example/);
    assert.doesNotMatch(whole.text, /domain="\*"/);
    const cut = Knock.send(stage.port, request.slice(0, 7));
    await new Promise((resolve) => setTimeout(resolve, 20));
    cut.socket.write(request.slice(7));
    await cut.until(/a\.example/);
    await stage.rule();
  });

  it('T075 handshakes that nobody goes on with are forgotten; T076 their ids are long and alike in nothing', async () => {
    const ids = await Promise.all(Array.from({ length: 50 }, () => hello(stage.port)));
    for (const id of ids) assert.match(id, /^[\w-]{20}$/);
    assert.equal(new Set(ids.map((id) => id.slice(0, 5))).size, 50);
    await stage.rule();
  });

  it('T075 a WebSocket for a session that is not here is sent away, and nobody waits for it to go', async () => {
    const { body } = await (await knock(stage.port, '/socket.io/1/websocket/nobody')).answer();
    assert.match(body, /7:::1\+0/);
    await stage.rule();
  });

  it('T043 drafts of the WebSocket: millions of messages with nothing in them hold nobody up', async () => {
    const draft = { 'Sec-WebSocket-Key': '', 'Sec-WebSocket-Version': '' };
    const wires = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const path = `/socket.io/1/flashsocket/${await hello(stage.port)}`;
        const wire = await knock(stage.port, path, draft);
        await wire.until(/1::/);
        return wire;
      }),
    );
    for (const { socket } of wires) {
      for (const nothing of [Buffer.from([0, 0xff]), Buffer.from([1, 0xff])])
        socket.write(Buffer.alloc(4_000_000, nothing));
      socket.write(Buffer.from('\x005:7+::{"name":"echo","args":["last"]}\xff', 'latin1'));
    }
    await Promise.all(wires.map((wire) => wire.until(/6:::7\+\["last"\]/)));
    for (const { socket } of wires) socket.destroy();
    await stage.rule();
  });

  it('T054 drafts of the WebSocket: keys that nobody sends, frames that never end', async () => {
    const draft = { 'Sec-WebSocket-Key': '', 'Sec-WebSocket-Version': '' };
    for (const keys of [
      { 'Sec-WebSocket-Key1': 'x', 'Sec-WebSocket-Key2': 'y' },
      { 'Sec-WebSocket-Key1': '1 2', 'Sec-WebSocket-Key2': '' },
      { 'Sec-WebSocket-Key1': '9'.repeat(1_000), 'Sec-WebSocket-Key2': '1 1' },
    ]) {
      const path = `/socket.io/1/websocket/${await hello(stage.port)}`;
      assert.equal((await (await knock(stage.port, path, { ...draft, ...keys })).answer()).status, 400);
    }
    for (const bytes of [
      Buffer.alloc(1_100_000, 0x61),
      Buffer.concat([Buffer.from([0x80]), Buffer.alloc(20, 0xff)]),
    ]) {
      const { socket } = await knock(
        stage.port,
        `/socket.io/1/flashsocket/${await hello(stage.port)}`,
        draft,
      );
      const ended = new Promise((resolve) => socket.once('close', resolve));
      socket.write(Buffer.concat([Buffer.from([0]), bytes]));
      await ended;
    }
    await stage.rule();
  });
});
