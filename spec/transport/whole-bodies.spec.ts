/** Large bodies that are complete at the same moment: taking each apart is much work, and others have their turn in between. */
import assert from 'node:assert/strict';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { mock } from 'node:test';
import type { PayloadFormat } from '../../lib/codec/codec.js';
import { bare } from '../../lib/transport/envelope.js';
import { Intake } from '../../lib/transport/intake.js';
import { Posts } from '../../lib/transport/posts.js';

const limits = { maxHttpBufferSize: 1_000_000, bodyTimeout: 1_000 };
const large = (client: number): string => `${client}`.padEnd(20_000);
/** Until there is time again for something long. */
const turn = async (): Promise<void> => {
  for (let round = 0; round < 2; round++) await new Promise((resolve) => setImmediate(resolve));
};

describe('large bodies of many clients', () => {
  let start = 0;
  let now: number;
  /** Whose bodies have been taken apart, and what came of them. */
  let opened: string[];
  let told: string[];

  beforeEach(async () => {
    await turn();
    now = start += 1_000_000;
    opened = [];
    told = [];
    mock.method(performance, 'now', () => now);
  });
  afterEach(async () => {
    mock.restoreAll();
    await turn();
  });

  /** Takes longer than a turn gives to all. */
  const payload: PayloadFormat = {
    pack: () => '',
    unpack: (body) => {
      now += 10;
      opened.push(body.toString().trim());
      return { frames: [body.toString().trim()] };
    },
  };

  /** A POST that has been read already. */
  function post(body: string | Buffer, headers: readonly string[] = []): ServerResponse {
    const req = Object.assign(new IncomingMessage(new Socket()), {
      body,
      rawHeaders: headers,
      method: 'POST',
    });
    Object.defineProperty(req, 'readableEnded', { value: true });
    return new ServerResponse(req);
  }

  const intakeOf = (ends: string[] = []): Intake =>
    new Intake(
      payload,
      limits,
      {
        received: (frame) => told.push(String(frame)),
        failed: (reason) => ends.push(reason),
        taken: () => ends.push('taken'),
      },
      true,
    );
  const postsOf = (): Posts => new Posts(payload, limits, (frame) => told.push(String(frame)));
  const take = (way: Intake | Posts, res: ServerResponse): void => way.take(res.req, res, bare);

  const ways: Readonly<Record<string, () => Intake | Posts>> = {
    'a poller': intakeOf,
    'a client of revision 1': postsOf,
  };
  for (const [name, come] of Object.entries(ways)) {
    it(`are taken apart one in a turn, in their order, and answered then: ${name}`, async () => {
      const answers = Array.from({ length: 5 }, (_, client) => post(large(client)));
      for (const res of answers) take(come(), res);
      for (let count = 1; count <= answers.length; count++) {
        assert.equal(opened.join(), '01234'.slice(0, count).split('').join());
        await turn();
      }
      await turn();
      assert.deepEqual(told, opened);
      assert.ok(answers.every((res) => res.writableEnded));
    });

    it(`are not waited for by small ones: ${name}`, () => {
      for (const client of [0, 1, 2]) take(come(), post(`${client}`));
      assert.equal(opened.join(), '0,1,2');
    });

    it(`wait longer where the flow is stopped meanwhile: ${name}`, async () => {
      take(come(), post(large(0)));
      const way = come();
      const res = post(large(1));
      take(way, res);
      way.flow(false);
      for (let turns = 0; turns < 3; turns++) await turn();
      assert.deepEqual([told, res.writableEnded], [['0'], false]);
      way.flow(true);
      for (let turns = 0; turns < 3; turns++) await turn();
      assert.deepEqual([told, res.writableEnded], [['0', '1'], true]);
    });
  }

  it('are answered at once, and never taken apart, where the client ends meanwhile', async () => {
    for (const bad of [false, true]) {
      take(intakeOf(), post(large(0)));
      const ends: string[] = [];
      const intake = intakeOf(ends);
      const res = post(large(1));
      take(intake, res);
      assert.deepEqual([ends, intake.bytes], [[], 20_000]);
      intake.stop(bad);
      intake.stop(bad);
      assert.deepEqual([res.statusCode, res.writableEnded, ends], [bad ? 400 : 200, true, ['taken']]);
      await turn();
      await turn();
      assert.equal(opened.includes('1'), false);
    }
  });

  it('are thanked at once where a client of revision 1 ends meanwhile, and so are all behind them', async () => {
    take(postsOf(), post(large(0)));
    const posts = postsOf();
    const answers = [post(large(1)), post('2')];
    for (const res of answers) take(posts, res);
    assert.ok(answers.every((res) => !res.writableEnded));
    posts.stop();
    posts.stop();
    assert.ok(answers.every((res) => res.statusCode === 200 && res.writableEnded));
    await turn();
    await turn();
    assert.deepEqual([opened, told], [['0'], ['0']]);
  });

  it('keep small ones of the same client behind them', async () => {
    take(postsOf(), post(large(0)));
    const posts = postsOf();
    for (const body of [large(1), '2', large(3), '4']) take(posts, post(body));
    assert.deepEqual(opened, ['0']);
    for (let turns = 0; turns < 6; turns++) await turn();
    assert.deepEqual(told, ['0', '1', '2', '3', '4']);
  });

  it('end the session of a second one as ever', async () => {
    take(intakeOf(), post(large(0)));
    const ends: string[] = [];
    const intake = intakeOf(ends);
    take(intake, post(large(1)));
    const second = post(large(2));
    take(intake, second);
    assert.deepEqual([ends, second.statusCode], [['transport error'], 400]);
    intake.stop(false);
  });

  it('are taken apart no further than is looked at', async () => {
    const froms: number[] = [];
    const byTwo: PayloadFormat = {
      ...payload,
      binary: true,
      unpackSome: (_body, from) => {
        froms.push(from);
        if (from === 4)
          return { frames: ['4'], fault: { type: 'malformed', layer: 'engine', why: 'the end' } };
        return { frames: [`${from}`, `${from + 1}`], next: from + 2 };
      },
    };
    const ends: string[] = [];
    const up = {
      received: (frame: unknown) => {
        told.push(`${frame} of ${froms.length}`);
        now += 10;
      },
      failed: (_reason: string, why: string) => ends.push(why),
      taken: () => ends.push('taken'),
    };
    const intake = new Intake(byTwo, limits, up, true);
    const res = post(Buffer.alloc(20_000), ['Content-Type', 'application/octet-stream']);
    take(intake, res);
    for (let turns = 0; turns < 6; turns++) await turn();
    assert.deepEqual(told, ['0 of 1', '1 of 1', '2 of 2', '3 of 2', '4 of 3']);
    assert.deepEqual([ends, res.statusCode], [['taken', 'the end'], 400]);
    const stopped = new Intake(byTwo, limits, { ...up, received: () => stopped.stop(false) }, true);
    froms.length = 0;
    take(stopped, post(Buffer.alloc(2), ['Content-Type', 'application/octet-stream']));
    for (let turns = 0; turns < 6; turns++) await turn();
    assert.deepEqual(froms, [0]);
  });

  it('that are no UTF-8 are refused when their turn has come', async () => {
    take(intakeOf(), post(large(0)));
    const ends: string[] = [];
    const res = post(Buffer.alloc(20_000, 0xff));
    take(intakeOf(ends), res);
    assert.deepEqual(ends, []);
    await turn();
    await turn();
    assert.deepEqual([ends, res.statusCode, opened], [['taken', 'parse error'], 400, ['0']]);
  });
});
