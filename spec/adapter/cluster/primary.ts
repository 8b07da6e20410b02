/** The primary process: it hands connections to its workers, and orders of the spec, too. */
import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { setupPrimary as joinWorkers } from '@socket.io/cluster-adapter';
import { setupMaster as handOut } from '@socket.io/sticky';
import { listening } from '../../support/listening.js';
import { type Answer, type Order, workerNames } from './workers.js';

const server = createServer();
handOut(server, { loadBalancingMethod: 'round-robin' });
joinWorkers();

// Binary data crosses as it is: sticky hands on the first bytes of each connection.
cluster.setupPrimary({
  exec: fileURLToPath(new URL('worker.ts', import.meta.url)),
  serialization: 'advanced',
});

const workers = new Map<string, Worker>();
for (const name of workerNames) workers.set(name, cluster.fork({ WORKER_NAME: name }));
await Promise.all([...workers.values()].map((worker) => once(worker, 'message')));

for (const worker of workers.values())
  worker.on('message', (message: Partial<Answer>) => {
    if (message.answers !== undefined) process.send?.(message);
  });
process.on('message', ({ worker, ...order }: Order) => workers.get(worker)?.send(order));
process.on('disconnect', () => {
  for (const worker of workers.values()) worker.kill();
  process.exit();
});
process.send?.({ port: await listening(server) });
