/** The published adapters: how each is made, and what it stands on. */
import { createAdapter as createMongo } from '@socket.io/mongo-adapter';
import { createAdapter as createPostgres } from '@socket.io/postgres-adapter';
import { createAdapter as createClassic, createShardedAdapter } from '@socket.io/redis-adapter';
import { createAdapter as createStreams } from '@socket.io/redis-streams-adapter';
import { Redis } from 'ioredis';
import { Pool } from 'pg';
import { createClient } from 'redis';
import type { AdapterFactory } from '../../../lib/options.js';
import { Documents } from './documents.js';
import type { ProgramName } from './programs.js';

/** The adapter of one node, with connections of its own. */
export interface Engine {
  readonly factory: AdapterFactory;
  /** Whether other nodes can reach a room here; some adapters subscribe to each room. */
  subscribed?(room: string): Promise<boolean>;
  close(): Promise<unknown>;
}

export interface Row {
  readonly name: string;
  readonly program?: ProgramName;
  /** Whether a genuine server is to be in the cluster, too. */
  readonly mixed: boolean;
  /** @param prefix tells this cluster from others on the same program */
  engine(address: string, prefix: string): Promise<Engine>;
}

const HEARTBEAT = { heartbeatInterval: 100 };

async function redisClient(path: string) {
  const client = createClient({ socket: { path } });
  // A client without a listener would end the process with the connection.
  client.on('error', () => {});
  await client.connect();
  return client;
}

async function classic(path: string, key: string): Promise<Engine> {
  const [pub, sub] = [await redisClient(path), await redisClient(path)];
  return {
    factory: createClassic(pub, sub, { key }),
    close: () => Promise.all([pub.quit(), sub.quit()]),
  };
}

async function classicIo(path: string, key: string): Promise<Engine> {
  const [pub, sub] = [new Redis(path), new Redis(path)];
  for (const client of [pub, sub]) client.on('error', () => {});
  return {
    factory: createClassic(pub, sub, { key }),
    close: () => Promise.all([pub.quit(), sub.quit()]),
  };
}

async function sharded(path: string, channelPrefix: string): Promise<Engine> {
  const [pub, sub] = [await redisClient(path), await redisClient(path)];
  const channel = (room: string): string => `${channelPrefix}#/#${room}#`;
  return {
    factory: createShardedAdapter(pub, sub, { channelPrefix }),
    subscribed: async (room) => {
      const answer = await pub.sendCommand(['PUBSUB', 'SHARDNUMSUB', channel(room)]);
      return Array.isArray(answer) && Number(answer[1]) > 0;
    },
    close: () => Promise.all([pub.quit(), sub.quit()]),
  };
}

async function streams(path: string, prefix: string): Promise<Engine> {
  const client = await redisClient(path);
  const factory = createStreams(client, {
    streamName: prefix,
    channelPrefix: prefix,
    blockTimeInMs: 100,
    ...HEARTBEAT,
  });
  return { factory, close: () => client.quit() };
}

async function postgres(host: string, prefix: string): Promise<Engine> {
  const pool = new Pool({ host, user: 'postgres', database: 'postgres', max: 3 });
  pool.on('error', () => {});
  await pool.query(
    `CREATE TABLE IF NOT EXISTS ${prefix}_attachments
      (id bigserial UNIQUE, created_at timestamptz DEFAULT NOW(), payload bytea)`,
  );
  const factory = createPostgres(pool, {
    channelPrefix: prefix,
    tableName: `${prefix}_attachments`,
    errorHandler: () => {},
    ...HEARTBEAT,
  });
  return { factory, close: () => pool.end() };
}

const collections = new Map<string, Documents>();

/** The adapter writes its id into the options: each node has its own. */
async function mongo(_address: string, prefix: string): Promise<Engine> {
  const documents = collections.get(prefix) ?? new Documents();
  collections.set(prefix, documents);
  return { factory: createMongo(documents as never, { ...HEARTBEAT }), close: async () => {} };
}

export const rows: readonly Row[] = [
  { name: 'redis, classic', program: 'redis', mixed: true, engine: classic },
  { name: 'redis, classic, with ioredis', program: 'redis', mixed: false, engine: classicIo },
  { name: 'redis, sharded', program: 'redis', mixed: true, engine: sharded },
  { name: 'redis streams', program: 'redis', mixed: true, engine: streams },
  { name: 'postgres', program: 'postgres', mixed: true, engine: postgres },
  { name: 'mongo, on a stand-in collection', mixed: false, engine: mongo },
];
