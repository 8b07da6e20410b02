/** Programs as they are written without types of their own. */
import session from 'express-session';
import helmet from 'helmet';
import * as msgpack from 'socket.io-msgpack-parser';
import {
  type CorsOptions,
  type Event,
  type ExtendedError,
  type Namespace,
  type RemoteSocket,
  type Server,
  type ServerOptions,
  type Socket,
  socketio,
} from '../../../lib/index.js';

class Unauthorized extends Error implements ExtendedError {
  readonly data = { retry: false };
}

/** Middleware for clients, and for each event of one. */
export function middleware(): Server {
  const options: Partial<ServerOptions> = { pingInterval: 10_000, connectTimeout: 5_000 };
  const io = socketio(options);
  io.use((socket, next) => {
    if (socket.handshake.auth.token === 'secret') next();
    else next(new Unauthorized('who are you?'));
  });
  io.use(async (socket, next) => {
    socket.data.user = await Promise.resolve({ id: socket.handshake.headers['x-user'] });
    next();
  });
  io.on('connection', (socket) => {
    socket.use(([event, ...args]: Event, next) => {
      if (event === 'forbidden' || args.length > 3) return next(new Error('no'));
      next();
    });
    socket.on('error', (error) => socket.emit('problem', error.message));
  });
  return io;
}

/** Acknowledgements in both directions, with and without a deadline. */
export function acknowledgements(): Server {
  const io = socketio();
  io.on('connection', async (socket) => {
    socket.on('create', async (item: { title: string }, callback: (answer: { id: number }) => void) => {
      await Promise.resolve(item.title);
      callback({ id: 1 });
    });
    socket.emit('hello', 'world', (response: string) => response.length);
    socket.timeout(5_000).emit('hello', 'world', (error: Error | null, response: string) => {
      if (error) socket.disconnect(true);
      else response.toUpperCase();
    });
    try {
      const response: string = await socket.timeout(5_000).emitWithAck('hello', 'world');
      io.timeout(100).emit('heard', response, (error: Error | null, responses: string[]) => {
        if (!error) responses.join();
      });
    } catch (error) {
      socket.emit('late', String(error));
    }
  });
  return io;
}

/** Rooms, and all that selects sockets. */
export function rooms(): Server {
  const io = socketio();
  io.on('connection', async (socket) => {
    await socket.join('news');
    socket.join(['red', 'blue']);
    socket.to('news').except('red').emit('story', { title: 'x' });
    socket.broadcast.timeout(100).emit('question', (_error: Error, answers: unknown[]) => answers.length);
    io.in('blue').socketsJoin('green');
    io.except(['red', socket.id]).volatile.compress(false).local.emit('quick');
    socket.leave('news');
    socket.on('disconnecting', () => {
      for (const room of socket.rooms) if (room !== socket.id) socket.to(room).emit('left', socket.id);
    });
    const others: RemoteSocket[] = await io.in('green').fetchSockets();
    for (const other of others) {
      other.emit('you', other.id, other.handshake.address, other.rooms.size, other.data.user);
      other.join('crowd');
      other.leave('crowd');
      other.disconnect();
    }
  });
  io.of('/').adapter.on('create-room', (room: string) => room.length);
  io.of('/').adapter.on('join-room', (room: string, id: string) => `${id} in ${room}`);
  return io;
}

/** Namespaces, fixed and dynamic. */
export function namespaces(): Server {
  const io = socketio();
  const orders: Namespace = io.of('/orders');
  const register = (socket: Socket): void => {
    socket.on('order', (payload) => socket.nsp.emit('ordered', payload.id));
  };
  orders.on('connection', register);
  orders.use((socket, next) => next(socket.nsp === orders ? undefined : new Error('lost')));
  const workspaces = io.of(/^\/workspace-\w+$/);
  workspaces.use((_socket, next) => next());
  workspaces.on('connection', (socket) => {
    const workspace: Namespace = socket.nsp;
    workspace.emit('hello', workspace.name, workspace.sockets.size);
  });
  const tenants = io.of((name, auth, next) => {
    next(null, name.startsWith('/tenant-') && auth.token === 'secret');
  });
  tenants.on('connect', (socket) => socket.disconnect(true));
  tenants.emit('to all tenants');
  io.of('/audit', (socket) => socket.onAny((event, ...args) => [event, args.length]));
  io.on('new_namespace', (namespace) => namespace.name);
  return io;
}

/** Listeners for everything. */
export function catchAll(): Server {
  const io = socketio();
  const note = (event: string, ...args: unknown[]): unknown => [event, args.length];
  io.on('connection', (socket) => {
    socket.onAny(note).prependAny(note).offAny(note);
    socket.onAnyOutgoing(note).prependAnyOutgoing(note).offAnyOutgoing();
    for (const listener of socket.listenersAny()) socket.offAny(listener);
    socket.once('one time', (value: number) => value.toFixed());
    socket.volatile.emit('ping');
    socket.request.headers.cookie?.split(';');
  });
  return io;
}

/** Options with parts. */
export function optionsWithParts(): Server {
  const cors: CorsOptions = { origin: ['https://a.example', /\.b\.example$/], methods: ['GET', 'POST'] };
  const options: Partial<ServerOptions> = {
    cors: { ...cors, credentials: true, origin: (origin, done) => done(null, origin?.endsWith('.example')) },
    parser: msgpack,
    serveClient: false,
    httpCompression: { threshold: 2_048, level: 1 },
    perMessageDeflate: { threshold: 2_048 },
    addTrailingSlash: false,
  };
  socketio({ cors: (req, done) => done(null, req.headers.host ? cors : undefined) }).close();
  return socketio(options);
}

/** What is below the namespaces. */
export function engine(): Server {
  const io = socketio();
  io.engine.on('connection_error', ({ req, code, message, context }) => {
    console.log(req.url?.length, code + 1, message.length, context.name);
  });
  io.engine.on('initial_headers', (headers, req) => {
    headers['set-cookie'] = `url=${req.url?.length}`;
  });
  io.engine.use(helmet());
  io.engine.use(session({ secret: 'x', resave: false, saveUninitialized: false }));
  io.engine.generateId = (req) => `${req.headers['x-id']}`;
  io.engine.generateId = async () => 'id';
  io.on('connection', ({ conn }) => {
    conn.once('upgrade', (transport) => console.log(transport.name, conn.transport.name));
    conn.on('packet', ({ type, data }) => console.log(type, data?.length));
    conn.on('packetCreate', ({ type, options }) => console.log(type, options.compress));
    conn.on('close', (reason) => console.log(reason.length, io.engine.clientsCount));
  });
  return io;
}
