/** Programs for what Socket.IO's guides are asked for: sessions, tokens, cookies, presence, an application in parts. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { parseCookie, stringifySetCookie } from 'cookie';
import type { NextFunction, Request, Response } from 'express';
import session from 'express-session';
import passport from 'passport';
import {
  type ExtendedError,
  type Namespace,
  type Server,
  type ServerOptions,
  type Socket,
  socketio,
} from '../../../lib/index.js';

/** What the site's own middleware has put on a request. */
interface Visitor extends IncomingMessage {
  session: session.Session & { visits?: number };
  user?: { readonly id: string };
}

/** A session that the site and its sockets share, read and written by events. */
export function sessions(): Server {
  const io = socketio();
  io.engine.use(session({ secret: 'changeit', resave: true, saveUninitialized: true }));
  io.on('connection', (socket) => {
    const req = socket.request as Visitor;
    socket.join(req.session.id);
    socket.on('visit', () => {
      req.session.reload((error: unknown) => {
        if (error) return socket.disconnect();
        req.session.visits = (req.session.visits ?? 0) + 1;
        return req.session.save();
      });
    });
    socket.use((_event, next) => {
      req.session.reload((error: unknown) => (error ? socket.disconnect() : next()));
    });
  });
  return io;
}

/** Express' kind of middleware around a socket, as it was done before `io.engine.use`. */
export function wrapped(): Server {
  const io = socketio();
  // biome-ignore lint/suspicious/noExplicitAny: as their users write it
  const wrap = (middleware: any) => (socket: Socket, next: any) => middleware(socket.request, {}, next);
  io.use(wrap(session({ secret: 'changeit', resave: false, saveUninitialized: false })));
  io.use(wrap(passport.session()));
  io.use((socket, next) => {
    const refusal: ExtendedError = new Error('not authorized');
    refusal.data = { content: 'please log in' };
    next((socket.request as Visitor).user ? undefined : refusal);
  });
  return io;
}

/** Tokens that are looked at once, when a client comes; handlers are typed as Express' are, or by what they read. */
export function tokens(): Server {
  const io = socketio();
  type Queried = { readonly _query: Record<string, string> };
  const onlyForHandshake =
    (middleware: (req: Request, res: Response, next: NextFunction) => unknown) =>
    (req: Request & Queried, res: Response, next: NextFunction) =>
      req._query.sid === undefined ? middleware(req, res, next) : next();
  io.engine.use(onlyForHandshake(passport.authenticate('jwt', { session: false })));
  io.engine.use(
    onlyForHandshake((req, res, next) => {
      if (req.user) return next();
      return res.writeHead(401).end();
    }),
  );
  io.engine.use((req: Queried, res: ServerResponse, next: () => void) => {
    res.setHeader('x-transport', req._query.transport ?? '');
    next();
  });
  io.on('connection', (socket) => {
    const { id } = (socket.request as Visitor).user ?? { id: 'nobody' };
    socket.join(`user:${id}`);
    const token: string = socket.handshake.auth.token;
    socket.on('log out', () => io.in(`user:${id}`).disconnectSockets(token.length > 0));
  });
  return io;
}

/** Cookies of one's own; and a request that nobody needs any more. */
export function cookies(): Server {
  const io = socketio({ cookie: { name: 'my-cookie', httpOnly: true, sameSite: 'strict', maxAge: 86_400 } });
  io.engine.on('initial_headers', (headers: Record<string, string>, _req: IncomingMessage) => {
    headers['set-cookie'] = stringifySetCookie({ name: 'uid', value: '1234', sameSite: 'strict' });
  });
  io.engine.on('headers', (headers, request: Request) => {
    if (!request.headers.cookie) return;
    if (!parseCookie(request.headers.cookie).seen) headers['set-cookie'] = 'seen=yes';
  });
  io.engine.on('connection', (rawSocket) => {
    rawSocket.request = null;
  });
  return io;
}

/** Who is here, and who has gone. */
export function presence(): Server {
  const io = socketio();
  io.use((socket, next) => {
    socket.data.username = socket.handshake.auth.username;
    next(socket.data.username ? undefined : new Error('invalid username'));
  });
  io.on('connection', (socket) => {
    const users: { id: string; username: string }[] = [];
    for (const [id, other] of io.of('/').sockets) users.push({ id, username: other.data.username });
    socket.emit('users', users, io.engine.clientsCount, io.of('/').adapter.rooms.get('room')?.size);
    socket.on('private message', ({ content, to }) => {
      socket.to(to).to(socket.data.username).emit('private message', { content, from: socket.id });
    });
    socket.on('disconnect', async (reason, details) => {
      const left = await io.in(socket.data.username).allSockets();
      if (left.size === 0) socket.broadcast.emit('user disconnected', socket.data.username, reason, details);
    });
  });
  return io;
}

interface Orders {
  'order:create': (order: { id: number }, callback: (answer: { status: 'ok' | 'invalid' }) => void) => void;
  'order:read': (id: string, callback: (order: { id: number } | null) => void) => void;
}

interface News {
  'order:created': (id: number) => void;
}

type OrderSocket = Socket<Orders, News>;

function registerOrders(io: Server, socket: OrderSocket): void {
  const create = function (
    this: OrderSocket,
    ...[order, callback]: Parameters<Orders['order:create']>
  ): void {
    if (typeof callback !== 'function') return void this.disconnect();
    this.broadcast.emit('order:created', order.id);
    return callback({ status: 'ok' });
  };
  socket.on('order:create', create);
  socket.on('order:read', (id, callback) => callback(id === '' ? null : { id: io.engine.clientsCount }));
}

/** An application in parts: some know the events of their namespace, some take whatever there is. */
export function inParts(): Server {
  const io = socketio();
  const orders: Namespace<Orders, News> = io.of('/orders');
  orders.on('connection', (socket) => registerOrders(io, socket));
  io.on('connection', (socket: OrderSocket) => registerOrders(io, socket));
  io.use((socket: OrderSocket, next: (error?: Error) => void) =>
    next(socket.disconnected ? undefined : new Error()),
  );
  const typed = socketio<Orders, News>();
  greet(typed);
  // biome-ignore lint/suspicious/noExplicitAny: as their users write it
  const any: Server<any, any> = typed;
  any.close();
  return io;
}

function greet(io: Server): void {
  io.on('new_namespace', (namespace) => namespace.use((_socket, next) => next()));
  io.on('connection', (socket) => socket.emit('hello', socket.nsp.server === io));
}

/** A session that a socket may begin by itself: `allowRequest` takes its time. */
export function ownSessions(): Server {
  const own = session({ secret: 'changeit', resave: false, saveUninitialized: true });
  const held = new WeakMap<IncomingMessage, string>();
  const options: Partial<ServerOptions> = {
    allowRequest: (req, callback) => {
      const res = {
        getHeader: () => [],
        setHeader: (_name: string, [value]: string[]) => held.set(req, value ?? ''),
        writeHead() {},
      };
      own(req as Request, res as unknown as Response, () => {
        res.writeHead();
        (req as Visitor).session.save();
        callback(null, true);
      });
    },
  };
  const io = socketio(options);
  io.engine.on('initial_headers', (headers, req) => {
    headers['set-cookie'] = held.get(req);
  });
  return io;
}
