/**
 * The rows of `threats.md` whose numbers are too large for every day, in full, with default options: `npm run threats`.
 * Prints what it sees, and fails where the rule is broken. Takes about two minutes.
 */
import assert from 'node:assert/strict';
import { ask, Knock } from '../router/raw.js';
import { Stage } from './stage.js';
import { hello, Poller, tongues, type Visitor, Wire } from './visitors.js';

const MIB = 1_048_576;
const POLL = '/socket.io/?EIO=4&transport=polling';

const rounded = (value: number): number => Math.round(value * 100) / 100;
const seconds = (since: number): number => rounded((performance.now() - since) / 1_000);

/** In groups, as many as the system's queue of new connections takes. */
async function many<T>(count: number, make: (index: number) => Promise<T>): Promise<T[]> {
  const all: T[] = [];
  while (all.length < count) {
    const group = Math.min(100, count - all.length);
    all.push(...(await Promise.all(Array.from({ length: group }, (_, index) => make(all.length + index)))));
  }
  return all;
}

async function on(what: string, act: (stage: Stage) => Promise<object>): Promise<void> {
  const stage = await Stage.open();
  const figures = await act(stage);
  const { stall } = await stage.rule();
  console.log(what, JSON.stringify({ ...figures, stall: rounded(stall) }));
  await stage.close();
}

/** T088, T089: a client that takes nothing while it is told 200 000 times 1 KB. */
async function deaf(stage: Stage, come: () => Promise<Visitor>): Promise<object> {
  const { heap } = await stage.report(true);
  const visitor = await come();
  const begun = performance.now();
  await visitor.say(['42["flood",200000,1000]']);
  let most = 0;
  await stage.until(({ disconnects, peak }) => {
    most = Math.max(most, peak);
    return disconnects.join().includes('slow consumer');
  });
  const took = seconds(begun);
  assert.ok(took < 15);
  const after = await stage.report(true);
  visitor.leave();
  return {
    peakMiB: rounded((most - heap) / MIB),
    leftMiB: rounded((after.heap - heap) / MIB),
    closedAfterS: took,
  };
}

/** The same for a hundred of them, who are told the same. */
async function deafCrowd(stage: Stage): Promise<object> {
  const CROWD = 100;
  const { heap } = await stage.report(true);
  const wires = await many(CROWD, async () => {
    const wire = await Wire.join(stage.port, tongues[4]);
    await wire.say(['42["deaf"]']);
    await wire.fate();
    wire.socket.pause();
    return wire;
  });
  const speaker = await Wire.join(stage.port, tongues[4]);
  const begun = performance.now();
  await speaker.say(['42["proclaim",200000,1000]']);
  let most = 0;
  let closed = 0;
  await stage.until(({ disconnects, peak }) => {
    most = Math.max(most, peak);
    closed += disconnects.filter((one) => one.includes('slow consumer')).length;
    return closed === CROWD;
  }, 30_000);
  const took = seconds(begun);
  for (const wire of [...wires, speaker]) wire.leave();
  return { clients: CROWD, peakMiBEach: rounded((most - heap) / MIB / CROWD), closedAfterS: took };
}

/** T095: 10 000 handshakes of one address that never join. */
async function handshakes(stage: Stage): Promise<object> {
  const { heap } = await stage.report(true);
  const begun = performance.now();
  const statuses = await many(10_000, async () => (await ask(stage.port, POLL)).status);
  const tried = seconds(begun);
  const full = await stage.report(true);
  await stage.until(({ sessions }) => sessions === 2, 25_000);
  const reaped = seconds(begun);
  const after = await stage.report(true);
  assert.ok(reaped - tried < 20);
  return {
    letIn: statuses.filter((status) => status === 200).length,
    refused: statuses.filter((status) => status === 429).length,
    triedInS: tried,
    KBEach: rounded((full.heap - heap) / 1_024 / full.sessions),
    reapedAfterS: reaped,
    leftMiB: rounded((after.heap - heap) / MIB),
  };
}

/** T083: 1000 bodies that trickle, of known and unknown sessions, and 1000 requests that are never asked. */
async function slow(stage: Stage): Promise<object> {
  const pollers = await many(500, (index) => Poller.join(stage.port, tongues[index % 2 === 0 ? 4 : 3]));
  const begun = performance.now();
  const paths = [...pollers.map(({ path }) => path), ...pollers.map(() => `${POLL}&sid=nobody`)];
  const bodies = await many(1_000, async (index) =>
    Knock.send(stage.port, `POST ${paths[index]} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n4`),
  );
  const heads = await many(1_000, async () =>
    Knock.send(stage.port, `GET ${POLL} HTTP/1.1\r\nHost: x\r\nX-`),
  );
  const trickle = setInterval(() => {
    for (const { socket } of [...bodies, ...heads]) if (socket.writable) socket.write('x');
  }, 1_000);
  const ended = async (all: readonly Knock[]): Promise<number> => {
    while (!all.every((one) => one.ended)) await new Promise((resolve) => setTimeout(resolve, 100));
    return seconds(begun);
  };
  const [bodiesS, headsS] = await Promise.all([ended(bodies), ended(heads)]);
  clearInterval(trickle);
  await hello(stage.port);
  await stage.until(({ sessions }) => sessions === 2, 60_000);
  return { bodiesEndedAfterS: bodiesS, headsEndedAfterS: headsS };
}

await on('T088 a WebSocket that is never read', (stage) =>
  deaf(stage, async () => {
    const wire = await Wire.join(stage.port, tongues[4]);
    wire.socket.pause();
    return wire;
  }),
);
await on('T089 a polling client that never polls', (stage) =>
  deaf(stage, () => Poller.join(stage.port, tongues[4])),
);
await on('T088 a hundred WebSockets that are never read', deafCrowd);
await on('T095 10 000 handshakes', handshakes);
await on('T083 1000 slow bodies, 1000 slow heads', slow);
