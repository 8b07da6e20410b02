/** Flows of revision 1 by its reference, here and beside the genuine socket.io 0.9: the same, except where a row says why. */
import assert from 'node:assert/strict';
import { ask } from '../router/raw.js';
import { Client1, type Line1 } from '../support/raw-revision1.js';
import { essence, openTwins, type Twin, type Twins } from '../support/revision1-twins.js';

interface Row {
  readonly what: string;
  readonly program: (twin: Twin) => Promise<unknown>;
  /** By the reference. */
  readonly expected: unknown;
  /** What the genuine server does instead, and why we do not; without `there` it is not asked. */
  readonly differs?: { readonly why: string; readonly there?: unknown };
}

/** The frames that follow `1::` on a WebSocket when this has been said. */
async function said(twin: Twin, frames: readonly string[], answers: number): Promise<unknown[]> {
  const line = (await Client1.open(twin.port)).line();
  const heard = [await line.next()];
  line.say(...frames);
  heard.push(...(await line.take(answers)));
  line.terminate();
  return heard;
}

/** A polling client that has had its `1::`. */
async function arrived(twin: Twin): Promise<Client1> {
  const client = await Client1.open(twin.port);
  await client.poll();
  return client;
}

/** The poll that was sent before waits at the server by now: others have come and gone behind it. */
async function waits({ port }: Twin): Promise<void> {
  for (let round = 0; round < 3; round++) await ask(port, '/socket.io/1//nosuch/?disconnect=1');
}

async function ended(line: Line1): Promise<(string | undefined)[]> {
  const frames = [];
  for (let frame = await line.next(); ; frame = await line.next()) {
    frames.push(frame);
    if (frame === undefined) return frames;
  }
}

const frame = (packet: string): string => `\ufffd${packet.length}\ufffd${packet}`;
const payload = (...packets: string[]): string => packets.map(frame).join('');
const text = { 'content-type': 'text/plain; charset=UTF-8' };
const cors = {
  'access-control-allow-credentials': 'true',
  'access-control-allow-origin': 'http://a.example',
};
const thanks = { status: 200, ...text, 'content-length': '1', body: '1' };

