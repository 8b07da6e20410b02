/** The same words to this server and to the genuine one: the same answers, except where a row says why not. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { Server as GenuineServer } from 'socket.io';
import { listening } from '../support/listening.js';
import { within } from '../support/patience.js';
import { byPolling, byWebSocket, type Frame, type RawClient } from '../support/raw-engine4.js';
import { openSite } from '../support/site.js';

/** What both servers offer, as far as the small application needs it. */
interface AnySocket {
  readonly nsp: { readonly name: string };
  readonly handshake: { readonly auth: unknown };
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  onAny(listener: (...args: unknown[]) => void): unknown;
  emit(event: string, ...args: unknown[]): unknown;
  disconnect(close?: boolean): unknown;
}

interface AnyServer {
  of(name: string): {
    on(event: 'connection', listener: (socket: AnySocket) => void): unknown;
    use(middleware: (socket: AnySocket, next: (error?: Error) => void) => void): unknown;
  };
}

/** What the application of one server has seen; `here` counts those who have not left. */
interface Notes {
  readonly seen: unknown[];
  here: number;
  empty: () => void;
}

/** The same small application for both. */
function furnish(io: AnyServer): Notes {
  const notes: Notes = { seen: [], here: 0, empty: () => {} };
  for (const name of ['/', '/custom']) io.of(name).on('connection', (socket) => serve(socket, notes));
  io.of('/deny').use((_socket, next) => {
    next(Object.assign(new Error('not authorized'), { data: { code: 7 } }));
  });
  io.of('/fence').on('connection', (socket) => {
    socket.on('done', (reply) => (reply as () => void)());
  });
  return notes;
}

function serve(socket: AnySocket, notes: Notes): void {
  notes.here += 1;
  notes.seen.push(['in', socket.nsp.name, socket.handshake.auth]);
  socket.onAny((...args) => notes.seen.push(args.map((arg) => (typeof arg === 'function' ? 'reply' : arg))));
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
  socket.on('kick', (whole) => socket.disconnect(Boolean(whole)));
}

/** What one server said and saw. */
interface Transcript {
  readonly said: string[];
  /** Statuses of a polling client's own requests. */
  readonly statuses: (number | undefined)[];
  readonly ended: boolean;
  readonly seen: unknown[];
}

interface House {
  readonly url: string;
  readonly notes: Notes;
  close(): Promise<unknown>;
}

