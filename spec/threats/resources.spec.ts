/** What clients make grow, or wait: T083 to T097, and the deadlines (E3, E8, E13 to E16). Small here; `threats.md` has the numbers. */
import assert from 'node:assert/strict';
import { ask, Knock, knock } from '../router/raw.js';
import { frame } from './frames.js';
import { Stage } from './stage.js';
import { bytesOf3, engineWays, framed, hello, Poller, revision1Ways, tongues, Wire } from './visitors.js';

const POLL = '/socket.io/?EIO=4&transport=polling';
const WS = '/socket.io/?EIO=4&transport=websocket';
const POLL3 = '/socket.io/?EIO=3&transport=polling';

/** A site for one spec. */
async function on(
  options: Parameters<typeof Stage.open>[0],
  act: (stage: Stage) => Promise<void>,
): Promise<void> {
  const stage = await Stage.open(options);
  try {
    await act(stage);
  } finally {
    await stage.close();
  }
}

describe('clients that make something grow', () => {
  it('T088 a WebSocket that is never read: closed as a slow consumer at the hard limit, in both generations', () =>
    on({}, async (stage) => {
      for (const generation of [4, 3] as const) {
        const before = (await stage.report(true)).heap;
        const visitor = await Wire.join(stage.port, tongues[generation]);
        visitor.socket.pause();
        await visitor.say(['42["flood",40000,1000]']);
        await stage.until(({ disconnects }) => disconnects.join().includes('slow consumer'));
        visitor.leave();
        const { disconnects } = await stage.rule();
        assert.deepEqual(disconnects, []);
        const { heap } = await stage.report(true);
        assert.ok(heap - before < 3_000_000, `${heap - before} bytes stay`);
      }
    })).timeout(40_000);

  it('T088 clients that take nothing, told very many very small things: memory is bounded, not only bytes', () =>
    on({ hardBufferLimit: 1_000_000, pollTimeout: 60_000 }, async (stage) => {
      for (const way of engineWays.slice(0, 2)) {
        const before = (await stage.report(true)).heap;
        const visitor = await way.come(stage.port);
        if (visitor instanceof Wire) visitor.socket.pause();
        await visitor.say(['42["flood",1000000,1]']);
        let most = 0;
        for (let gone = false; !gone; ) {
          const { heap, disconnects } = await stage.report(true);
          most = Math.max(most, heap - before);
          gone = disconnects.join().includes('slow consumer');
        }
        assert.ok(most < 4_000_000, `${most} bytes for what weighs 1 MB`);
        visitor.leave();
        await stage.rule();
      }
    })).timeout(60_000);

  it('T084 T089 polls that never come: closed as a slow consumer by the write deadline', () =>
    on({ softBufferLimit: 100_000, writeDeadline: 300, pollTimeout: 10_000 }, async (stage) => {
      for (const generation of [4, 3] as const) {
        const visitor = await Poller.join(stage.port, tongues[generation]);
        await visitor.say(['42["flood",2000,1000]']);
        await stage.until(({ disconnects }) => /slow consumer.*writeDeadline/.test(disconnects.join()));
        await stage.rule();
      }
    }));

  it('T084 one answer is 512 KiB at most, and the rest waits', () =>
    on({}, async (stage) => {
      const visitor = await Poller.join(stage.port, tongues[4]);
      await visitor.say(['42["flood",40,200000]']);
      const { body } = await ask(stage.port, visitor.path);
      assert.ok(body.length <= 524_288 + 16, `${body.length}`);
      assert.equal(body.split('\x1e').length, 2);
      visitor.leave();
      await stage.rule();
    }));

  it('T089 E16 a polling client that does not come again is gone after pollTimeout', () =>
    on({ pollTimeout: 300 }, async (stage) => {
      for (const generation of [4, 3] as const) {
        await Poller.join(stage.port, tongues[generation]);
        await stage.until(({ disconnects }) => /ping timeout.*pollTimeout/.test(disconnects.join()));
        await stage.rule();
      }
    }));

  it('T060 a program that keeps a text, a buffer or a namespace does not keep what came with it', () =>
    on({}, async (stage) => {
      const before = await stage.report(true);
      const rest = 'x'.repeat(900_000);
      for (const way of revision1Ways) {
        const visitor = await way.come(stage.port);
        for (let count = 0; count < 5; count++) {
          const words = ['3:::what is kept of it', `5::/room-10000000${count}:{"name":"x"}`, `9:::${rest}`];
          await visitor.say(way.polls ? words : [framed(words)]);
        }
        await visitor.fate();
      }
      const poller = await Poller.join(stage.port, tongues[3]);
      for (let count = 0; count < 5; count++) {
        const head = '451-["keep",{"_placeholder":true,"num":0}]';
        await poller.post(bytesOf3([head, Buffer.of(4, 1), `42["x","${rest}"]`]), 'application/octet-stream');
      }
      const wire = await Wire.join(stage.port, tongues[4]);
      for (let count = 0; count < 5; count++)
        await wire.say([`40/room-10000000${count},{}${' '.repeat(900_000)}`]);
      await wire.fate();
      assert.ok((await stage.report()).namespaces >= 8);
      await stage.isWithin(before, 4_000_000);
    })).timeout(30_000);

  it('T093 what a client says of itself in all its namespaces is bounded as it lies in memory', () =>
    on({}, async (stage) => {
      const empties = (nsp: string) => `40/${nsp},{"a":[${'{},'.repeat(30_000)}1]}`;
      const text = (nsp: string) => `40/${nsp},{"token":"${'x'.repeat(600_000)}"}`;
      for (const say of [empties, text]) {
        const wire = await Wire.join(stage.port, tongues[4]);
        await wire.say([say('room-1'), say('room-2')]);
        assert.equal((await wire.fate()).closed, true);
        assert.match((await stage.rule()).disconnects.join(), /maxHttpBufferSize/);
      }
      const wire = await Wire.join(stage.port, tongues[4]);
      await wire.say([text('room-1'), '41/room-1,', text('room-2')]);
      assert.equal((await wire.fate()).closed, false);
      wire.leave();
      await stage.rule();
    }));

  it('T092 acknowledgements that never come: 10 000 are waited for, and none once the client has gone', () =>
    on({ hardBufferLimit: 100_000_000 }, async (stage) => {
      for (const way of engineWays.slice(0, 2)) {
        const before = (await stage.report(true)).heap;
        const visitor = await way.come(stage.port);
        await visitor.say(['42["ask",20000]']);
        await stage.until(({ complaints }) => complaints.some((one) => /maxPendingAcks/.test(one)));
        visitor.leave();
        const { heard } = await stage.rule();
        assert.equal(heard.includes('answer'), false);
        const { heap } = await stage.report(true);
        assert.ok(heap - before < 5_000_000, `${heap - before} bytes stay`);
      }
    }));

  it('T093 namespaces that clients make go with them', () =>
    on({}, async (stage) => {
      for (const way of engineWays) {
        const visitor = await way.come(stage.port);
        await visitor.say(Array.from({ length: 90 }, (_, index) => `40/room-${index},`));
        assert.equal((await visitor.fate()).closed, false);
        assert.equal((await stage.report()).namespaces, 93);
        visitor.leave();
        await stage.rule();
        assert.equal((await stage.report()).namespaces, 3);
      }
    }));

  it('T095 handshakes that lead to nothing: 429 beyond the limit, reaped, and others who join are let in again', () =>
    on({ maxPendingPerAddress: 100, connectTimeout: 1_200, pollTimeout: 1_200 }, async (stage) => {
      for (const path of [POLL, POLL3, '/socket.io/1/']) {
        const statuses = await Promise.all(
          Array.from({ length: 150 }, async () => {
            const { status, headers } = await ask(stage.port, path);
            if (status === 429) assert.match(headers['retry-after'] ?? '', /^\d+$/);
            return status;
          }),
        );
        assert.equal(statuses.filter((status) => status === 200).length, 100, path);
        assert.equal(statuses.filter((status) => status === 429).length, 50);
        const { body } = await ask(stage.port, path);
        assert.match(body, /maxPendingPerAddress/);
        assert.equal(
          (await (await knock(stage.port, WS)).answer()).status,
          429,
          'WebSockets are counted with them',
        );
        await stage.rule();
        assert.equal((await ask(stage.port, path)).status, 200);
        await stage.rule();
      }
    })).timeout(40_000);

  it('T095 five hundred who join are all let in', () =>
    on({ maxPendingPerAddress: 100 }, async (stage) => {
      for (let batch = 0; batch < 10; batch += 1) {
        const come = (index: number) => Wire.join(stage.port, tongues[index % 2 === 0 ? 4 : 3]);
        const wires = await Promise.all(Array.from({ length: 50 }, (_, index) => come(index)));
        for (const wire of wires) wire.leave();
      }
      await stage.rule();
    }));

  it('E13 sessions of one address, and how fast they come, where that is limited', () =>
    on({ maxSessionsPerAddress: 12, maxHandshakesPerSecond: 2, connectTimeout: 500 }, async (stage) => {
      const statuses = await Promise.all(
        Array.from({ length: 30 }, async () => (await ask(stage.port, POLL)).status),
      );
      const entered = statuses.filter((status) => status === 200).length;
      assert.equal(entered, 10, 'the bystanders are two of the twelve');
      const { body, status } = await ask(stage.port, POLL);
      assert.deepEqual([status, /maxSessionsPerAddress|maxHandshakesPerSecond/.test(body)], [429, true]);
      await stage.rule();
    }));

  it('T083 POSTs that trickle: 408, for known sessions; unknown ones are refused at once', () =>
    on({ bodyTimeout: 900, pollTimeout: 60_000 }, async (stage) => {
      const visitors = await Promise.all(
        Array.from({ length: 50 }, (_, index) => Poller.join(stage.port, tongues[index % 2 === 0 ? 4 : 3])),
      );
      const slow = [
        ...visitors.map(({ path }) => path),
        ...Array.from({ length: 50 }, () => `${POLL}&sid=nobody`),
      ].map((path) =>
        Knock.send(stage.port, `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n4`),
      );
      const answers = await Promise.all(slow.map((one) => one.answer()));
      assert.deepEqual(
        answers.map(({ status }) => status),
        [...visitors.map(() => 408), ...visitors.map(() => 400)],
      );
      await stage.rule();
    }));

  it('T083 requests whose headers never end: 408', () =>
    on({ headersTimeout: 300 }, async (stage) => {
      const slow = Array.from({ length: 100 }, (_, index) =>
        Knock.send(stage.port, index % 2 === 0 ? `GET ${POLL} HTTP/1.1\r\nHost: x\r\nX-` : ''),
      );
      for (const one of slow) assert.equal((await one.answer()).status, 408);
      await stage.rule();
    }));

  it('T075 E14 sessions that join nothing, by all ways', () =>
    on({ connectTimeout: 300 }, async (stage) => {
      const wire = await Wire.open(stage.port, POLL.replace('polling', 'websocket'));
      await wire.end();
      assert.equal(wire.code, 1008);
      await ask(stage.port, POLL);
      await hello(stage.port);
      await stage.rule();
    }));

  it('T050 E17 a probe that is never followed is closed after upgradeTimeout, and the session goes on', () =>
    on({ upgradeTimeout: 300 }, async (stage) => {
      const poller = await Poller.join(stage.port, tongues[4]);
      const probe = await Wire.open(stage.port, poller.path.replace('polling', 'websocket'));
      await probe.say(['2probe']);
      await probe.end();
      assert.equal((await poller.fate()).closed, false);
      poller.leave();
      await stage.rule();
    }));

  it('T050 who probes without end and never reads is answered once, and nothing grows', () =>
    on({}, async (stage) => {
      const poller = await Poller.join(stage.port, tongues[4]);
      const probe = await Wire.open(stage.port, poller.path.replace('polling', 'websocket'));
      probe.socket.pause();
      const before = await stage.report(true);
      const words = Buffer.concat(Array.from({ length: 5_000 }, () => frame('2probe')));
      // Far more answers than the buffers of both sockets hold.
      for (let batch = 0; batch < 250; batch += 1) probe.socket.write(words);
      await new Promise((resolve) => probe.socket.write('', resolve));
      const { heap } = await stage.report(true);
      assert.ok(heap - before.heap < 10_000_000, `${heap - before.heap} bytes`);
      probe.leave();
      poller.leave();
      await stage.rule();
    }));

  it('E3 attachments that never come end the connection', () =>
    on({ attachmentTimeout: 300, pollTimeout: 60_000 }, async (stage) => {
      for (const way of engineWays) {
        const visitor = await way.come(stage.port);
        await visitor.say(['451-["echo",{"_placeholder":true,"num":0}]']);
        await stage.until(({ disconnects }) => /attachmentTimeout/.test(disconnects.join()));
        assert.equal((await visitor.fate()).closed, true);
        await stage.rule();
      }
    }));

  it('T097 what is remembered for those who may come back is bounded; who comes too late begins anew', () =>
    on({ connectionStateRecovery: { maxLogBytes: 100_000 } }, async (stage) => {
      const before = (await stage.report(true)).heap;
      const visitor = await Wire.join(stage.port, tongues[4]);
      await visitor.say(['42["flood",5000,1000]']);
      assert.equal((await visitor.fate()).closed, false);
      visitor.leave();
      await stage.rule();
      const { heap } = await stage.report(true);
      assert.ok(heap - before < 5_000_000, `${heap - before} bytes stay`);
    }));
});
