/** The demo's site: an ordinary Express app with sessions and forms, and a chat at /socket.io. */
import { createServer, type Server } from 'node:http';
import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import { socketio } from '../lib/index.js';
import { chat } from './chat.js';
import { type Client, clientsOf, remembered, scriptFile, scriptPath } from './clients.js';
import { House } from './house.js';
import { limits } from './limits.js';
import { chatPage } from './pages/chat.js';
import { security } from './security.js';
import { sessions, userOf } from './sessions.js';
import { signIn } from './sign-in.js';

const publicFolder = fileURLToPath(new URL('./public', import.meta.url));

/** What the server speaks; the pages of the clients follow from it. */
const generations = [3, 4] as const;
const clients = clientsOf(generations);

export interface Site {
  readonly app: Express;
  readonly clients: readonly Client[];
  readonly io: ReturnType<typeof socketio>;
  readonly server: Server;
}

/** Builds the site; the server does not listen yet. */
export function site(): Site {
  const app = express();
  const house = new House();
  const io = socketio({ generations }, chat(house));

  // The session that the sign-in form made is here because the handshake came through the middleware below.
  io.use((socket, next) => {
    if (!userOf(socket.request)) return next(new Error('NAME_NEEDED'));
    if (house.windows >= limits.windows) return next(new Error('HOUSE_FULL'));
    return next();
  });

  app.disable('x-powered-by');
  app.use(security);
  app.use(express.static(publicFolder));
  for (const client of clients) app.get(scriptPath(client), script(client));
  app.use(sessions());
  app.use('/socket.io', io);
  app.use(signIn(clients, (userId) => io.in(`user:${userId}`).disconnectSockets(true)));
  for (const client of clients) app.get(client.path, page(client));
  app.use(failed);

  return { app, clients, io, server: createServer(app) };
}

/** The file that the client's package has for browsers, as it is. */
function script(client: Client): RequestHandler {
  const file = scriptFile(client);
  const options = { root: dirname(file), maxAge: '1 year', immutable: true };
  return (_req, res) => res.sendFile(basename(file), options);
}

/** The chat by that client, for whoever has signed in. */
function page(client: Client): RequestHandler {
  return (req, res) => {
    const user = userOf(req);
    if (!user) return res.redirect(`/sign-in${remembered(client)}`);
    return res.set('Cache-Control', 'no-store').send(chatPage(user, client, clients).toString());
  };
}

/** What goes wrong is said in one plain line; the details stay on this side. */
const failed: ErrorRequestHandler = (error: { status?: unknown }, _req, res, next) => {
  if (res.headersSent) return next(error);
  const status = typeof error.status === 'number' && error.status >= 400 ? error.status : 500;
  if (status >= 500) console.error(error);
  return res.status(status).type('text').send('Sorry, this did not work.');
};
