/** Engine.IO 3 with Socket.IO 4 as it stands on the wire; the numbers are those of the vectors it was measured by. */
import assert from 'node:assert/strict';
import type { Socket, UserOptions } from '../../lib/index.js';
import { heard, within } from '../support/patience.js';
import { ask, Line3, Poller, payloadOf } from '../support/raw-engine3.js';
import { openSite, type Site } from '../support/site.js';

/** Says back what it hears, and notes it. */
function furnish({ io }: Site): unknown[][] {
  const notes: unknown[][] = [];
  const talk = (socket: Socket): void => {
    socket.on('message', (...args) => {
      notes.push(args);
      socket.emit('back', ...args);
    });
    socket.on('message-with-ack', (...args) => {
      const reply = args.pop() as (...answer: unknown[]) => void;
      reply(...args);
    });
  };
  io.on('connection', talk);
  io.of('/custom').on('connection', (socket) => {
    talk(socket);
    socket.emit('auth', socket.handshake.auth, socket.handshake.query.token ?? null);
  });
  io.of('/deny').use((_socket, next) => next(new Error('not authorized')));
  io.of('/deny-with-data').use((_socket, next) =>
    next(Object.assign(new Error('no'), { data: { code: 7 } })),
  );
  return notes;
}

const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex');
const xhr2 = (...parts: readonly (readonly [kind: 0 | 1, data: Buffer])[]): Buffer =>
  Buffer.concat(
    parts.flatMap(([kind, data]) => [
      Buffer.from([kind, ...String(data.length)].map(Number)),
      bytes('ff'),
      data,
    ]),
  );
const EVENT = '42["message","x"]';
const TEXT = '451-["message",{"_placeholder":true,"num":0}]';
const OCTETS = 'application/octet-stream';

