/** This server and the genuine one side by side, for the same raw requests. */
import { createServer } from 'node:http';
import { Server as GenuineServer } from 'socket.io';
import type { UserOptions } from '../../lib/index.js';
import { listening } from './listening.js';
import { openSite } from './site.js';

export interface Twins {
  /** The ports of this server and of the genuine one. */
  readonly here: number;
  readonly there: number;
  close(): Promise<void>;
}

/** Both with the same options, at `/socket.io`. */
export async function openTwins(options: UserOptions): Promise<Twins> {
  const site = await openSite(options);
  const server = createServer();
  const genuine = new GenuineServer(server, options as object);
  const there = await listening(server);
  return {
    here: site.port,
    there,
    close: async () => {
      await site.close();
      await genuine.close();
    },
  };
}