/** Plays a script. Between two steps the client asks in another namespace: with that answer, everything before it has come. */
async function play(house: House, connect: (url: string) => Promise<RawClient>, script: readonly Frame[]) {
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
  await ask('40/fence,', '40/fence,');
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
function alike({ said, statuses, ended, seen }: Transcript): unknown {
  const ok = statuses.every((status) => status === undefined || status === 200);
  return {
    said: said.filter((frame) => frame !== '6'),
    ...(!ended && { ok }),
    ended,
    seen: JSON.parse(JSON.stringify(seen).replaceAll('"forced server close"', '"forced close"')),
  };
}

type Row = readonly [what: string, script: readonly Frame[], differs?: string];

const one = Buffer.from([1, 2, 3]);
const two = Buffer.from([4, 5, 6]);
const both = '{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}';

/** The third column says why this server answers otherwise. */
const rows: readonly Row[] = [
  ['enters', ['40']],
  ['enters with credentials', ['40{"token":"123"}']],
  ['enters a namespace', ['40/custom,']],
  ['enters a namespace without a comma', ['40/custom']],
  ['enters a namespace with credentials', ['40/custom,{"a":[1,null]}']],
  ['enters the main namespace by its name', ['40/,']],
  ['enters what is not there', ['40/random']],
  ['enters what is not there with a comma', ['40/random,{"a":1}']],
  ['enters with a query in the name', ['40/custom?x=1,']],
  ['enters with a list', ['40[]']],
  ['enters with null', ['40null']],
  ['enters with a text', ['40"token"']],
  ['enters with broken JSON', ['40{"token"']],
  ['enters twice', ['40', '40']],
  ['enters two namespaces', ['40', '40/custom,']],
  ['speaks before it enters', ['42["message",1]']],
  ['leaves before it enters', ['41']],
  ['refuses', ['40', '44{"message":"x"}']],
  ['leaves with a payload', ['40', '41{"a":1}']],
  ['leaves', ['40', '41']],
  ['leaves and enters again', ['40', '41', '40']],
  ['leaves one of two namespaces', ['40', '40/custom,', '41/custom,', '42["message",1]']],
  ['is refused with data', ['40/deny,']],
  ['is refused and enters elsewhere', ['40/deny,', '40', '42["message","ok"]']],
  ['speaks', ['40', '42["message",1,"2",{"3":[true]}]']],
  ['asks', ['40', '42456["message-with-ack",1,"2",{"3":[false]}]']],
  ['asks with number 0', ['40', '420["message-with-ack"]']],
  ['answers what nobody asked', ['40', '4399["x"]', '42["message"]']],
  ['answers without a number', ['40', '43', '42["message"]']],
  ['answers without a number, with arguments', ['40', '43["x"]', '42["message"]']],
  ['answers with an object', ['40', '430{}']],
  ['answers with an object and no number', ['40', '43{}']],
  ['speaks without data', ['40', '42', '42["message"]'], 'an event without a name is no event'],
  ['speaks an empty list', ['40', '42[]']],
  ['speaks an object', ['40', '42{}']],
  ['speaks a text', ['40', '42"message"']],
  ['speaks a nameless event', ['40', '42[null]']],
  ['speaks an event named true', ['40', '42[true]']],
  ['speaks a reserved event', ['40', '42["connect"]']],
  ['speaks another reserved event', ['40', '42["disconnecting","x"]']],
  ['speaks an event named error', ['40', '42["error","x"]']],
  ['speaks an event named connection', ['40', '42["connection",1]']],
  ['speaks an event with a number for a name', ['40', '42[1,2]'], 'listeners get every name as a text'],
  ['asks with letters for a number', ['40', '42abc["m"]']],
  ['asks with a fraction for a number', ['40', '421.5["m",1]']],
  ['speaks broken JSON', ['40', '42["a"']],
  ['says an empty message', ['40', '4']],
  ['says an unknown packet', ['40', '47']],
  ['speaks elsewhere', ['40', '42/nope,["a"]']],
  ['speaks where it was refused', ['40', '40/deny,', '42/deny,["a"]']],
  ['speaks in the main namespace by its name', ['40', '42/,["message",1]']],
  ['speaks in a namespace', ['40/custom,', '42/custom,["message","in custom"]']],
  ['asks in a namespace', ['40/custom,', '42/custom,12["message-with-ack","in custom"]']],
  ['speaks every letter', ['40', '42["message","\\u0000\u2028é😀","😀\\ud83d\\ude00"]']],
  ['speaks names of built-in things', ['40', '42["message",{"__proto__":1,"constructor":2}]']],
  ['speaks two attachments', ['40', `452-["message",${both}]`, one, two]],
  ['asks with two attachments', ['40', `452-789["message-with-ack",${both}]`, one, two]],
  [
    'speaks attachments in another order',
    ['40', '452-["message",{"_placeholder":true,"num":1},{"_placeholder":true,"num":0}]', one, two],
  ],
  [
    'speaks one attachment twice',
    ['40', '451-["message",{"_placeholder":true,"num":0},{"_placeholder":true,"num":0}]', one],
  ],
  [
    'speaks attachments in a namespace',
    ['40/custom,', '451-/custom,["message",{"a":[{"_placeholder":true,"num":0}]}]', one],
  ],
  ['announces no attachments', ['40', '450-["message"]']],
  ['announces eleven attachments', ['40', '4511-["message"]']],
  ['announces attachments without a number', ['40', '45-["m"]']],
  ['announces a fraction of attachments', ['40', '451.5-["m"]']],
  ['announces attachments without a dash', ['40', '452["m"]']],
  ['points behind its attachments', ['40', '451-["message",{"_placeholder":true,"num":5}]', one]],
  ['points before its attachments', ['40', '451-["message",{"_placeholder":true,"num":-1}]', one]],
  ['points with a text', ['40', '451-["message",{"_placeholder":true,"num":"0"}]', one]],
  [
    'speaks while attachments are due',
    ['40', '451-["message",{"_placeholder":true,"num":0}]', '42["message"]'],
  ],
  ['sends an attachment of nothing', ['40', one]],
  ['sends an attachment to which nothing points', ['40', '451-["message","x"]', one]],
  ['sends a placeholder that is none', ['40', '42["message",{"_placeholder":true,"num":0}]']],
  ['sends an attachment as text', ['40', '451-["message",{"_placeholder":true,"num":0}]', 'bAQID']],
  ['answers a question', ['40', '42["ask me"]', '430["yes","more"]']],
  ['answers a question with data', ['40', '42["ask me"]', '461-0[{"_placeholder":true,"num":0}]', one]],
  ['answers twice', ['40', '42["ask me"]', '430["yes"]', '430["again"]']],
  ['is sent away', ['40', '42["kick"]']],
  ['is sent away from one of two', ['40', '40/custom,', '42/custom,["kick"]', '42["message",1]']],
  [
    'is sent away for good',
    ['40/custom,', '40', '42["kick",true]'],
    'it first leaves the one in which it happened',
  ],
  ['speaks after it was sent away', ['40', '42["kick"]', '42["message",1]']],
  ['asks for signs of life', ['40', '2']],
  ['shows unasked signs of life', ['40', '3', '42["message",1]']],
  ['says what means nothing from a client', ['40', '0', '5', '6', '42["message",1]']],
  ['says an unknown frame', ['40', '8']],
  ['says letters', ['40', 'abc']],
];

const ways: Readonly<Record<string, (url: string) => Promise<RawClient>>> = {
  websocket: byWebSocket,
  polling: byPolling,
};

async function openHere(): Promise<House> {
  const { url, io, close } = await openSite();
  return { url, close, notes: furnish(io as unknown as AnyServer) };
}

async function openThere(): Promise<House> {
  const server = createServer();
  const io = new GenuineServer(server);
  const url = `http://127.0.0.1:${await listening(server)}`;
  return { url, close: () => io.close(), notes: furnish(io as unknown as AnyServer) };
}

async function transcript(
  open: () => Promise<House>,
  connect: (url: string) => Promise<RawClient>,
  script: readonly Frame[],
): Promise<unknown> {
  const house = await open();
  try {
    return alike(await play(house, connect, script));
  } finally {
    await house.close();
  }
}

describe('a client that speaks by hand', () => {
  for (const [way, connect] of Object.entries(ways)) {
    describe(`by ${way}`, () => {
      for (const [what, script, differs] of rows) {
        it(`${what}${differs ? `; unlike the genuine server: ${differs}` : ''}`, async () => {
          const ours = await transcript(openHere, connect, script);
          const genuine = await transcript(openThere, connect, script);
          if (differs) assert.notDeepEqual(ours, genuine);
          else assert.deepEqual(ours, genuine);
        });
      }
    });
  }
});
