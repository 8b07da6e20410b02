/** A script of raw frames, played to whichever server: what it says, and what its application sees. */
import { within } from './patience.js';
import type { Frame, RawClient } from './raw-engine4.js';

/** What all servers offer, as far as the small application needs it. */
export interface AnySocket {
  readonly nsp: { readonly name: string };
  readonly handshake: { readonly auth?: unknown; readonly query: Readonly<Record<string, unknown>> };
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  use(middleware: (event: unknown[], next: () => void) => void): unknown;
  emit(event: string, ...args: unknown[]): unknown;
  disconnect(close?: boolean): unknown;
}

export interface AnyServer {
  of(name: string): {
    on(event: 'connection', listener: (socket: AnySocket) => void): unknown;
    use(middleware: (socket: AnySocket, next: (error?: Error) => void) => void): unknown;
  };
}

/** How a socket introduces itself, as far as servers agree where that stands. */
export type Introduction = (socket: AnySocket) => unknown;

/** What the application of one server has seen; `here` counts those who have not left. */
export interface Notes {
  readonly seen: unknown[];
  here: number;
  empty: () => void;
}

/** A server with the application, at an address. */
export interface House {
  readonly url: string;
  readonly notes: Notes;
  close(): Promise<unknown>;
}

/** What one server said and saw. */
export interface Transcript {
  readonly said: string[];
  /** Statuses of a polling client's own requests. */
  readonly statuses: (number | undefined)[];
  readonly ended: boolean;
  readonly seen: unknown[];
}

/** The same small application for all. */
export function furnish(io: AnyServer, introduced: Introduction): Notes {
  const notes: Notes = { seen: [], here: 0, empty: () => {} };
  for (const name of ['/', '/custom'])
    io.of(name).on('connection', (socket) => serve(socket, notes, introduced));
  io.of('/deny').use((_socket, next) => {
    next(Object.assign(new Error('not authorized'), { data: { code: 7 } }));
  });
  io.of('/deny-bare').use((_socket, next) => next(new Error('not authorized')));
  io.of('/fence').on('connection', (socket) => {
    socket.on('done', (reply) => (reply as () => void)());
  });
  return notes;
}

function serve(socket: AnySocket, notes: Notes, introduced: Introduction): void {
  notes.here += 1;
  notes.seen.push(['in', socket.nsp.name, introduced(socket)]);
  socket.use((event, next) => {
    notes.seen.push(event.map((arg) => (typeof arg === 'function' ? 'reply' : arg)));
    next();
  });
  socket.on('disconnect', (reason) => {
    notes.seen.push(['out', socket.nsp.name, reason]);
    notes.here -= 1;
    if (notes.here === 0) notes.empty();
  });
  socket.on('message', (...args) => socket.emit('message-back', ...args));
  socket.on('message-with-ack', (...args) => {
    const reply = args.pop() as (...answer: unknown[]) => void;
    reply(...args);
  });
  socket.on('ask me', () => {
    socket.emit('q', 1, (...answer: unknown[]) => socket.emit('answered', ...answer));
  });
  socket.on('send bytes', () => socket.emit('bytes', { deep: [Buffer.from([0, 255])] }, Buffer.from([7])));
  socket.on('kick', (whole) => socket.disconnect(Boolean(whole)));
}

/** Plays a script. Between two steps the client asks in another namespace: with that answer, everything before it has come. */
export async function play(
  house: House,
  connect: (url: string) => Promise<RawClient>,
  script: readonly Frame[],
): Promise<Transcript> {
  const client = await connect(house.url);
  const statuses: (number | undefined)[] = [];
  const said: string[] = [];
  let ended = false;
  const ask = async (question: string, answer: string): Promise<void> => {
    await client.say(question);
    for (let frame = await client.next(); !frame?.startsWith(answer); frame = await client.next()) {
      ended = frame === undefined;
      if (frame === undefined) return;
      said.push(frame.replace(/"sid":"[\w-]{20}"/, '"sid":"S"'));
    }
  };
  await ask('40/fence,', '40/fence');
  for (const [index, frame] of script.entries()) {
    if (!ended) statuses.push(await client.say(frame));
    if (isOpen(frame, script[index + 1])) continue;
    // Asked twice: entering takes the genuine server a little longer than an answer.
    for (const id of [index * 2, index * 2 + 1]) {
      if (!ended) await ask(`42/fence,${id}["done"]`, `43/fence,${id}[]`);
    }
  }
  await client.leave();
  await emptied(house.notes);
  return { said, statuses, ended, seen: house.notes.seen } satisfies Transcript;
}

/** Whether a text in between would be taken for an attachment that is due. */
function isOpen(frame: Frame, next: Frame | undefined): boolean {
  if (next === undefined) return false;
  return typeof frame === 'string' ? /^4[56]/.test(frame) : typeof next !== 'string';
}

function emptied(notes: Notes): Promise<void> {
  if (notes.here === 0) return Promise.resolve();
  const empty = new Promise<void>((resolve) => {
    notes.empty = resolve;
  });
  return within(empty, 'the last one to leave');
}

/**
 * What may differ everywhere, and is therefore made equal:
 * - `6` carries nothing; it frees a poll, and whether one waits is a matter of time.
 * - A POST with a packet that cannot be read is answered by 400 here; the genuine server says `ok` and forgets the session.
 *   After the end both answer 400; where the connection broke off, there is no status at all.
 * - A connection that breaks the rules of Socket.IO without being unreadable ends with `forced server close` here, by
 *   either transport. The genuine server says that or `forced close`, depending on whether a poll waits.
 */
export function alike({ said, statuses, ended, seen }: Transcript): unknown {
  const ok = statuses.every((status) => status === undefined || status === 200);
  return {
    said: said.filter((frame) => frame !== '6'),
    ...(!ended && { ok }),
    ended,
    seen: JSON.parse(JSON.stringify(seen).replaceAll('"forced server close"', '"forced close"')),
  };
}
