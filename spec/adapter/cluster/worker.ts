/** A worker: a site of ours, to which the primary hands connections; it does what the spec orders. */
import { createServer } from 'node:http';
import { createAdapter } from '@socket.io/cluster-adapter';
import { setupWorker } from '@socket.io/sticky';
import express from 'express';
import { socketio } from '../../../lib/index.js';
import { Post, type Server } from './post.js';
import type { Answer, Order } from './workers.js';

const app = express();
const io = socketio({ adapter: createAdapter({ heartbeatInterval: 100 }) });
app.use('/socket.io', io);
const server = createServer(app);
io.attach(server, { path: '/socket.io' });

setupWorker(io as never);

const post = new Post(process.env.WORKER_NAME ?? '', io as unknown as Server);
process.on('message', (message: Partial<Order>) => {
  if (message.order !== undefined) obey(message as Order);
});

async function obey({ order, verb, args }: Order): Promise<void> {
  try {
    const act = post[verb] as (...args: unknown[]) => unknown;
    answer({ answers: order, result: await act.apply(post, args) });
  } catch (error) {
    answer({ answers: order, error: String(error) });
  }
}

function answer(message: Answer): void {
  process.send?.(message);
}

process.send?.('ready');
