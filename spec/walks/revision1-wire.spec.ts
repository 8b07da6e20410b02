/** The same bytes to this server and to the genuine socket.io 0.9: the same answers, except where a row says why not. */
import assert from 'node:assert/strict';
import { ask, Knock } from '../router/raw.js';
import { HtmlfilePage } from '../support/htmlfile-page.js';
import { essence, openTwins, Session, type Twin, type Twins } from '../support/revision1-twins.js';

interface Row {
  readonly what: string;
  readonly program: (twin: Twin) => Promise<unknown>;
  /** Without `there`, the genuine server is not asked: it would not survive it, or never answer. */
  readonly differs?: { readonly why: string; readonly here: unknown; readonly there?: unknown };
}

const REQUEST = '<policy-file-request/>\0';
const POLICY =
  '<?xml version="1.0"?><!DOCTYPE cross-domain-policy SYSTEM "http://www.macromedia.com/xml/dtds/cross-domain-policy.dtd"><cross-domain-policy><allow-access-from domain="*" to-ports="*"/></cross-domain-policy>';
const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
const script = (body: string) => ({
  status: 200,
  'content-type': 'text/javascript; charset=UTF-8',
  'content-length': String(Buffer.byteLength(body)),
  'x-xss-protection': '0',
  body,
});

/** A session whose first poll, in scripts, has been answered. */
async function polling(twin: Twin): Promise<Session> {
  const session = await Session.open(twin);
  await session.get('jsonp-polling?i=0');
  return session;
}

/** What comes back when a form with this in its field has been sent. */
async function echoOf(twin: Twin, field: string): Promise<object[]> {
  const session = await polling(twin);
  const thanks = await session.post('jsonp-polling?i=2', `d=${encodeURIComponent(field)}`, form);
  return [essence(thanks), essence(await session.get('jsonp-polling?i=2'))];
}

/** A page that has opened, and what comes on it for a packet that says so. */
async function pageEcho(twin: Twin, packet: string): Promise<{ chunk: string; told: string | undefined }> {
  const session = await Session.open(twin);
  const page = session.page();
  await page.heard(1);
  await session.post('htmlfile', packet);
  const told = (await page.heard(2)).at(1);
  page.socket.destroy();
  return { chunk: String(page.chunks[2]), told };
}

const thanks = { status: 200, 'content-type': 'text/plain; charset=UTF-8', 'content-length': '1', body: '1' };

