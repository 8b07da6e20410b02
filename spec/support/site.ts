/** A site with this library mounted in it, as its users would write it. */
import { createServer } from 'node:http';
import express, { type Express } from 'express';
import { type Server, socketio, type UserOptions } from '../../lib/index.js';
import { Line } from './line.js';
import { listening } from './listening.js';

/** What `onError` was told. */
export interface Complaint {
  readonly error: unknown;
  readonly event: string | undefined;
  readonly socket: unknown;
}

export interface Site {
  readonly io: Server;
  readonly port: number;
  readonly url: string;
  /** In the order of their coming; specs that expect none look here, too. */
  readonly complaints: readonly Complaint[];
  /** The next complaint. */
  complaint(): Promise<Complaint>;
  /** Another way to the same site. */
  line(): Promise<{ readonly line: Line; readonly url: string }>;
  close(): Promise<void>;
}

/**
 * Opens a site on a free port.
 * @param prepare may mount other middleware in front
 */
export async function openSite(
  options: UserOptions = {},
  prepare: (app: Express) => void = () => {},
): Promise<Site> {
  const complaints: Complaint[] = [];
  const waiting: ((complaint: Complaint) => void)[] = [];
  const onError: UserOptions['onError'] = (error, { event, socket }) => {
    complaints.push({ error, event, socket });
    waiting.shift()?.({ error, event, socket });
  };
  const app = express();
  const io = socketio({ onError, ...options });
  prepare(app);
  app.use('/socket.io', io);
  const server = createServer(app);
  const port = await listening(server);
  const lines: Line[] = [];
  return {
    io,
    port,
    url: `http://127.0.0.1:${port}`,
    complaints,
    complaint: () => new Promise((resolve) => waiting.push(resolve)),
    line: async () => {
      const line = new Line(port);
      lines.push(line);
      return { line, url: `http://127.0.0.1:${await line.start()}` };
    },
    close: async () => {
      for (const line of lines) line.close();
      await io.close({ drain: 10 });
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
