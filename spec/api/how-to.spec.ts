/** Programs that guides to Socket.IO ask for, with genuine clients: sessions, tokens, a request that nobody needs. */
import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Request, Response } from 'express';
import session from 'express-session';
import { type Socket as Client, io as lookup } from 'socket.io-client';
import type { UserOptions } from '../../lib/index.js';
import { heard, type Source, within } from '../support/patience.js';
import { openSite } from '../support/site.js';
import { compare, type Ground, type Row } from '../support/twins.js';

type Next = (error?: Error) => void;
type Visitor = IncomingMessage & {
  session: session.Session & { visits?: number };
  user?: { readonly name: string };
  readonly _query: Record<string, string>;
};

const sessions = session({ secret: 'changeit', resave: true, saveUninitialized: true });

const transports = ['polling', 'websocket'] as const;

function visitor({ url }: Ground, transport: string, extraHeaders: Record<string, string> = {}): Client {
  return lookup(url, { transports: [transport], extraHeaders, forceNew: true, reconnection: false });
}

/** Asks once by each transport. */
async function answers(ground: Ground, event: string, headers?: Record<string, string>): Promise<unknown[]> {
  const all: unknown[] = [];
  for (const transport of transports) {
    const client = visitor(ground, transport, headers);
    all.push(await within(client.emitWithAck(event), `an answer by ${transport}`));
    client.close();
  }
  return all;
}

const countVisits = (req: Visitor, reply: (visits: unknown) => void): void => {
  req.session.reload((error: unknown) => {
    if (error) return reply(String(error));
    req.session.visits = (req.session.visits ?? 0) + 1;
    return req.session.save(() => reply(req.session.visits));
  });
};

/** The session is begun by the socket itself; its cookie is told with the handshake. */
const beginSession: UserOptions['allowRequest'] = (req, done) => {
  const res = {
    getHeader: () => [],
    setHeader: (_name: string, [cookie]: string[]) => Object.assign(req, { cookie }),
    writeHead() {},
  };
  sessions(req as Request, res as unknown as Response, () => {
    res.writeHead();
    (req as Visitor).session.save();
    done(null, true);
  });
};

const rows: readonly Row[] = [
  {
    what: 'a session that is read and written by events',
    program: async (ground) => {
      const { io, url } = ground;
      io.engine.use(sessions);
      io.on('connection', (socket) => {
        socket.on('visit', (reply) => countVisits(socket.request as Visitor, reply));
      });
      const { headers } = await fetch(`${url}/socket.io/?EIO=4&transport=polling`);
      const [cookie = ''] = headers.getSetCookie();
      return answers(ground, 'visit', { cookie });
    },
  },
  {
    what: 'a session that is begun while allowRequest takes its time',
    options: { allowRequest: beginSession as NonNullable<UserOptions['allowRequest']> },
    program: async (ground) => {
      const { io, url } = ground;
      io.engine.on('initial_headers', (headers: Record<string, string>, req: { cookie: string }) => {
        if (req.cookie) headers['set-cookie'] = req.cookie;
      });
      io.on('connection', (socket) => {
        socket.on('visit', (reply) => countVisits(socket.request as Visitor, reply));
      });
      const { headers } = await fetch(`${url}/socket.io/?EIO=4&transport=polling`);
      const [cookie = ''] = headers.getSetCookie();
      return [
        cookie.split('=')[0],
        await answers(ground, 'visit'),
        await answers(ground, 'visit', { cookie }),
      ];
    },
  },
  {
    what: "Express' middleware around a socket",
    program: async (ground) => {
      const { io } = ground;
      const around = (middleware: (...args: never[]) => void) => (socket: { request: unknown }, next: Next) =>
        middleware(...([socket.request, {}, next] as never[]));
      io.use(around(sessions));
      io.on('connection', (socket) => {
        const { session: own } = socket.request as Visitor;
        socket.on('session', (reply) => reply([typeof own.id, own.cookie.path]));
      });
      return answers(ground, 'session');
    },
  },
  {
    what: 'tokens that are looked at once, by a middleware that answers itself',
    program: async (ground) => {
      let looks = 0;
      ground.io.engine.use((req: Visitor, res: ServerResponse, next: Next) => {
        if (req._query.sid !== undefined) return next();
        looks += 1;
        if (req.headers.authorization !== 'Bearer ada') return res.writeHead(401).end();
        req.user = { name: 'ada' };
        return next();
      });
      ground.io.on('connection', (socket) => {
        socket.on('who', (reply) => reply((socket.request as Visitor).user));
      });
      const stranger = visitor(ground, 'polling');
      const [error] = await heard(stranger as unknown as Source, 'connect_error');
      const { description } = error as { description: unknown };
      return [description, await answers(ground, 'who', { authorization: 'Bearer ada' }), looks];
    },
  },
];

describe('a program may have', () => {
  compare(rows);

  for (const way of [['polling'], ['websocket'], ['polling', 'websocket']]) {
    it(`a request that it throws away, by ${way.join(' and ')}`, async () => {
      const { io, url, close, complaints } = await openSite();
      const moved = new Promise<void>((resolve) => {
        io.engine.on('connection', (conn) => {
          conn.request = null;
          if (way.length > 1) conn.on('upgrade', () => resolve());
          else resolve();
        });
      });
      io.on('connection', (socket) => {
        socket.on('ask', (reply) =>
          reply([socket.request, socket.conn.upgraded, typeof socket.handshake.headers.host]),
        );
      });
      const client = lookup(url, { transports: way, forceNew: true, reconnection: false });
      await within(moved, 'its transport');
      const answer = await within(client.emitWithAck('ask'), 'an answer');
      assert.deepEqual(answer, [null, way.length > 1, 'string']);
      assert.deepEqual(complaints, []);
      client.close();
      await close();
    });
  }
});
