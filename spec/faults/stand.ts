/** A site with a server in it that is going to be closed, and what must be true behind it. */
import assert from 'node:assert/strict';
import { createServer, type Server as HttpServer } from 'node:http';
import express from 'express';
import { type Server, socketio } from '../../lib/index.js';
import { latch, within } from '../support/patience.js';
import type { Gate, Moment } from './moments.js';

/** What keeps the process alive, by kind; but for timers, which a spec that waits has itself. */
export function handles(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo())
    if (kind !== 'Timeout' && kind !== 'Immediate') counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

export class Stand {
  readonly io: Server;
  readonly server: HttpServer;
  readonly complaints: unknown[] = [];
  readonly gate: Gate;
  readonly #waiting: (() => void)[] = [];

  constructor({ options, stack, program }: Moment) {
    const reached = latch();
    this.gate = {
      wait: (go) => {
        this.#waiting.push(go);
        reached.open();
      },
      reached: within(reached.promise, 'the gate'),
    };
    // Most moments have no gate.
    this.gate.reached.catch(() => {});
    const app = express();
    app.get('/', (_req, res) => void res.send('home'));
    stack?.(app, this.gate);
    const onError = (error: unknown): unknown => this.complaints.push(error);
    const transports = ['polling', 'websocket', 'htmlfile'] as const;
    this.io = socketio({ transports, ...options?.(this.gate), onError });
    program?.(this.io, this.gate);
    app.use('/socket.io', this.io);
    this.server = createServer(app);
  }

  /** Whoever has waited goes on: it is too late by now. */
  open(): void {
    for (const go of this.#waiting.splice(0)) go();
  }

  /** Everything ends without anybody's help, and nothing is left. @param before what `handles` said */
  async leavesNothing(before: Readonly<Record<string, number>>): Promise<void> {
    // The server's own close waits for all its connections.
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeIdleConnections();
    await within(closed, 'the end of all connections');
    const { clientsCount, sockets } = this.io.stats();
    assert.deepEqual([clientsCount, sockets.joined, sockets.pending], [0, 0, 0]);
    assert.deepEqual(this.complaints, []);
    const settled = async (): Promise<void> => {
      while (Object.entries(handles()).some(([kind, count]) => count > (before[kind] ?? 0)))
        await new Promise(setImmediate);
    };
    await within(settled(), `the end of ${JSON.stringify(handles())}, before: ${JSON.stringify(before)}`);
  }
}
