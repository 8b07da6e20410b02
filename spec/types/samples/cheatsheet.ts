/** Every way to say something that Socket.IO's documentation lists for servers, in one program each. */
import { createServer } from 'node:http';
import express from 'express';
import {
  type BroadcastOperator,
  type DefaultEventsMap,
  type DisconnectReason,
  type Handshake,
  type RemoteSocket,
  Server,
  type Socket,
  socketio,
} from '../../../lib/index.js';

/** Whom a word may go to, and how. */
export function saying(): Server {
  const io = socketio();
  io.on('connection', (socket) => {
    // To this client.
    socket.emit('hello', 1, '2', { 3: '4', 5: Buffer.from([6]) });
    socket.emit('hello', new Date(), new Uint8Array([1]), null, undefined, [[]]);
    socket.send('hello');
    socket.write({ text: 'hello' });
    socket.compress(false).emit('uncompressed', 'text');
    socket.volatile.emit('perhaps');
    socket.timeout(1_000).emit('question', (error: Error | null, answer: string) => error ?? answer.length);
    // To others.
    socket.broadcast.emit('hello', 'everybody else');
    socket.to('room1').emit('hello');
    socket.to('room1').to('room2').emit('hello');
    socket.to(['room1', 'room2']).emit('hello');
    socket.in('room1').except('room3').emit('hello');
    socket.broadcast.to('room1').volatile.emit('hello');
    socket.broadcast.except(['a', 'b']).compress(true).emit('hello');
    socket.local.emit('hello');
    socket.to(socket.id).emit('hello');
    socket.nsp.emit('hello');
    // To all.
    io.emit('hello', 1, { a: [true] });
    io.in('room1').emit('hello');
    io.to(['room1', 'room2']).except('room3').emit('hello');
    io.of('/admin').emit('hello');
    io.of('/admin').to('room').emit('hello');
    io.of('/admin').in(['room1']).except('room3').local.emit('hello');
    io.local.emit('hello');
    io.volatile.emit('hello');
    io.compress(false).emit('hello');
    io.to(socket.id).emit('hello');
    io.send('hello').write('hello');
    io.sockets.emit('hello');
  });
  return io;
}

/** Questions to clients, to all of them, and to other servers. */
export function asking(): Server {
  const io = socketio();
  io.on('connection', async (socket) => {
    socket.on('update', (_arg1: number, _arg2: string, callback: (answer: { status: string }) => void) => {
      callback({ status: 'ok' });
    });
    socket.emit('hello', 'world', (arg1: string, arg2: number) => `${arg1}${arg2}`);
    try {
      const one = await socket.emitWithAck('hello', 'world');
      const late = await socket.timeout(1_000).emitWithAck('hello', 'world');
      const all: unknown[] = await io.timeout(1_000).emitWithAck('hello', 'world');
      const some: unknown[] = await io.to('room').timeout(1_000).emitWithAck('hello');
      const others: unknown[] = await socket.broadcast.timeout(1_000).emitWithAck('hello');
      io.emit('answers', one, late, all.length, some.length, others.length);
    } catch (error) {
      io.emit('no answers', error);
    }
    io.timeout(1_000).emit('hello', (error: Error & { responses?: unknown[] }, responses: unknown[]) =>
      error ? error.responses?.length : responses.length,
    );
  });
  io.serverSideEmit('hello', 'world', 1, [], {});
  io.serverSideEmit('ask', (error: Error | null, responses: unknown[]) => error ?? responses.length);
  io.serverSideEmitWithAck('ask').then(
    (responses) => responses.length,
    () => 0,
  );
  io.on('ask', (callback: (answer: string) => void) => callback('answer'));
  return io;
}

