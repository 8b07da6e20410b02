/** Joins the parts of the chat's page. */
import { Banner } from './banner.js';
import { Composer } from './composer.js';
import { Connection, Refused } from './connection.js';
import { byId } from './dom.js';
import { Drawer } from './drawer.js';
import { wear } from './faces.js';
import { Log } from './log.js';
import { Outbox } from './outbox.js';
import { showPeople } from './people.js';
import { Receipts } from './receipts.js';
import { RoomView } from './room-view.js';
import { Rooms } from './rooms.js';
import { Typing } from './typing.js';
import { openViewer } from './viewer.js';

let me;
const views = new Map();
const warned = new Set();
const banner = new Banner();
const typing = new Typing();
const drawer = new Drawer();
const log = new Log(openViewer);
const rooms = new Rooms(choose);
// The page says which client it has loaded; only the line to it knows what that one is like.
const { line, transports } = byId('chat').dataset;
const { connect } = await import(`./lines/${line}.js`);
const connection = new Connection(connect, transports.split(' '), (kind) => {
  typing.clear();
  banner.trouble(kind);
});
const receipts = new Receipts((receipt) => connection.tell('seen', receipt));
const outbox = new Outbox((name, data) => connection.ask(name, data), {
  accepted: ({ room, key }, answer) => {
    view(room).accept(key, answer);
    grown(room, answer.number);
  },
  refused: ({ room, key }, sentence) => view(room).refuse(key, sentence),
});
const composer = new Composer({
  say,
  typing: (on) => connection.tell('typing', { on }),
  problem: (sentence) => banner.hint(sentence),
});

connection.on('welcome', welcome);
connection.on('rooms', listed);
connection.on('activity', ({ room, last }) => rooms.grown(room, last));
connection.on('said', said);
connection.on('received', ({ room, numbers }) => view(room).received(numbers));
connection.on('people', (here) => here.room === rooms.current && showPeople(here, me));
connection.on('typing', (notice) => notice.room === rooms.current && typing.heard(notice));
document.addEventListener('visibilitychange', () => me && readIfSeen());
byId('create').addEventListener('submit', create);
connection.open();

/** The server knows us, for the first time or again after a gap: go to the room and catch up. */
async function welcome({ user, rooms: list }) {
  me = user;
  wear(byId('my-face'), me);
  rooms.readBy(me, list);
  rooms.update(list);
  await open(rooms.has(rooms.current) ? rooms.current : (remembered(list) ?? rooms.first));
  if (!connection.up) return;
  banner.back();
  outbox.flush();
}

/** The server's list has changed; what is shown of rooms that are gone is forgotten. */
function listed(list) {
  rooms.update(list);
  for (const name of views.keys()) if (!rooms.has(name) && name !== rooms.current) views.delete(name);
}

function choose(name) {
  drawer.close();
  open(name);
  composer.focus();
}

/** Shows a room at once with what is known of it, then with what the server adds. */
async function open(name) {
  if (rooms.current !== name) {
    rooms.choose(name);
    typing.clear();
    sessionStorage.setItem('chat.room', name);
    byId('room').textContent = name;
    byId('text').placeholder = `Message to ${name}`;
    log.show(view(name));
  }
  try {
    const answer = await connection.ask('enter', { room: name, since: view(name).since });
    if (rooms.current === name) entered(name, answer);
  } catch (error) {
    if (error instanceof Refused) banner.hint(error.message);
    // Without a connection the next welcome comes here again; with one, the server was merely slow.
    else if (connection.up && rooms.current === name) open(name);
  }
}

function entered(name, answer) {
  view(name).catchUp(answer, me);
  rooms.grown(name, answer.last);
  log.grown();
  confirm(name);
  readIfSeen();
  if (answer.namesake && !warned.has(name)) banner.hint(`Somebody else here is called ${me.name}, too.`);
  warned.add(name);
}

/** A message of somebody else, or of mine from another window. */
function said({ room, message }) {
  const isNew = view(room).add(message, me);
  if (room === rooms.current && isNew) log.grown();
  typing.heard({ user: message.from, on: false });
  grown(room, message.number);
  if (message.from.id !== me.id) confirm(room);
}

function grown(room, number) {
  rooms.grown(room, number);
  readIfSeen();
}

/** Sends a message from the composer. @returns false when it has to wait there */
function say({ text, picture }) {
  if (!me || outbox.full) {
    banner.hint('Not yet: earlier messages are still waiting.');
    return false;
  }
  const message = { key: newKey(), room: rooms.current, text, picture };
  view(message.room).addPending({ ...message, from: me, at: Date.now() });
  log.grown({ own: true });
  outbox.add(message);
  return true;
}

async function create(event) {
  event.preventDefault();
  const field = byId('new-room');
  if (!field.value.trim()) return field.focus();
  try {
    const { room } = await connection.ask('create', { room: field.value });
    field.value = '';
    return choose(room);
  } catch (error) {
    return banner.hint(error instanceof Refused ? error.message : 'Not now: there is no connection.');
  }
}

/** Tells the authors that their messages are here. */
function confirm(room) {
  const number = view(room).lastOf((user) => user.id !== me.id);
  if (number > 0) receipts.add(room, number);
}

function readIfSeen() {
  if (document.visibilityState === 'visible' && rooms.current) rooms.read(rooms.current);
}

/** Not `crypto.randomUUID`: that one is missing on plain HTTP, where a phone in the same network would be. */
function newKey() {
  return crypto.getRandomValues(new Uint32Array(4)).join('-');
}

function remembered(list) {
  const name = sessionStorage.getItem('chat.room');
  return list.some((room) => room.name === name) ? name : undefined;
}

function view(room) {
  if (!views.has(room)) {
    const fetch = async (number) => (await connection.ask('picture', { room, number })).picture;
    views.set(room, new RoomView(fetch));
  }
  return views.get(room);
}