const rows: readonly Row[] = [
  {
    what: 'H15 a script for a session that is gone',
    program: async ({ port }) => essence(await ask(port, '/socket.io/1/jsonp-polling/nosuch?i=4')),
  },
  {
    what: 'H16 a page for a session that is gone',
    program: async ({ port }) => {
      const page = new HtmlfilePage(port, '/socket.io/1/htmlfile/nosuch');
      await page.over();
      return [page.text, page.complete];
    },
  },
  {
    what: 'H25 the first poll in a script',
    program: async (twin) => essence(await (await Session.open(twin)).get('jsonp-polling?t=1&i=2')),
  },
  {
    what: 'H26 an index that is no number, and nothing to say',
    program: async (twin) => essence(await (await polling(twin)).get('jsonp-polling?i=alert(1)')),
  },
  {
    what: 'H27 a form as clients since 0.8.6 send it',
    program: (twin) => echoOf(twin, '"3:::hi"'),
  },
  {
    what: 'H27 a form with line breaks and letters',
    program: (twin) => echoOf(twin, JSON.stringify('3:::a\r\n\n é☃😀"\\')),
  },
  {
    what: 'H28 a form as clients before 0.8.6 send it',
    program: (twin) => echoOf(twin, '3:::hi'),
    differs: {
      why: 'the genuine server thanks for it, and then its process ends with ERR_HTTP_HEADERS_SENT',
      here: [thanks, script('io.j[2]("3:::hi");')],
    },
  },
  {
    what: 'a form with what ends a script or a line',
    program: (twin) => echoOf(twin, JSON.stringify('3:::</script>\u2028')),
    differs: {
      why: 'the genuine server writes both as they are, and browsers of that time stumble',
      here: [thanks, script('io.j[2]("3:::\\u003c/script>\\u2028");')],
      there: [thanks, script('io.j[2]("3:::</script>\u2028");')],
    },
  },
  {
    what: 'H29 a page with its first packet',
    program: async (twin) => {
      const page = (await Session.open(twin)).page();
      await page.heard(1);
      page.socket.destroy();
      const [status, ...lines] = page.head.split('\r\n');
      const wanted = /^(content-type|connection|transfer-encoding):/i;
      return [status, lines.filter((line) => wanted.test(line)).sort(), page.chunks.map(String)];
    },
  },
  {
    what: 'H30 a page with a slash in it',
    program: (twin) => pageEcho(twin, '3:::a/b\\/c'),
  },
  {
    what: 'H30 a page with what ends a script or a line',
    program: (twin) => pageEcho(twin, '3:::b\u2028/x<é😀'),
    differs: {
      why: 'the genuine server writes both as they are; what the page is told is the same',
      here: { chunk: '<script>_("3:::b\\u2028\\/x\\u003cé😀");</script>', told: '3:::b\u2028/x<é😀' },
      there: { chunk: '<script>_("3:::b\u2028\\/x<é😀");</script>', told: '3:::b\u2028/x<é😀' },
    },
  },
  {
    what: 'a page when its client says goodbye in a POST',
    program: async (twin) => {
      const session = await Session.open(twin);
      const page = session.page();
      await page.heard(1);
      const { body } = await session.post('htmlfile', '0::');
      await page.over();
      return [body, page.told, page.complete, essence(await session.get('jsonp-polling?i=1'))];
    },
  },
  {
    what: 'a page with heartbeats',
    program: async (twin) => {
      const session = await Session.open(twin);
      const page = session.page();
      await page.heard(2);
      await session.post('htmlfile', '2::');
      const told = await page.heard(3);
      page.socket.destroy();
      return told;
    },
  },
  {
    what: 'H33 Flash on the port of its own',
    program: ({ policyPort }) => policyFrom(policyPort),
  },
  {
    what: 'H34 Flash on the HTTP port',
    program: ({ port }) => policyFrom(port),
    differs: {
      why: "the genuine server's way does not work with the parser of today's Node",
      here: POLICY,
      there: 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n',
    },
  },
];

async function policyFrom(port: number): Promise<string> {
  const knock = Knock.send(port, REQUEST);
  await knock.answer();
  return knock.text;
}

/** All bytes of these numbers are below 128: the genuine server hashes others as UTF-8. */
const NUMBERS = [0x01020304, 0x7f007f7f] as const;
const CHALLENGE = Buffer.from('^n:ds[4U');
const draft = [
  'Upgrade: WebSocket',
  'Connection: Upgrade',
  'Origin: http://h.example',
  ...NUMBERS.map(
    (number, index) =>
      `Sec-WebSocket-Key${index + 1}: ${String(2 * number)
        .replace('', 'x ')
        .replace(/^(.*)(.)$/, '$1 !$2')}`,
  ),
];

/** All header lines that the draft knows, and what follows them. */
function parts(text: string): readonly [head: string[], rest: string] {
  const end = text.indexOf('\r\n\r\n');
  const drafted = /^(HTTP|Upgrade|Connection|(Sec-)?WebSocket-)/;
  return [
    text
      .slice(0, end)
      .split('\r\n')
      .filter((line) => drafted.test(line)),
    text.slice(end + 4),
  ];
}

/** What a WebSocket of the draft says to these bytes, each piece sent when the one before has been answered. */
async function drafted(
  twin: Twin,
  lines: readonly string[],
  pieces: readonly (readonly [send: Buffer, until: RegExp])[],
) {
  const session = await Session.open(twin);
  const [[first, answer] = [Buffer.alloc(0), /$/], ...others] = pieces;
  const knock = session.knock('flashsocket', lines, first);
  await knock.until(answer);
  for (const [send, until] of others) {
    knock.socket.write(send);
    await knock.until(until);
  }
  const [head, rest] = parts(knock.text.replaceAll(session.sid, 'SID'));
  knock.socket.destroy();
  return [head, rest];
}

