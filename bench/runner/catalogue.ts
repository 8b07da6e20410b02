/** What is measured. */
import type { Size } from '../load/load.js';
import type { LoadName } from '../load/loads.js';

/** A figure of one segment: CPU time in microseconds per unit, memory in bytes per connection, latency in microseconds. */
export type Metric = 'cpu' | 'heap' | 'rss' | 'p50' | 'p99';

export interface Scenario {
  readonly id: string;
  readonly title: string;
  /** What is counted. */
  readonly unit: string;
  readonly load: LoadName;
  readonly size: Size;
  /** Of a quick run, where that is another one; `false`: not in a quick run. */
  readonly quick?: Size | false;
  readonly measures: 'cpu' | 'memory' | 'latency';
  /** Options for each library. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** Only for what speaks all of Socket.IO. */
  readonly librariesOnly?: boolean;
  /** One server at a time, since even an idle one would disturb the others. */
  readonly alone?: boolean;
  /** Variants of the libraries take part. */
  readonly variants?: boolean;
  /** Least milliseconds of a segment, where less would show nothing. */
  readonly segmentMs?: number;
  /** Least milliseconds of the warm-up, where so much code takes part that the compiler needs longer. */
  readonly warmUpMs?: number;
}

/** What passes through `node:http` and Express as well: half a second of it is compiled while it is measured. */
const MUCH_CODE = 4_000;

const echoes: readonly Scenario[] = [
  {
    id: 'S1',
    title: 'echo, one in flight',
    unit: 'event',
    load: 'echo',
    size: { connections: 100 },
    measures: 'cpu',
    variants: true,
  },
  {
    id: 'S1w8',
    title: 'echo, eight in flight',
    unit: 'event',
    load: 'echo',
    size: { connections: 100, inFlight: 8 },
    measures: 'cpu',
  },
  {
    id: 'S1ack',
    title: 'acknowledged event, each way',
    unit: 'event',
    load: 'ack',
    size: { connections: 100 },
    measures: 'cpu',
  },
];

const broadcasts: readonly Scenario[] = [
  {
    id: 'S2',
    title: 'one emit to a room of 1000',
    unit: 'delivery',
    load: 'broadcast',
    size: { connections: 1_000 },
    measures: 'cpu',
    variants: true,
  },
  {
    id: 'S2b-1000',
    title: '20 emits in a tick, room of 1000',
    unit: 'delivery',
    load: 'broadcast',
    size: { connections: 1_000, times: 20 },
    measures: 'cpu',
  },
  {
    id: 'S2b-5000',
    title: '20 emits in a tick, room of 5000',
    unit: 'delivery',
    load: 'broadcast',
    size: { connections: 5_000, times: 20 },
    quick: false,
    measures: 'cpu',
    // All servers at once would need more descriptors than limits usually allow.
    alone: true,
  },
  {
    id: 'S2c',
    title: '20 clients speak at once, room of 1000',
    unit: 'delivery',
    load: 'broadcast',
    size: { connections: 1_000, speakers: 20 },
    quick: false,
    measures: 'cpu',
  },
];

const memory: readonly Scenario[] = [
  {
    id: 'S3-2000',
    title: 'idle WebSocket, of 2000',
    unit: 'connection',
    load: 'idle',
    size: { connections: 2_000 },
    measures: 'memory',
    alone: true,
  },
  {
    id: 'S3-10000',
    title: 'idle WebSocket, of 10 000',
    unit: 'connection',
    load: 'idle',
    size: { connections: 9_500 },
    quick: false,
    measures: 'memory',
    alone: true,
  },
  {
    id: 'S3b',
    title: 'idle polling session, of 2000',
    unit: 'connection',
    load: 'idlePolling',
    size: { connections: 2_000 },
    measures: 'memory',
    librariesOnly: true,
    alone: true,
  },
];

const comings: readonly Scenario[] = [
  {
    id: 'S4',
    title: 'WebSocket: connect, join, close',
    unit: 'connection',
    load: 'join',
    size: { connections: 20 },
    measures: 'cpu',
    warmUpMs: MUCH_CODE,
  },
  {
    id: 'S5',
    title: 'echo over long-polling',
    unit: 'round',
    load: 'polling',
    size: { connections: 50 },
    measures: 'cpu',
    warmUpMs: MUCH_CODE,
    librariesOnly: true,
  },
  {
    id: 'S6',
    title: 'polling, then upgrade',
    unit: 'connection',
    load: 'upgrade',
    size: { connections: 20 },
    measures: 'cpu',
    warmUpMs: MUCH_CODE,
    librariesOnly: true,
  },
];

const contents: readonly Scenario[] = [
  {
    id: 'S7-1K',
    title: 'binary echo, 1 KiB',
    unit: 'event',
    load: 'binary',
    size: { connections: 100, bytes: 1_024 },
    measures: 'cpu',
  },
  {
    id: 'S7-64K',
    title: 'binary echo, 64 KiB',
    unit: 'event',
    load: 'binary',
    size: { connections: 20, bytes: 65_536 },
    measures: 'cpu',
  },
  {
    id: 'S8',
    title: '10 KiB of JSON, acknowledged',
    unit: 'event',
    load: 'document',
    size: { connections: 50, bytes: 10_240 },
    measures: 'cpu',
  },
];

const others: readonly Scenario[] = [
  {
    id: 'S9',
    title: 'heartbeat of 5000, each second',
    unit: 'ping and pong',
    load: 'heartbeat',
    size: { connections: 5_000 },
    quick: { connections: 1_000 },
    measures: 'cpu',
    options: { pingInterval: 1_000 },
    alone: true,
    segmentMs: 3_000,
  },
  ...[100, 1_000, 10_000].map((members) =>
    room(`S10-${members}`, `one emit to a room of ${members}`, members),
  ),
  ...[100, 1_000, 10_000].map((members) =>
    room(`S10t-${members}`, `an emit in each of 20 turns, room of ${members}`, members, 20),
  ),
  {
    id: 'L1',
    title: 'a lone event, there and back',
    unit: 'event',
    load: 'lone',
    size: { connections: 20 },
    measures: 'latency',
    segmentMs: 500,
  },
];

function room(id: string, title: string, members: number, turns = 1): Scenario {
  return {
    id,
    title,
    unit: 'delivery',
    load: 'broadcast',
    // Two descriptors of ours and of the servers go to each connection; common limits on them stand just above 10 000.
    size: { connections: Math.min(members, 9_500), turns },
    ...(turns > 1 ? { quick: false } : members > 1_000 ? { quick: { connections: 3_000 } } : {}),
    measures: 'cpu',
    alone: members > 1_000,
  };
}

export const scenarios: readonly Scenario[] = [
  ...echoes,
  ...broadcasts,
  ...memory,
  ...comings,
  ...contents,
  ...others,
];