/** What can be read of a socket. */
export function reading(): Server {
  const io = socketio();
  io.on('connection', (socket) => {
    const { handshake }: { handshake: Handshake } = socket;
    const facts: [string, boolean, boolean, Set<string>, string] = [
      socket.id,
      socket.connected,
      socket.disconnected,
      socket.rooms,
      socket.nsp.name,
    ];
    const words: [string, string, boolean, boolean, number] = [
      handshake.time,
      handshake.address,
      handshake.xdomain,
      handshake.secure,
      handshake.issued,
    ];
    const more: unknown[] = [
      handshake.url,
      handshake.query.token,
      handshake.auth.token,
      handshake.headers.cookie,
    ];
    const conn: [string, string, number, string] = [
      socket.conn.id,
      socket.conn.transport.name,
      socket.conn.protocol,
      socket.conn.remoteAddress,
    ];
    socket.data.facts = [facts, words, more, conn, socket.client.id, socket.request.url];
    socket.on('disconnecting', (reason, _description) =>
      socket.to('room').emit('going', reason, [...socket.rooms]),
    );
    socket.on('disconnect', (reason: DisconnectReason) => {
      if (reason === 'server namespace disconnect') socket.removeAllListeners();
    });
    socket.once('x', () => {});
    socket.off('x', () => {}).removeListener('x', () => {});
    socket.eventNames().includes('x');
    socket.listeners('x').length;
    socket.listenerCount('x').toFixed();
  });
  return io;
}

/** What is done to many. */
export function moving(): Server {
  const io = socketio();
  io.socketsJoin('room1');
  io.in('room1').socketsJoin(['room2', 'room3']);
  io.of('/admin').in('room1').socketsLeave('room2');
  io.socketsLeave(['room1', 'room2']);
  io.disconnectSockets();
  io.in('room1').disconnectSockets(true);
  const look = async (): Promise<void> => {
    const sockets: RemoteSocket[] = await io.fetchSockets();
    for (const socket of sockets) {
      socket.emit('hello', socket.id, [...socket.rooms], socket.handshake.time, socket.data);
      socket.timeout(100).emit('ask', (_error: Error | null, answer: unknown) => answer);
      socket.join('room1');
      socket.leave('room2');
      socket.disconnect(true);
    }
    const some = await io.of('/admin').in('room1').fetchSockets();
    const ids: Set<string> = await io.in('room1').allSockets();
    io.emit(
      'counted',
      some.length,
      ids.size,
      io.of('/').sockets.size,
      io.of('/').adapter.rooms.get('room1')?.size,
    );
  };
  void look().catch(() => {});
  const operator: BroadcastOperator<DefaultEventsMap> = io.to('room1');
  operator.emit('hello');
  return io;
}

/** With types of one's own, in functions that take a server or a socket. */
export function typed(): Server<ClientToServer, ServerToClient, AmongServers, Data> {
  const io = new Server<ClientToServer, ServerToClient, AmongServers, Data>();
  const app = express();
  app.use('/socket.io', io);
  createServer(app);
  register(io);
  return io;
}

interface ServerToClient {
  noArg: () => void;
  basicEmit: (a: number, b: string, c: Buffer) => void;
  withAck: (d: string, callback: (e: number) => void) => void;
}

interface ClientToServer {
  hello: () => void;
  'todo:create': (todo: { title: string }, callback: (id: string) => void) => void;
}

interface AmongServers {
  ping: () => void;
}

interface Data {
  name: string;
  age: number;
}

type TypedServer = Server<ClientToServer, ServerToClient, AmongServers, Data>;
type TypedSocket = Socket<ClientToServer, ServerToClient, AmongServers, Data>;

function register(io: TypedServer): void {
  io.on('ping', () => {});
  io.serverSideEmit('ping');
  io.use((socket, next) => {
    socket.data.name = 'john';
    socket.data.age = 42;
    next();
  });
  const create = async function (this: TypedSocket, todo: { title: string }, callback: (id: string) => void) {
    callback(`${this.data.name}: ${todo.title}`);
  };
  io.on('connection', (socket: TypedSocket) => {
    socket.on('hello', () => {});
    socket.on('todo:create', create);
    socket.emit('noArg');
    socket.emit('basicEmit', 1, '2', Buffer.from([3]));
    socket.emit('withAck', '4', (e) => e.toFixed());
    io.to('room').emit('basicEmit', 1, '2', Buffer.from([3]));
    // @ts-expect-error: nobody declared it
    socket.emit('undeclared');
    // @ts-expect-error: a number is wanted
    socket.emit('basicEmit', '1', '2', Buffer.from([3]));
    // @ts-expect-error: nobody declared it
    socket.on('undeclared', () => {});
  });
}