const message = (text: string): Buffer =>
  Buffer.concat([Buffer.from([0]), Buffer.from(text), Buffer.from([0xff])]);

const draftRows: readonly Row[] = [
  {
    what: 'a handshake and the first packet',
    program: (twin) => drafted(twin, draft, [[CHALLENGE, /1::\xff$/]]),
  },
  {
    what: 'a handshake whose challenge comes behind the headers of the answer',
    program: (twin) =>
      drafted(twin, draft, [
        [Buffer.alloc(0), /\r\n\r\n$/],
        [CHALLENGE, /1::\xff$/],
      ]),
  },
  {
    what: 'a handshake with a protocol',
    program: (twin) => drafted(twin, [...draft, 'Sec-WebSocket-Protocol: x'], [[CHALLENGE, /1::\xff$/]]),
  },
  {
    what: 'hixie-75',
    program: (twin) => drafted(twin, draft.slice(0, 3), [[Buffer.alloc(0), /1::\xff$/]]),
  },
  {
    what: 'messages',
    program: (twin) =>
      drafted(twin, draft, [
        [CHALLENGE, /1::\xff$/],
        [message('3:::é😀 <a>/'), />\/\xff$/],
        [Buffer.concat([message('5:1+::{"name":"ask","args":[1,"b"]}')]), /6:::1\+\[1,"b"\]\xff$/],
      ]),
  },
  {
    what: 'several packets in one message',
    program: (twin) =>
      drafted(twin, draft, [
        [CHALLENGE, /1::\xff$/],
        [Buffer.concat([message('\ufffd5\ufffd3:::a\ufffd5\ufffd3:::b'), message('3:::c')]), /c\xff$/],
      ]).then(([, rest]) => String(rest).slice(16)),
    differs: {
      why: 'the genuine server takes the first mark for the end of the message, and ends the connection',
      here: '\x001::\xff\x003:::a\xff\x003:::b\xff\x003:::c\xff',
    },
  },
];

describe('revision 1, by hand, here and there', () => {
  let twins: Twins;
  before(async () => {
    twins = await openTwins();
  });
  after(() => Promise.all([twins.here.close(), twins.there.close()]));

  for (const row of rows) compare(row, () => twins);

  it('hixie-76: the genuine server breaks off behind the headers on the Node of today', async () => {
    const session = await Session.open(twins.there);
    const knock = session.knock('flashsocket', draft, CHALLENGE);
    await knock.until(/\r\n\r\n/);
    // A later poll opens the session: the WebSocket has never counted, and its proof will not come.
    const { body } = await session.get('jsonp-polling?i=0');
    assert.equal(body, 'io.j[0]("1::");');
    assert.match(knock.text, /^HTTP\/1\.1 101 WebSocket Protocol Handshake\r\n[\s\S]*\r\n\r\n$/);
    knock.socket.destroy();
  });
});

describe('hixie-76, by hand, here and there', () => {
  let twins: Twins;
  before(async () => {
    twins = await openTwins({}, { mended: true });
  });
  after(() => Promise.all([twins.here.close(), twins.there.close()]));

  for (const row of draftRows) compare(row, () => twins);
});

function compare({ what, program, differs }: Row, twins: () => Twins): void {
  it(`${what}: ${differs ? differs.why : 'the same'}`, async () => {
    const { here, there } = twins();
    const alone = differs && !('there' in differs);
    const [ours, theirs] = await Promise.all([program(here), alone ? undefined : program(there)]);
    if (!differs) return assert.deepEqual(ours, theirs);
    assert.deepEqual({ here: ours, there: theirs }, { here: differs.here, there: differs.there });
  });
}