describe('Engine.IO 3 by hand', () => {
  let site: Site;
  let notes: unknown[][];

  async function open(options: UserOptions = {}): Promise<string> {
    site = await openSite(options);
    notes = furnish(site);
    return site.url;
  }

  afterEach(() => site.close());

  describe('by polling', () => {
    it('131 is in / once it has come: the handshake, then 40 with the first real poll', async () => {
      const url = await open();
      const { text, type } = await ask(`${url}/socket.io/?EIO=3&transport=polling`);
      const [, length, json = ''] = /^(\d+):0(\{.*\})$/.exec(text) ?? [];
      assert.equal(Number(length), json.length + 1);
      assert.equal(type, 'text/plain; charset=UTF-8');
      const terms = JSON.parse(json);
      assert.deepEqual(Object.keys(terms), ['sid', 'upgrades', 'pingInterval', 'pingTimeout', 'maxPayload']);
      assert.deepEqual(terms.upgrades, ['websocket']);
      const { text: first } = await ask(`${url}/socket.io/?EIO=3&transport=polling&sid=${terms.sid}`);
      assert.equal(first, '2:40');
      assert.ok(site.io.sockets.sockets.has(terms.sid), 'it is called after its session');
    });

    const good: readonly (readonly [
      what: string,
      body: string | Buffer,
      arrives: unknown[][],
      type?: string,
    ])[] = [
      ['25 one packet', payloadOf(EVENT), [['x']]],
      ['26 some packets', payloadOf(EVENT, EVENT, EVENT), [['x'], ['x'], ['x']]],
      ['27 a text and base64', payloadOf(TEXT, 'b4AQIDBA=='), [[bytes('01020304')]]],
      ['28 letters counted by UTF-16', payloadOf('42["message","€😀"]'), [['€😀']]],
      [
        '29 a text and bytes',
        xhr2([0, Buffer.from(TEXT)], [1, bytes('04 01 02 03 04')]),
        [[bytes('01020304')]],
        OCTETS,
      ],
      ['31 letters among bytes', xhr2([0, Buffer.from('42["message","€"]')]), [['€']], OCTETS],
      [
        '32 a length of two digits',
        xhr2([0, Buffer.from('42["message","hello world"]')]),
        [['hello world']],
        OCTETS,
      ],
      [
        '33 what 1.x encodes twice',
        Buffer.concat([
          Buffer.from('23:42["message","'),
          bytes('c3a2c282c2ac c3b0c29fc298c280'),
          Buffer.from('"]'),
        ]),
        [['€😀']],
      ],
      [
        '34 what 2.x encodes once',
        Buffer.concat([Buffer.from('19:42["message","'), bytes('e282ac f09f9880'), Buffer.from('"]')]),
        [['€😀']],
      ],
      ['41 an empty packet', `0:${payloadOf(EVENT)}`, [['x']]],
      ['42 a length with a zero in front', `017:${EVENT}`, [['x']]],
    ];
    for (const [what, body, arrives, type] of good) {
      it(`takes ${what}`, async () => {
        const client = await Poller.open(await open());
        const { status, text } = await client.post(body, type);
        assert.deepEqual([status, text], [200, 'ok']);
        assert.deepEqual(notes, arrives);
      });
    }

    const bad: readonly (readonly [what: string, body: string | Buffer, reason: string, type?: string])[] = [
      ['35 nothing', '', 'parse error'],
      ['36 letters', 'abc', 'parse error'],
      ['37 a packet cut short', '5:4ab', 'parse error'],
      ['38 a packet with something behind', '1:4x', 'forced close'],
      ['39 no length', ':4a', 'parse error'],
      ['40 an unknown type', '1:9', 'parse error'],
      ['44 an answer to no question', '1:3', 'transport error'],
      ['45 bytes of length 1 without content', bytes('00 01 ff'), 'parse error', OCTETS],
      ['46 bytes without length', bytes('00 ff'), 'parse error', OCTETS],
      ['47 bytes without end of length', bytes('00 01'), 'parse error', OCTETS],
    ];
    for (const [what, body, reason, type] of bad) {
      it(`ends for ${what}`, async () => {
        const url = await open();
        const connection = heard(site.io as never, 'connection');
        const client = await Poller.open(url);
        const [socket] = (await connection) as [Socket];
        const gone = heard(socket as never, 'disconnect');
        const { status } = await client.post(body, type);
        assert.equal(status, 400);
        assert.equal((await gone)[0], reason);
        assert.match((await client.poll()).text, /"code":1/);
      });
    }

    it('43 is answered when it asks for signs of life', async () => {
      const client = await Poller.open(await open());
      await client.poll();
      await client.post('1:2');
      assert.equal((await client.poll()).text, '1:3');
    });

    it('29, 30 gets bytes as bytes, and as base64 if it can have no bytes', async () => {
      const url = await open();
      const placed = '451-["back",{"_placeholder":true,"num":0}]';
      const client = await Poller.open(url);
      await client.poll();
      await client.post(payloadOf(TEXT, 'b4AQIDBA=='));
      const { body, type } = await client.poll();
      assert.equal(type, OCTETS);
      assert.deepEqual(body, xhr2([0, Buffer.from(placed)], [1, bytes('04 01 02 03 04')]));
      const textOnly = await Poller.open(url, '&b64=1');
      await textOnly.poll();
      await textOnly.post(payloadOf(TEXT, 'b4AQIDBA=='));
      const answer = await textOnly.poll();
      assert.equal(answer.text, payloadOf(placed, 'b4AQIDBA=='));
      assert.match(answer.type, /^text\/plain/);
    });

    it('hears letters in a form that reads the same encoded once and twice', async () => {
      const client = await Poller.open(await open());
      await client.poll();
      await client.post(payloadOf('42["message","é😀"]'));
      assert.equal((await client.poll()).text, payloadOf('42["back","\\u00e9\\ud83d\\ude00"]'));
    });

    it('137, 139 speaks as 1.x does: no comma, all at once', async () => {
      const client = await Poller.open(await open());
      await client.poll();
      const batch = '2:4013:42["auth",{}]10:40/custom,34:42/custom,["auth",{"token":"abc"}]';
      assert.equal((await client.post(batch)).text, 'ok');
      assert.equal((await client.poll()).text, payloadOf('40/custom,', '42/custom,["auth",{},null]'));
      assert.equal(site.io.of('/custom').sockets.size, 1);
      assert.equal((await client.post('9:41/custom')).text, 'ok');
      assert.equal(site.io.of('/custom').sockets.size, 0);
      await client.post('10:40/custom,10:41/custom,');
      assert.equal(site.io.of('/custom').sockets.size, 0);
      assert.equal(site.io.sockets.sockets.size, 1);
    });

    it('hears the end in its own words', async () => {
      const client = await Poller.open(await open());
      await client.poll();
      const waiting = client.poll();
      await client.post('1:1');
      assert.equal((await waiting).text, '1:6');
      const dismissed = await Poller.open(site.url);
      await dismissed.poll();
      const last = dismissed.poll();
      site.io.sockets.sockets.get(dismissed.sid)?.disconnect(true);
      assert.equal((await last).text, '2:41');
      assert.equal((await dismissed.poll()).text, '1:1');
    });
  });

  describe('by websocket', () => {
    let line: Line3 | undefined;

    afterEach(() => line?.close());

    async function connect(options?: UserOptions, query?: string): Promise<Line3> {
      line = new Line3(await open(options), query);
      assert.match((await line.next()) ?? '', /^0\{.*"upgrades":\[\]/);
      assert.equal(await line.next(), '40');
      return line;
    }

    it('22 to 24 is answered when it asks, whatever comes with the question', async () => {
      const client = await connect();
      for (const question of ['2', '2probe', bytes('02 61')]) {
        client.say(question);
        assert.equal(await client.next(), '3');
      }
    });

    it('21 ends for an unknown type', async () => {
      const client = await connect();
      client.say(bytes('09 01'));
      assert.equal(await client.next(), undefined);
    });

    it('19, 136 has a type byte before bytes, in and out', async () => {
      const client = await connect();
      client.say(TEXT, bytes('04 01 02 03'));
      assert.equal(await client.next(), '451-["back",{"_placeholder":true,"num":0}]');
      assert.equal(await client.next(), '04010203');
      assert.deepEqual(notes, [[bytes('010203')]]);
    });

    it('20 has base64 instead if it can have no bytes', async () => {
      const client = await connect({}, '&b64=1');
      client.say(TEXT, 'b4AQIDBA==');
      await client.skip(1);
      assert.equal(await client.next(), 'b4AQIDBA==');
    });

    it('132, 133 tells its credentials in the address of a namespace', async () => {
      const client = await connect();
      client.say('40/custom?token=abc,');
      assert.equal(await client.next(), '40/custom,');
      assert.equal(await client.next(), '42/custom,["auth",{"token":"abc"},"abc"]');
      client.say('41/custom,', '40/custom');
      assert.equal(await client.next(), '40/custom,');
    });

    it('134, 138 is refused with a text, or with the data of the error', async () => {
      const client = await connect();
      client.say('40/deny,', '40/deny-with-data', '40/random');
      assert.equal(await client.next(), '44/random,"Invalid namespace"');
      assert.equal(await client.next(), '44/deny,"not authorized"');
      assert.equal(await client.next(), '44/deny-with-data,{"code":7}');
    });

    it('135 gets an answer with its number', async () => {
      const client = await connect();
      client.say('427["message-with-ack","a"]');
      assert.equal(await client.next(), '437["a"]');
    });

    it('may ask for / or twice, and speak where it is not: that changes nothing', async () => {
      const client = await connect();
      client.say('40', '42/nowhere,["message",1]', '41/nowhere,', '40/custom', '40/custom', EVENT);
      assert.equal(await client.next(), '40/custom,');
      assert.equal(await client.next(), '42/custom,["auth",{},null]');
      assert.equal(await client.next(), '42["back","x"]');
    });

    it('is refused by / and may stay elsewhere', async () => {
      const url = await open();
      site.io.use((_socket, next) => next(new Error('no entry')));
      line = new Line3(url);
      await line.skip(1);
      assert.equal(await line.next(), '44"no entry"');
      line.say('40/custom');
      assert.equal(await line.next(), '40/custom,');
    });

    it('is missed when it asks no more, after a move, too', async () => {
      const url = await open({ pingInterval: 60, pingTimeout: 40 });
      const connection = heard(site.io as never, 'connection');
      const { sid } = await Poller.open(url);
      const [socket] = (await connection) as [Socket];
      const gone = heard(socket as never, 'disconnect');
      line = new Line3(url, `&sid=${sid}`);
      await within(new Promise<void>((resolve) => setTimeout(resolve, 20)), 'a moment');
      line.say('2probe', '5');
      assert.equal(await line.next(), '3probe');
      assert.equal((await gone)[0], 'ping timeout');
    });
  });

  for (const options of [{ allowEIO3: false }, { generations: [4] }] as const) {
    it(`is turned away by ${JSON.stringify(options)}`, async () => {
      const url = await open(options);
      const { status, text } = await ask(`${url}/socket.io/?EIO=3&transport=polling`);
      assert.deepEqual(
        [status, JSON.parse(text)],
        [400, { code: 5, message: 'Unsupported protocol version' }],
      );
    });
  }
});
