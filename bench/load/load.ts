/** What every load is: something opened on a server that can be driven for a while, and says how much came of it. */

/** How large a load is; each scenario says what it needs of this. */
export interface Size {
  readonly connections: number;
  /** Exchanges under way on each connection. @default 1 */
  readonly inFlight?: number;
  /** Bytes of one payload. */
  readonly bytes?: number;
  /** Emits in one tick. @default 1 */
  readonly times?: number;
  /** Turns of the server's event loop in which it emits, one after the other. @default 1 */
  readonly turns?: number;
  /** Clients that ask for it at the same time. @default 1 */
  readonly speakers?: number;
}

export interface Ground extends Size {
  readonly port: number;
}

/** What came of a segment. */
export interface Yield {
  readonly units: number;
  /** Of each unit, in microseconds, where a scenario is about latency. */
  readonly latencies?: readonly number[];
}

export interface Load {
  /** Drives the server for so many milliseconds, and then waits until all that was begun has happened. */
  segment(ms: number): Promise<Yield>;
  close(): Promise<void>;
}

/** Most connections that are being opened at a time. */
const OPENING = 50;

/** Opens many of something, a few at a time. */
export async function openMany<T>(count: number, open: (index: number) => Promise<T>): Promise<T[]> {
  const opened: T[] = [];
  let next = 0;
  async function some(): Promise<void> {
    while (next < count) {
      const index = next++;
      opened[index] = await open(index);
    }
  }
  await Promise.all(Array.from({ length: Math.min(count, OPENING) }, some));
  return opened;
}

/** Lets go of all of them. */
export async function dropAll(all: readonly { drop(): Promise<void> }[]): Promise<void> {
  await Promise.all(all.map((one) => one.drop()));
}
