/** Messages that are much work, of one client or of many at the same moment: others have their turn in between. */
import assert from 'node:assert/strict';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import process from 'node:process';
import { mock } from 'node:test';
import { engine4 } from '../../lib/codec/engine4.js';
import { Delivery } from '../../lib/transport/delivery.js';
import { bare } from '../../lib/transport/envelope.js';
import { FrameReader } from '../../lib/transport/frames.js';
import { Intake } from '../../lib/transport/intake.js';
import { waitForTurn } from '../../lib/transport/turn.js';
import { roomy, write } from './client-frames.js';

const CLIENTS = 5;
const LONG = 20_000;
const long = 'x'.repeat(LONG);
/** Until there is time again for something long. */
const turn = async (): Promise<void> => {
  for (let round = 0; round < 2; round++) await new Promise((resolve) => setImmediate(resolve));
};

describe('messages that are much work', () => {
  let start = 0;
  let now: number;
  let told: number[];

  beforeEach(async () => {
    // Whoever has looked at the clock before must not matter.
    await turn();
    now = start += 1_000_000;
    told = [];
    mock.method(performance, 'now', () => now);
  });
  afterEach(async () => {
    mock.restoreAll();
    await turn();
  });

  /** Reading one takes longer than a turn gives to all. */
  function read(client: number): void {
    now += 10;
    told.push(client);
  }

  function readerFor(client: number): FrameReader {
    const reader: FrameReader = new FrameReader(roomy, {
      message: () => read(client),
      control: () => {},
      failed: ({ why }) => assert.fail(why),
      tired: (length) => waitForTurn(() => reader.rested(), length),
    });
    return reader;
  }

  function deliver(client: number, text = long): void {
    new Delivery([text], { frame: () => read(client), done: () => {} }).flow(true);
  }

  function post(client: number, text = long): void {
    const up = { received: () => read(client), failed: assert.fail, taken: () => {} };
    const intake = new Intake(
      engine4.payload,
      { maxHttpBufferSize: 1_000_000, bodyTimeout: 1_000 },
      up,
      true,
    );
    const req = Object.assign(new IncomingMessage(new Socket()), { body: `4${text}` });
    Object.defineProperty(req, 'readableEnded', { value: true });
    intake.take(req, new ServerResponse(req), bare);
  }

  const whole = write({ opcode: 1, payload: long });
  const parts = [
    write({ opcode: 1, payload: long.slice(1), fin: false }),
    write({ opcode: 0, payload: 'x' }),
  ];
  const openEnded = [write({ opcode: 1, payload: long, fin: false }), write({ opcode: 0 })];

  const short = write({ opcode: 1, payload: 'x' });
  const inTwo = [write({ opcode: 1, payload: 'x', fin: false }), write({ opcode: 0 })];

  const ways: Record<string, (client: number) => void> = {
    'in one piece': (client) => readerFor(client).read(Buffer.from(whole)),
    'in two pieces': (client) => {
      const reader = readerFor(client);
      for (const piece of [whole.subarray(0, 9_000), whole.subarray(9_000)]) reader.read(Buffer.from(piece));
    },
    'in two frames': (client) => readerFor(client).read(Buffer.concat(parts)),
    'with an empty frame at its end': (client) => readerFor(client).read(Buffer.concat(openEnded)),
    'in a body of several': (client) => deliver(client),
    'alone in the body of a POST': (client) => post(client),
    'short, and one each': (client) => readerFor(client).read(Buffer.from(short)),
    'short, and in two frames': (client) => readerFor(client).read(Buffer.concat(inTwo)),
    'short, in a body of several': (client) => deliver(client, 'x'),
    'short, alone in the body of a POST': (client) => post(client, 'x'),
  };

  for (const [name, send] of Object.entries(ways))
    it(`are read one in a turn, in their order: ${name}`, async () => {
      for (let client = 0; client < CLIENTS; client++) send(client);
      for (let count = 1; count <= CLIENTS; count++) {
        assert.deepEqual(told, [0, 1, 2, 3, 4].slice(0, count));
        await turn();
      }
    });

  it('do not hold up what is short, however many wait; nor is one in a turn held up by what is short', async () => {
    for (let client = 0; client < 6; client++) readerFor(client).read(Buffer.from(whole));
    const chatty = readerFor(7);
    for (let count = 0; count < 4; count++) chatty.read(Buffer.from(short));
    for (let count = 0; count < 4; count++) await turn();
    assert.deepEqual(told, [0, 7, 1, 7, 2, 7, 3, 7, 4]);
  });

  it('are bodies that may be taken apart into thousands of packets, too', async () => {
    const middling = 'x'.repeat(5_000);
    for (let client = 0; client < 4; client++) post(client, middling);
    readerFor(7).read(Buffer.from(short));
    for (let count = 0; count < 2; count++) await turn();
    assert.deepEqual(told, [0, 7, 1, 2]);
  });

  it('do not come before others because their client has gone', async () => {
    for (let client = 0; client < 3; client++) deliver(client);
    const reader = readerFor(9);
    reader.read(Buffer.concat([whole, whole]));
    assert.equal(reader.held, 2 * whole.length);
    await turn();
    assert.deepEqual(told, [0, 1]);
  });

  it('wait no longer than usual where somebody’s test has put timers of its own in the place of Node’s', async () => {
    mock.timers.enable({ apis: ['setImmediate'] });
    for (let client = 0; client < 3; client++) readerFor(client).read(Buffer.from(whole));
    mock.timers.reset();
    for (let count = 0; count < 3; count++) await turn();
    assert.deepEqual(told, [0, 1, 2]);
  });

  it('do not wait only for the rest of a round whose time one of them has used up', async () => {
    for (const client of [0, 1]) post(client);
    // What waits comes at the end of the round in which connections are read.
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(told, [0]);
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(told, [0, 1]);
  });

  it('wait longer where the flow is stopped meanwhile, and nothing of theirs is lost', async () => {
    readerFor(0).read(Buffer.from(whole));
    const reader = readerFor(1);
    reader.read(Buffer.concat([...parts, whole]));
    reader.flow(false);
    await turn();
    await turn();
    assert.deepEqual([told, reader.holds], [[0], true]);
    reader.flow(true);
    await turn();
    await turn();
    assert.deepEqual([told, reader.holds], [[0, 1, 1], false]);
  });

  const times = (count: number, client: number): number[] => Array<number>(count).fill(client);

  it('are read one in a turn if they have come in one piece', async () => {
    readerFor(0).read(Buffer.concat(times(20, 0).map(() => short)));
    for (let count = 1; count <= 20; count++) {
      assert.deepEqual(told, times(count, 0));
      await turn();
    }
  });

  it('are read in turn by client: who has more to say waits behind those who came meanwhile', async () => {
    for (let client = 0; client < 3; client++) readerFor(client).read(Buffer.concat([short, short]));
    await turn();
    readerFor(3).read(Buffer.from(short));
    for (let count = 0; count < 6; count++) await turn();
    assert.deepEqual(told, [0, 0, 1, 2, 3, 1, 2]);
  });

  it('are not as many as twenty in a row, though all that came before took no time', () => {
    const quick = new FrameReader(roomy, {
      message: () => {},
      control: () => {},
      failed: ({ why }) => assert.fail(why),
      tired: () => assert.fail('nothing has taken any time'),
    });
    for (let count = 0; count < 100; count++) quick.read(Buffer.concat([short, short]));
    for (let client = 0; client < 20; client++) readerFor(client).read(Buffer.from(short));
    assert.ok(told.length <= 6, `${told.length} in a row`);
  });

  it('count with what they set off, and their answers do not wait for others', async () => {
    const spoken: string[] = [];
    for (let client = 0; client < CLIENTS; client++) {
      const reader: FrameReader = new FrameReader(roomy, {
        message: () => {
          process.nextTick(() => spoken.push(`answer to ${client}`));
          void Promise.resolve().then(() => read(client));
        },
        control: () => {},
        failed: ({ why }) => assert.fail(why),
        tired: (length) => waitForTurn(() => reader.rested(), length),
      });
      waitForTurn(() => reader.read(Buffer.from(short)));
    }
    for (let count = 1; count <= CLIENTS; count++) {
      await turn();
      assert.deepEqual(
        [told.length, spoken],
        [count, told.map((client) => `answer to ${client}`)],
        'one in each turn',
      );
    }
  });

  it('are read at once where nothing has been read for a while', () => {
    readerFor(0).read(Buffer.from(short));
    assert.deepEqual(told, [0]);
  });

  it('leave the next turn to itself', async () => {
    readerFor(0).read(Buffer.from(whole));
    await turn();
    now += 1_000;
    readerFor(1).read(Buffer.from(whole));
    assert.deepEqual(told, [0, 1]);
  });
});