const rows: readonly Row[] = [
  {
    what: 'H01 a handshake',
    program: async ({ port }) => {
      const { status, headers, body } = await ask(port, '/socket.io/1/?t=1');
      const [sid = '', ...terms] = body.split(':');
      return [status, headers['content-type'], /^[\w-]{20}$/.test(sid), terms];
    },
    expected: [
      200,
      'text/plain',
      true,
      ['4', '4', 'websocket,flashsocket,htmlfile,xhr-polling,jsonp-polling'],
    ],
    differs: {
      why: 'a client is told one number, for both silences',
      there: [
        200,
        'text/plain',
        true,
        ['3', '4', 'websocket,flashsocket,htmlfile,xhr-polling,jsonp-polling'],
      ],
    },
  },
  {
    what: 'H03 a handshake of a page elsewhere',
    program: async ({ port }) => {
      const { headers } = await ask(port, '/socket.io/1/?t=1', { headers: { Origin: 'http://a.example' } });
      return [headers['access-control-allow-origin'], headers['access-control-allow-credentials']];
    },
    expected: ['http://a.example', 'true'],
  },
  {
    what: 'H14 a poll for a session that is gone',
    program: async ({ port }) =>
      essence(
        await ask(port, '/socket.io/1/xhr-polling/nosuch', { headers: { Origin: 'http://a.example' } }),
      ),
    expected: { status: 200, ...text, 'content-length': '7', ...cors, body: '7:::1+0' },
  },
  {
    what: 'H17 a POST for a session that is gone',
    program: async ({ port }) =>
      essence(await ask(port, '/socket.io/1/xhr-polling/nosuch', { method: 'POST', body: '2::' })),
    expected: thanks,
  },
  {
    what: 'H18 a WebSocket for a session that is gone',
    program: async ({ port }) => {
      const client = await Client1.open(port);
      Object.assign(client, { sid: 'nosuch' });
      return ended(client.line());
    },
    expected: ['7:::1+0', undefined],
  },
  {
    what: 'H20, H21 a goodbye of somebody who is gone',
    program: async ({ port }) => {
      const paths = ['1//nosuch/?disconnect=1', '1/xhr-polling/nosuch?disconnect'];
      const answers = await Promise.all(paths.map((path) => ask(port, `/socket.io/${path}`)));
      return answers.map(({ status, body }) => [status, body]);
    },
    expected: [
      [200, ''],
      [200, ''],
    ],
  },
  {
    what: 'H22 the first poll',
    program: async (twin) => essence(await (await Client1.open(twin.port)).poll()),
    expected: { status: 200, ...text, 'content-length': '3', body: '1::' },
  },
  {
    what: 'H23 a poll with nothing to say',
    program: async (twin) => essence(await (await arrived(twin)).poll()),
    expected: { status: 200, ...text, 'content-length': '3', body: '8::' },
  },
  {
    what: 'H24 a message of a page elsewhere',
    program: async (twin) => {
      const client = await arrived(twin);
      const thanked = essence(await client.post('3:::hi', undefined, { Origin: 'http://a.example' }));
      return [thanked, await client.hear()];
    },
    expected: [{ ...thanks, ...cors, 'x-xss-protection': '0' }, '3:::hi'],
  },
  {
    what: 'H31 a page that unloads while a poll waits',
    program: async (twin) => {
      const client = await arrived(twin);
      const waiting = client.hear();
      await waits(twin);
      const { status, body } = await client.leave();
      return [status, body, await waiting, await client.hear()];
    },
    expected: [200, '', '0::', '7:::1+0'],
  },
  {
    what: 'H32 a client that says goodbye while a poll waits',
    program: async (twin) => {
      const client = await arrived(twin);
      const waiting = client.hear();
      await waits(twin);
      return [(await client.post('0::')).body, await waiting];
    },
    expected: ['1', '0::'],
  },
  {
    what: 'H36 a POST that does not say what it is',
    program: async (twin) => essence(await (await arrived(twin)).post('2::')),
    expected: thanks,
  },
  {
    what: 'F01 messages, JSON and events on a WebSocket',
    program: (twin) =>
      said(twin, ['3:1::withack', '4:::{"x":1}', '5:2+::{"name":"ask","args":[1,"é😀"]}'], 4),
    expected: ['1::', '6:::1', '3:::withack', '4:::{"x":1}', '6:::2+[1,"é😀"]'],
  },
  {
    what: 'F06 several packets in one POST',
    program: async (twin) => {
      const client = await arrived(twin);
      const body = payload('3:1::withack', '4:::{"x":1}', '5:2+::{"name":"ask","args":[1,"é😀"]}');
      return [(await client.post(body)).body, await client.hear()];
    },
    expected: ['1', payload('6:::1', '3:::withack', '4:::{"x":1}', '6:::2+[1,"é😀"]')],
  },
  {
    what: 'F07 a goodbye on a WebSocket',
    program: async (twin) => {
      const line = (await Client1.open(twin.port)).line();
      await line.next();
      line.say('0::');
      return ended(line);
    },
    expected: ['0::', undefined],
  },
  {
    what: 'F08 somebody is sent away',
    program: async (twin) => {
      const line = (await Client1.open(twin.port)).line();
      await line.next();
      line.say('5:::{"name":"kick"}');
      return ended(line);
    },
    expected: ['0::', undefined],
  },
  {
    what: 'F09 what was said between two polls',
    program: async (twin) => {
      const client = await arrived(twin);
      await client.post(payload('3:::a', '3:::b', '4:::{"a":1}'));
      return client.hear();
    },
    expected: payload('3:::a', '3:::b', '4:::{"a":1}'),
  },
  {
    what: 'several packets said at once while a poll waits',
    program: async (twin) => {
      const client = await arrived(twin);
      const waiting = client.hear();
      await waits(twin);
      await client.post(payload('3:::a', '3:::b'));
      return waiting;
    },
    expected: payload('3:::a', '3:::b'),
    differs: { why: 'what is said in one tick goes together', there: '3:::a' },
  },
  {
    what: 'F11 a second poll',
    program: async (twin) => {
      const client = await arrived(twin);
      const first = client.hear();
      await waits(twin);
      const second = client.hear();
      const answered = await first;
      await client.post('3:::x');
      return [answered, await second];
    },
    expected: ['8::', '3:::x'],
    differs: { why: 'the genuine server never answers the first one' },
  },
  {
    what: 'F16 several packets in one message',
    program: (twin) => said(twin, [payload('3:::a', '3:::b')], 2),
    expected: ['1::', '3:::a', '3:::b'],
    differs: { why: 'the genuine server passes over them' },
  },
  {
    what: 'a namespace that does not exist',
    program: (twin) => said(twin, ['1::/nope'], 1),
    expected: ['1::', '7::/nope:2'],
    differs: { why: 'the genuine server is silent, and the client waits for ever' },
  },
  {
    what: 'what nobody understands',
    program: (twin) => said(twin, ['', 'junk', '3', '3:', '9:::x', '4:::{x', '7:::', '8::', '3:::after'], 1),
    expected: ['1::', '3:::after'],
    differs: { why: 'the genuine server delivers broken JSON as false' },
  },
  {
    what: 'a heartbeat',
    program: async (twin) => {
      const line = (await Client1.open(twin.port)).line();
      const heard = await line.take(2);
      line.say('2::');
      heard.push(await line.next());
      line.terminate();
      return heard;
    },
    expected: ['1::', '2::', '2::'],
  },
  {
    what: 'F05 a heartbeat without an answer',
    program: async (twin) => ended((await Client1.open(twin.port)).line()),
    expected: ['1::', '2::', undefined],
  },
];

describe('flows of revision 1, here and there', () => {
  let twins: Twins;
  before(async () => {
    twins = await openTwins({ origins: ['http://a.example'] });
  });
  after(() => Promise.all([twins.here.close(), twins.there.close()]));

  for (const { what, program, expected, differs } of rows) {
    it(`${what}: ${differs ? differs.why : 'the same'}`, async () => {
      const asked = !differs || 'there' in differs;
      const [here, there] = await Promise.all([program(twins.here), asked && program(twins.there)]);
      assert.deepEqual(here, expected);
      if (asked) assert.deepEqual(there, differs ? differs.there : expected);
    });
  }
});
