/** Requests that no client sends: T035 to T059, T078 to T087, and the headers of every answer (E21, E28). */
import assert from 'node:assert/strict';
import { type Answer, ask, Knock, knock, type Wish } from '../router/raw.js';
import { Stage } from './stage.js';
import { Poller, tongues, Wire } from './visitors.js';

const MARK = 'ev1l';
const POLL = '/socket.io/?EIO=4&transport=polling';
const POLL3 = '/socket.io/?EIO=3&transport=polling';
const WS = '/socket.io/?EIO=4&transport=websocket';

const unknown = [400, '{"code":0,"message":"Transport unknown"}'] as const;
const nobody = [400, '{"code":1,"message":"Session ID unknown"}'] as const;
const method = [400, '{"code":2,"message":"Bad handshake method"}'] as const;
const forbidden = [403, '{"code":4,"message":"Forbidden"}'] as const;
const version = [400, '{"code":5,"message":"Unsupported protocol version"}'] as const;

type Row = readonly [
  id: string,
  path: string,
  expected: readonly [status: number, body?: string],
  wish?: Wish,
];

const evil = { headers: { Origin: 'http://evil.example', Cookie: 'login=1' } };
const post = (body: string | Buffer, type = 'text/plain'): Wish => ({
  method: 'POST',
  headers: { 'Content-Type': type },
  body,
});

const rows: readonly Row[] = [
  ...[
    'EIO=99',
    'EIO=',
    'EIO[]=4',
    'EIO=4&EIO=3',
    'EIO=04',
    'EIO=4.0',
    'EIO=__proto__',
    'EIO=2',
    `EIO=${MARK}`,
  ].map((query): Row => ['T035', `/socket.io/?${query}&transport=polling`, version]),
  ['T035', '/socket.io/?transport=polling', version],
  ...[
    '__proto__',
    'constructor',
    'toString',
    MARK,
    '',
    'Polling',
    'polling%00',
    'flashsocket',
    'webtransport',
    'jsonp',
  ].map((name): Row => ['T036', `/socket.io/?EIO=4&transport=${name}`, unknown]),
  ['T036', '/socket.io/?EIO=4&transport=polling&transport=polling', unknown],
  ['T036', '/socket.io/?EIO=4&transport[]=polling', unknown],
  ['T036', '/socket.io/?EIO=4', unknown],
  ...[
    '__proto__',
    'constructor',
    '',
    'a&sid=b',
    MARK.repeat(2_000),
    '%0d%0aX-Evil:%201',
    '%00',
    'a%2fb',
    '..%2f..',
    '%E0%A4%A',
  ].map((sid): Row => ['T037', `${POLL}&sid=${sid}`, nobody]),
  ['T037', `${POLL}&sid[]=a`, [200]],
  ['T037', `${POLL}&sid=__proto__`, nobody, post('42["a"]')],
  ['T037', `${POLL3}&sid=constructor`, nobody, post('2:40')],
  ...['PUT', 'DELETE', 'PATCH', 'TRACE', 'PROPFIND', 'POST'].map(
    (name): Row => ['T048', POLL, method, { method: name }],
  ),
  ['T048', POLL, [400], { method: 'HEAD' }],
  ['T048', POLL, [400], { method: 'OPTIONS' }],
  ['T048', POLL, [403], { method: 'OPTIONS', ...evil }],
  ['T078', '/socket.io/../../../package.json', [404]],
  ...[
    '..%2f..%2fpackage.json',
    '%2e%2e/%2e%2e/package.json',
    '..%5c..%5cpackage.json',
    '%00.js',
    'socket.io.js/..;/package.json',
    'socket.io.js%00',
    'socket.io.js/',
  ].map((rest): Row => ['T078', `/socket.io/${rest}`, [400]]),
  ['T078', '/socket.io/socket.io.js?x=../../etc/passwd', [200]],
  ['T079', POLL, forbidden, evil],
  ['T079', POLL3, forbidden, evil],
  ['T079', POLL, forbidden, { headers: { Origin: 'null' } }],
  ['T079', POLL, forbidden, { headers: { Origin: 'https://127.0.0.1.evil.example' } }],
  ['T079', POLL, [400], { headers: { Origin: 'http://evil.example\u00e9' } }],
  ['T079', `${POLL}&sid=x`, forbidden, evil],
  ['T079', '/socket.io/1/', [403], evil],
  ['T079', '/socket.io/1/xhr-polling/x', [403], evil],
];

