/** A program with typed events, data and messages between servers. */
import { type Namespace, type Server, type Socket, socketio } from '../../../lib/index.js';

interface ServerToClientEvents {
  noArg: () => void;
  basicEmit: (a: number, b: string, c: Buffer) => void;
  withAck: (d: string, callback: (e: number) => void) => void;
  message: (text: string) => void;
}

interface ClientToServerEvents {
  hello: () => void;
  rename: (name: string, done: (ok: boolean) => void) => void;
}

interface InterServerEvents {
  ping: (from: string) => void;
  load: (callback: (percent: number) => void) => void;
}

interface SocketData {
  name: string;
  age: number;
}

type Io = Server<ClientToServerEvents, ServerToClientEvents, InterServerEvents, SocketData>;
type Client = Socket<ClientToServerEvents, ServerToClientEvents, InterServerEvents, SocketData>;
type Place = Namespace<ClientToServerEvents, ServerToClientEvents, InterServerEvents, SocketData>;

function greet(socket: Client): void {
  socket.emit('noArg');
  socket.emit('basicEmit', 1, '2', Buffer.from([3]));
  socket.emit('withAck', '4', (e) => {
    const sum: number = e + 1;
    socket.data.age = sum;
  });
  socket.data.name = 'ada';
  socket.send('welcome');
}

function answer(io: Io, socket: Client): void {
  socket.on('hello', () => socket.broadcast.emit('noArg'));
  socket.on('rename', (name, done) => {
    socket.data.name = name.trim();
    done(name.length > 0);
    io.to('room').emit('basicEmit', 1, name, Buffer.alloc(0));
  });
  socket.on('disconnect', (reason) => {
    if (reason === 'ping timeout') io.emit('noArg');
  });
}

async function ask(io: Io): Promise<number> {
  const answers = await io.timeout(1_000).emitWithAck('withAck', 'well?');
  return answers.reduce((sum, one) => sum + one, 0);
}

async function names(place: Place): Promise<string[]> {
  const sockets = await place.fetchSockets();
  return sockets.map((socket) => socket.data.name.toUpperCase());
}

function amongServers(io: Io): void {
  io.on('ping', (from) => from.toUpperCase());
  io.on('load', (callback) => callback(12));
  io.serverSideEmit('ping', 'me');
  io.serverSideEmit('load', (error, percents) => {
    if (!error) percents.map((percent) => percent.toFixed());
  });
}

export function typedEvents(): { io: Io; asked: Promise<number>; named: Promise<string[]> } {
  const io = socketio<ClientToServerEvents, ServerToClientEvents, InterServerEvents, SocketData>();
  io.use((socket, next) => {
    socket.data.age = Number(socket.handshake.auth.age);
    next();
  });
  io.on('connection', (socket) => {
    const place: Place = socket.nsp;
    place.emit('noArg');
    greet(socket);
    answer(io, socket);
  });
  amongServers(io);
  return { io, asked: ask(io), named: names(io.of('/names')) };
}
