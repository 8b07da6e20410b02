/** Long messages of many clients at the same moment: reading each of them is much work, and others have their turn in between. */
import assert from 'node:assert/strict';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { mock } from 'node:test';
import { engine4 } from '../../lib/codec/engine4.js';
import { Delivery } from '../../lib/transport/delivery.js';
import { bare } from '../../lib/transport/envelope.js';
import { FrameReader } from '../../lib/transport/frames.js';
import { Intake } from '../../lib/transport/intake.js';
import { roomy, write } from './client-frames.js';

const CLIENTS = 5;
const LONG = 20_000;
const long = 'x'.repeat(LONG);
/** Until there is time again for something long. */
const turn = async (): Promise<void> => {
  for (let round = 0; round < 2; round++) await new Promise((resolve) => setImmediate(resolve));
};

describe('long messages of many clients', () => {
  let now: number;
  let told: number[];

  beforeEach(async () => {
    // Whoever has looked at the clock before must not matter.
    await turn();
    now = 0;
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
      tired: () => void setImmediate(() => reader.rested()),
    });
    return reader;
  }

  function deliver(client: number): void {
    new Delivery([long], { frame: () => read(client), done: () => {} }).flow(true);
  }

  function post(client: number): void {
    const up = { received: () => read(client), failed: assert.fail, taken: () => {} };
    const intake = new Intake(
      engine4.payload,
      { maxHttpBufferSize: 1_000_000, bodyTimeout: 1_000 },
      up,
      true,
    );
    const req = Object.assign(new IncomingMessage(new Socket()), { body: `4${long}` });
    Object.defineProperty(req, 'readableEnded', { value: true });
    intake.take(req, new ServerResponse(req), bare);
  }

  const whole = write({ opcode: 1, payload: long });
  const parts = [
    write({ opcode: 1, payload: long.slice(1), fin: false }),
    write({ opcode: 0, payload: 'x' }),
  ];
  const openEnded = [write({ opcode: 1, payload: long, fin: false }), write({ opcode: 0 })];

  const ways: Record<string, (client: number) => void> = {
    'in one piece': (client) => readerFor(client).read(Buffer.from(whole)),
    'in two pieces': (client) => {
      const reader = readerFor(client);
      for (const piece of [whole.subarray(0, 9_000), whole.subarray(9_000)]) reader.read(Buffer.from(piece));
    },
    'in two frames': (client) => readerFor(client).read(Buffer.concat(parts)),
    'with an empty frame at its end': (client) => readerFor(client).read(Buffer.concat(openEnded)),
    'in a body of several': deliver,
    'alone in the body of a POST': post,
  };

  for (const [name, send] of Object.entries(ways))
    it(`are read one in a turn, in their order: ${name}`, async () => {
      for (let client = 0; client < CLIENTS; client++) send(client);
      for (let count = 1; count <= CLIENTS; count++) {
        assert.deepEqual(told, [0, 1, 2, 3, 4].slice(0, count));
        await turn();
      }
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

  it('are not waited for by short ones', () => {
    const short = write({ opcode: 1, payload: 'x' });
    for (let client = 0; client < CLIENTS; client++) readerFor(client).read(Buffer.from(short));
    assert.deepEqual(told, [0, 1, 2, 3, 4]);
  });
});