/** What every answer of ours says, whatever it is. */
function harmless({ headers, body }: Answer, path: string): void {
  assert.match(headers['cache-control'] ?? '', /no-store|max-age=0/, path);
  assert.equal(headers['x-content-type-options'], 'nosniff');
  assert.equal(headers['referrer-policy'], 'no-referrer');
  assert.match(headers['cross-origin-resource-policy'] ?? '', /^(?:same|cross)-origin$/);
  assert.equal(headers['access-control-allow-origin'], undefined);
  assert.equal(headers['x-evil'], undefined);
  assert.equal(body.includes(MARK), false, 'nothing is reflected');
  assert.doesNotMatch(body, /\n\s+at /, 'no stack is shown');
}

describe('requests that no client sends', () => {
  let stage: Stage;
  before(async () => {
    stage = await Stage.open({ connectTimeout: 400, pollTimeout: 1_500 });
  });
  after(() => stage.close());
  afterEach(() => stage.rule());

  for (const [id, path, [status, body], wish = {}] of rows) {
    it(`${id} ${wish.method ?? 'GET'} ${path.slice(0, 80)}: ${status}`, async () => {
      const answer = await ask(stage.port, path, wish);
      if (path.startsWith('/socket.io/../'))
        return assert.equal(answer.status === 404 || answer.status === 400, true);
      assert.equal(answer.status, status);
      if (body !== undefined) assert.equal(answer.body, body);
      harmless(answer, path);
    });
  }

  it('T037 is refused before its body has come', async () => {
    for (const path of [`${POLL}&sid=nobody`, '/socket.io/1/xhr-polling/nobody']) {
      const slow = Knock.send(
        stage.port,
        `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\nx`,
      );
      assert.equal((await slow.head()).status, path === POLL ? 400 : path.includes('/1/') ? 200 : 400);
      await slow.answer();
    }
  });

  it('T039 two polls at once: the session ends, and what was said is not said twice', async () => {
    for (const tongue of [tongues[4], tongues[3]]) {
      const poller = await Poller.join(stage.port, tongue);
      const statuses = await Promise.all([poller.poll(), poller.poll()].map((one) => one.catch(() => 0)));
      assert.ok(statuses.includes(400), `${statuses}`);
      assert.equal(await poller.poll(), 400);
      await stage.rule();
    }
  });

  it('T040 two POSTs at once: the second is refused, and nothing of the first is heard', async () => {
    const poller = await Poller.join(stage.port, tongues[4]);
    const first = Knock.send(
      stage.port,
      `POST ${poller.path} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n42["half`,
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(await poller.post('42["second"]'), 400);
    await first.answer();
    assert.deepEqual((await stage.rule()).heard, []);
  });

  it('T041 a POST that is aborted half-way: nothing of it is heard', async () => {
    const poller = await Poller.join(stage.port, tongues[4]);
    const { socket } = Knock.send(
      stage.port,
      `POST ${poller.path} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n42["half"]`,
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.resetAndDestroy();
    assert.deepEqual((await stage.rule()).heard, []);
  });

  for (const [what, body] of [
    ['99 characters that are not there', '99:42["n",1]'],
    ['a length below nothing', '-1:4'],
    ['a length beyond everything', '99999999999:4'],
    ['a length of 400 000 digits', `${'9'.repeat(400_000)}:4`],
    ['a length with an exponent', '1e1:42["n",1]'],
    ['digits alone', '4444444'],
    ['no digits', ':4'],
    ['other digits', '\u0661:4'],
  ] as const) {
    it(`T044 a body of Engine.IO 3 with ${what}: 400`, async () => {
      const poller = await Poller.join(stage.port, tongues[3]);
      assert.equal(await poller.post(body), 400);
      assert.equal(await poller.poll(), 400);
    });
  }

  it('T044 bodies of Engine.IO 3 in bytes that are none: 400', async () => {
    for (const hex of [
      '00ff',
      '01ff34',
      '0009090909090909090909090909090909ff34',
      '02 01ff34',
      '0001',
      '00010203',
    ]) {
      const poller = await Poller.join(stage.port, tongues[3]);
      assert.equal(
        await poller.post(Buffer.from(hex.replace(' ', ''), 'hex'), 'application/octet-stream'),
        400,
        hex,
      );
      assert.equal(await poller.poll(), 400);
    }
  });

  it('T043 E12 bodies that are all packets are taken in slices, in both generations', async () => {
    for (const [tongue, body, type] of [
      [tongues[4], Array.from({ length: 90_000 }, () => '42["n"]').join('\x1e'), undefined],
      [tongues[4], Array.from({ length: 70_000 }, () => '40/x,').join('\x1e'), undefined],
      [tongues[3], '7:42["n"]'.repeat(80_000), undefined],
      [tongues[3], '2:\u00c3\u00a9'.repeat(200_000), undefined],
      [tongues[3], Buffer.from('0001ff34'.repeat(200_000), 'hex'), 'application/octet-stream'],
    ] as const) {
      const poller = await Poller.join(stage.port, tongue);
      await poller.post(body, type);
      poller.leave();
      await stage.rule();
    }
  }).timeout(40_000);

  it('T047 a body that says it is bytes: 400 where there are none, and its connection is closed', async () => {
    const poller = await Poller.join(stage.port, tongues[4]);
    const answer = await ask(stage.port, poller.path, post('42["a"]', 'application/octet-stream'));
    assert.deepEqual([answer.status, answer.headers.connection], [400, 'close']);
    for (const type of ['multipart/form-data; boundary=x', '', 'text/html']) {
      const other = await Poller.join(stage.port, tongues[4]);
      assert.equal(await other.post('42["a"]', type), 200, type);
      other.leave();
    }
  });

  it('T028 a body that is too large: 413 and the end of its connection, by its length and by its chunks', async () => {
    const poller = await Poller.join(stage.port, tongues[4]);
    for (const head of [
      'Content-Length: 1000001\r\n\r\nx',
      `Transfer-Encoding: chunked\r\n\r\nf4241\r\n${'x'.repeat(1_000_001)}\r\n`,
    ]) {
      const large = Knock.send(stage.port, `POST ${poller.path} HTTP/1.1\r\nHost: x\r\n${head}`);
      const { status, headers } = await large.answer();
      assert.deepEqual([status, headers.connection], [413, 'close']);
    }
    assert.equal((await poller.fate()).closed, false);
    poller.leave();
  });

  it('T083 a body that nobody has asked for does not outlast the answer', async () => {
    for (const [method, path] of [
      ['GET', POLL],
      ['GET', POLL3],
      ['GET', '/socket.io/1/'],
      ['POST', '/socket.io/1/'],
      ['OPTIONS', '/socket.io/1/'],
      ['GET', '/socket.io/1/xhr-polling/nobody'],
      ['GET', '/socket.io/socket.io.js'],
    ]) {
      const head = `${method} ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nx`;
      const { status } = await Knock.send(stage.port, head).answer();
      assert.ok(status === 200 || status === 204, `${method} ${path}: ${status}`);
    }
  });

  it('T050 a probe that goes no further leaves the session as it is', async () => {
    const poller = await Poller.join(stage.port, tongues[4]);
    const probe = await Wire.open(stage.port, poller.path.replace('polling', 'websocket'));
    await probe.say(['2probe']);
    await probe.until('3probe');
    assert.equal((await poller.fate()).closed, false);
    await probe.say(['42["too early"]']);
    await probe.end();
    assert.equal(probe.code, 1008);
    assert.equal((await poller.fate()).closed, false);
    poller.leave();
    assert.equal((await stage.rule()).heard.includes('too early'), false);
  });

  it('T091 T043 a body of 300,000 pings is answered by few pongs, and keeps nobody else waiting', async () => {
    const poller = await Poller.join(stage.port, tongues[3]);
    const other = await Poller.join(stage.port, tongues[4]);
    const flood = ask(stage.port, poller.path, post('1:2'.repeat(300_000)));
    const events = Array.from({ length: 1_000 }, () => '42["n"]').join('\x1e');
    assert.equal((await ask(stage.port, other.path, post(events))).status, 200);
    assert.equal((await flood).status, 200);
    assert.ok((await ask(stage.port, poller.path)).body.length < 100);
    other.leave();
    poller.leave();
    await stage.rule();
  });

  it('T051 one WebSocket at a time tries to take a session over, and none takes it from another', async () => {
    const poller = await Poller.join(stage.port, tongues[4]);
    const path = poller.path.replace('polling', 'websocket');
    const first = await Wire.open(stage.port, path);
    await first.say(['2probe']);
    await first.until('3probe');
    const second = await Wire.open(stage.port, path);
    await second.end();
    await first.say(['5']);
    assert.equal((await first.fate()).closed, false);
    const third = await Wire.open(stage.port, path);
    await third.end();
    assert.equal((await first.fate()).closed, false);
    first.leave();
  });

  for (const [what, headers, status] of [
    ['no key', { 'Sec-WebSocket-Key': '' }, 400],
    ['a bad key', { 'Sec-WebSocket-Key': MARK }, 400],
    ['version 7', { 'Sec-WebSocket-Version': '7' }, 400],
    ['two keys', { 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==, dGhlIHNhbXBsZSBub25jZQ==' }, 400],
    ['a foreign origin', { Origin: 'http://evil.example' }, 403],
    ['a foreign origin that looks like ours', { Origin: 'http://127.0.0.1@evil.example' }, 403],
    ['60 KB of spaces for a protocol', { 'Sec-WebSocket-Protocol': ' '.repeat(15_000) }, 400],
    ['an extension of backslashes', { 'Sec-WebSocket-Extensions': `a; b="${'\\c'.repeat(5_000)}` }, 400],
    ['a protocol that is named twice', { 'Sec-WebSocket-Protocol': 'a, a' }, 400],
    ['an extension with a value', { 'Sec-WebSocket-Extensions': 'a=b' }, 400],
    ['an extension of spaces', { 'Sec-WebSocket-Extensions': `a;${' '.repeat(12_000)}!(` }, 400],
    ['extensions that nobody has', { 'Sec-WebSocket-Extensions': 'a; b="\\c"; d = e, f' }, 101],
    [
      'a foreign origin as version 8 tells it',
      { 'Sec-WebSocket-Version': '8', 'Sec-WebSocket-Origin': 'http://evil.example' },
      403,
    ],
    ['other words in Connection', { Connection: 'keep-alive, UPGRADE', Upgrade: 'WebSocket' }, 101],
  ] as const) {
    it(`T055 T059 T079 an upgrade with ${what}: ${status}`, async () => {
      for (const path of [WS, WS.replace('EIO=4', 'EIO=3')]) {
        const upgrade = await knock(stage.port, path, headers as Record<string, string>);
        const answer = await upgrade.head();
        assert.equal(answer.status, status);
        if (status !== 101) assert.equal((await upgrade.answer()).body.includes(MARK), false);
        upgrade.socket.destroy();
      }
    });
  }

  it('T079 an upgrade from our own origin as version 8 tells it: 101', async () => {
    const origin = {
      'Sec-WebSocket-Version': '8',
      'Sec-WebSocket-Origin': `http://127.0.0.1:${stage.port}`,
    };
    const upgrade = await knock(stage.port, WS, origin);
    assert.equal((await upgrade.head()).status, 101);
    upgrade.socket.destroy();
  });

  it('T079 a version 8 upgrade from elsewhere is none of a script, whatever its address says: 403', async () => {
    for (const more of ['&j=1', '&j=x', '&j=1&j=2', '&jsonp=1']) {
      const origin = { 'Sec-WebSocket-Version': '8', 'Sec-WebSocket-Origin': 'http://evil.example' };
      const upgrade = await knock(stage.port, `${WS}${more}`, origin);
      assert.equal((await upgrade.answer()).status, 403, more);
    }
  });

  it('T055 an offer of h2c is an ordinary request', async () => {
    const { status } = await (
      await knock(stage.port, POLL, { Upgrade: 'h2c', Connection: 'Upgrade, close' })
    ).answer();
    assert.equal(status, 200);
    await new Promise((resolve) => setTimeout(resolve, 0));
  });

  it('T056 two hundred bad upgrades, each followed by a reset', async () => {
    await Promise.all(
      Array.from({ length: 200 }, async (_, index) => {
        const headers = index % 2 === 0 ? { 'Sec-WebSocket-Key': 'x' } : { 'Sec-WebSocket-Version': '1' };
        const { socket } = await knock(stage.port, `${WS}&sid=${index}`, headers);
        await new Promise((resolve) => setImmediate(resolve));
        socket.resetAndDestroy();
      }),
    );
  });

  it('T086 an upgrade for another path is answered by the site', async () => {
    assert.equal((await (await knock(stage.port, '/other')).answer()).status, 404);
  });

  it('T011 a query that names `__proto__` is served', async () => {
    const path = `${POLL}&__proto__=a&__proto__=b&__proto__[polluted]=c`;
    assert.equal((await ask(stage.port, path)).status, 200);
  });

  it('E21 lawful answers are harmless, too', async () => {
    for (const path of [POLL, POLL3, '/socket.io/1/', '/socket.io/socket.io.js']) {
      const answer = await ask(stage.port, path);
      assert.equal(answer.status, 200, path);
      harmless(answer, path);
    }
  });
});
