/** Who is compared: each a program of its own in `peers/`. */

export interface Peer {
  readonly name: string;
  /** As the table and the chart say it. */
  readonly title: string;
  readonly program: string;
  /** Whether it speaks all of Socket.IO, long-polling included, or just answers the same bytes. */
  readonly isLibrary: boolean;
  /** What it is given in addition to the scenario's options. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** The peer that it is, but for its options: it is compared with that one alone. */
  readonly variantOf?: string;
}

/** Everything is compared with this one. */
export const OURS = 'ours';

const recovery = { connectionStateRecovery: {} };

export const peers: readonly Peer[] = [
  { name: OURS, title: 'express-socketio', program: 'ours.mjs', isLibrary: true },
  { name: 'socket.io', title: 'socket.io', program: 'socket.io.mjs', isLibrary: true },
  { name: 'socket.io-uws', title: 'socket.io on uWS', program: 'socket.io-uws.mjs', isLibrary: true },
  { name: 'ws', title: 'bare ws', program: 'ws.mjs', isLibrary: false },
  { name: 'uws', title: 'bare uWS', program: 'uws.mjs', isLibrary: false },
  {
    name: 'ours+recovery',
    title: 'express-socketio with recovery',
    program: 'ours.mjs',
    isLibrary: true,
    options: recovery,
    variantOf: OURS,
  },
  {
    name: 'socket.io+recovery',
    title: 'socket.io with recovery',
    program: 'socket.io.mjs',
    isLibrary: true,
    options: recovery,
    variantOf: 'socket.io',
  },
];
