/** The conversation: a table of what clients may ask, and one loop per connection that answers. */
import type { Socket } from '../lib/index.js';
import type { Entry } from './history.js';
import type { House } from './house.js';
import { limits } from './limits.js';
import { Pace } from './pace.js';
import { fields, Refusal, readCount, readKey, readName, readPicture, readText } from './reading.js';
import type { Room } from './room.js';
import { type User, userOf } from './sessions.js';

type Fields = Readonly<Record<string, unknown>>;
type Answer = (visitor: Visitor, asked: Fields) => object | undefined | Promise<object | undefined>;

/** One connected window. */
interface Visitor {
  readonly house: House;
  readonly socket: Socket;
  readonly user: User;
  readonly pace: Pace;
  room: Room | undefined;
}

/** What a client may ask, by message name. Each answer is the acknowledgement; a `Refusal` is one, too. */
const answers: ReadonlyMap<string, Answer> = new Map(
  Object.entries({ enter, create, say, seen, typing, picture }),
);

/** The handler for `socketio()`: it lives as long as the connection, and its end is the connection's end. */
export function chat(house: House): (socket: Socket) => Promise<void> {
  return async (socket) => {
    const user = userOf(socket.request);
    if (!user) return;
    const visitor: Visitor = { house, socket, user, pace: new Pace(limits.messages), room: undefined };
    const flood = new Pace(limits.events);
    house.windows += 1;
    try {
      await socket.join(`user:${user.id}`);
      socket.emit('welcome', { user, rooms: house.list(), textLength: limits.textLength });
      for await (const message of socket) {
        if (flood.spend() > 0) return;
        message.reply(await answer(visitor, message.name, message.data));
      }
    } finally {
      house.windows -= 1;
      leave(visitor);
    }
  };
}

async function answer(visitor: Visitor, name: string, data: unknown): Promise<object> {
  try {
    const found = answers.get(name);
    if (!found) throw new Refusal('This server does not know that request.');
    return { ok: true, ...(await found(visitor, fields(data))) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { ok: false, error: error.message, wait: error.wait };
  }
}

/** Opens a room in this window and tells what the client has missed there. */
async function enter(visitor: Visitor, asked: Fields): Promise<object> {
  const room = visitor.house.room(asked.room);
  if (visitor.room !== room) {
    leave(visitor);
    visitor.room = room;
    // Counted before joining takes place: a window that disconnects meanwhile is then still counted out by `leave`.
    const isNews = room.enter(visitor.user, visitor.socket.id, visitor.socket.conn.protocol);
    await visitor.socket.join(room.channel);
    if (isNews) tellPeople(visitor.socket, room);
  }
  // An event and not part of the answer: events stay in order, while a client may take up an answer a little later.
  visitor.socket.emit('people', { room: room.name, ...room.people() });
  const since = readCount(asked.since);
  const gap = room.history.hasGapAfter(since);
  return {
    room: room.name,
    gap,
    last: room.history.last,
    messages: room.history.after(gap ? 0 : since).map(listed),
    received: room.history.received(),
    namesake: room.hasNamesake(visitor.user),
  };
}

/** Makes a room; if there is one of that name, that is the room. */
function create(visitor: Visitor, asked: Fields): object {
  const name = readName(asked.room, limits.roomNameLength);
  if (name === undefined) throw new Refusal(`A room's name has 1 to ${limits.roomNameLength} characters.`);
  slow(visitor);
  const room = visitor.house.open(name);
  visitor.socket.nsp.emit('rooms', visitor.house.list());
  return { room: room.name };
}

/** A message for a room: kept, numbered and passed on. */
function say(visitor: Visitor, asked: Fields): object {
  const { socket, user, house } = visitor;
  const { history, name, channel } = house.room(asked.room);
  const key = readKey(asked.key);
  const before = history.sent(key, user);
  // The client did not get our answer and sent it again: the same answer, and nothing doubled.
  if (before) return { number: before.number, at: before.at };
  slow(visitor);
  const text = readText(asked.text);
  const image = readPicture(asked.picture);
  if (text === '' && !image) throw new Refusal('An empty message says nothing.');
  const { protocol } = socket.conn;
  const entry = history.add({ key, from: user, protocol, at: Date.now(), text, picture: image });
  socket.to(channel).emit('said', { room: name, message: { ...listed(entry), picture: entry.picture } });
  socket.nsp.except(channel).emit('activity', { room: name, last: entry.number });
  return { number: entry.number, at: entry.at };
}

/** A window shows everything up to a number: the authors get their second tick. */
function seen(visitor: Visitor, asked: Fields): undefined {
  const { history, name, channel } = visitor.house.room(asked.room);
  const numbers = history.receive(readCount(asked.number), visitor.user);
  if (numbers.length > 0) visitor.socket.nsp.to(channel).emit('received', { room: name, numbers });
}

/** Somebody writes. Volatile: a notice that comes late is worse than none. */
function typing({ socket, room, user }: Visitor, asked: Fields): undefined {
  if (!room) return;
  socket.volatile.to(room.channel).emit('typing', { room: room.name, user, on: asked.on === true });
}

/** The bytes of a picture from the history; the list of messages goes without them so that it stays small. */
function picture(visitor: Visitor, asked: Fields): object {
  const found = visitor.house.room(asked.room).history.find(readCount(asked.number))?.picture;
  if (!found) throw new Refusal('This picture is gone.');
  return { picture: found };
}

/** @throws Refusal when this window asks for more than its share */
function slow({ pace }: Visitor): void {
  const wait = pace.spend();
  if (wait > 0) throw new Refusal('A little slower, please.', wait);
}

function leave(visitor: Visitor): void {
  const { socket, room, user } = visitor;
  if (!room) return;
  visitor.room = undefined;
  socket.leave(room.channel);
  if (room.leave(user, socket.id)) tellPeople(socket, room);
}

function tellPeople(socket: Socket, room: Room): void {
  socket.nsp.to(room.channel).emit('people', { room: room.name, ...room.people() });
}

/** A message as a list shows it: of its picture only what it looks like from outside. */
function listed({ picture: image, ...message }: Entry): object {
  if (!image) return message;
  return { ...message, picture: { type: image.type, width: image.width, height: image.height } };
}
