/** A site whose sessions are saved elsewhere: each answer is over only when that has been done, and is held back so long. */
import assert from 'node:assert/strict';
import { Agent } from 'node:http';
import { createRequire } from 'node:module';
import compression from 'compression';
import express, { type RequestHandler } from 'express';
import session from 'express-session';
import morgan from 'morgan';
import onHeaders from 'on-headers';
import { type Server, type Socket, socketio, type UserOptions } from '../../lib/index.js';
import { heardTimes, type Source, within } from '../support/patience.js';
import { vintage } from '../support/vintage-clients.js';
import { Ground } from './ground.js';
import { ask, Knock } from './raw.js';

type Genuine = Source & { emit(event: string, ...args: unknown[]): unknown; disconnect(): unknown };
type Lookup = (url: string, options: object) => Genuine;

const require = createRequire(import.meta.url);
const express4 = require('express4') as typeof express;
const lookup4 = require('socket.io-client') as Lookup;
const lookup2 = require('socket.io-client-2') as Lookup;

/** Rounds of a talk; each takes a POST and a poll at least, and both are held back. */
const ROUNDS = 6;

/** A store that takes its time over whatever it is asked. */
class Slow extends session.MemoryStore {
  readonly #later: (saved: () => void) => void;

  constructor(later: (saved: () => void) => void) {
    super();
    this.#later = later;
  }

  override set(id: string, data: session.SessionData, done?: (error?: unknown) => void): void {
    this.#later(() => super.set(id, data, done));
  }

  override touch(id: string, data: session.SessionData, done?: () => void): void {
    this.#later(() => super.touch(id, data, done));
  }
}

const takes =
  (ms: number) =>
  (saved: () => void): void =>
    void setTimeout(saved, ms);

const sessionsIn = (store: session.Store): RequestHandler =>
  session({ secret: 'keyboard cat', resave: false, saveUninitialized: false, store });

/** What stands beside the sessions of a site. */
const stacks: Readonly<Record<string, (sessions: RequestHandler) => RequestHandler[]>> = {
  alone: (sessions) => [sessions],
  'behind compression and a log': (sessions) => [compression({ threshold: 0 }), log(), sessions],
  'before compression and a log': (sessions) => [sessions, compression({ threshold: 0 }), log(), late],
};

const log = (): RequestHandler => morgan(':status', { stream: { write: () => {} } }) as RequestHandler;

const late: RequestHandler = (_req, res, next) => {
  onHeaders(res, () => res.setHeader('X-Late', 'yes'));
  next();
};

const forms: Readonly<Record<string, (url: string, agent: Agent) => Genuine>> = {
  '4.8.4 by polling': (url, agent) => lookup4(url, { ...alone, agent, transports: ['polling'] }),
  '4.8.4 by both': (url, agent) => lookup4(url, { ...alone, agent, transports: ['polling', 'websocket'] }),
  '2.5.0 by polling': (url, agent) => lookup2(url, { ...alone, agent, transports: ['polling'] }),
  '2.5.0 by both': (url, agent) => lookup2(url, { ...alone, agent, transports: ['polling', 'websocket'] }),
  '0.9 by polling': (url) => vintage('socket.io-client-09', url, { transports: ['xhr-polling'] }) as Genuine,
};

const alone = { forceNew: true, reconnection: false };

describe('a site that saves its sessions elsewhere', () => {
  let ground: Ground;

  beforeEach(() => {
    ground = new Ground();
  });

  afterEach(() => ground.close());

  /** @param make Express of one version or another; all that come have the session of one user */
  async function site(
    make: typeof express,
    options: UserOptions,
    stack: RequestHandler[],
  ): Promise<{ readonly port: number; readonly io: Server }> {
    const io = ground.io(socketio(options));
    const app = make();
    let cookie = '';
    app.use((req, _res, next) => {
      req.headers.cookie ??= cookie;
      next();
    });
    app.use(...stack);
    app.get('/login', (req, res) => {
      Object.assign(req.session, { person: 'anna' });
      res.end('hello');
    });
    app.use('/socket.io', io);
    const { port } = await ground.serve(app);
    cookie = (await ask(port, '/login')).headers['set-cookie']?.split(';')[0] ?? '';
    return { port, io };
  }

  /** Everybody says something, hears two things of it, and says the next. */
  async function talk(port: number, io: Server): Promise<void> {
    let comers = 0;
    io.on('connection', (socket: Socket) => {
      comers += 1;
      socket.on('say', (round: number) => {
        socket.emit('hear', round * 2);
        setImmediate(() => socket.emit('hear', round * 2 + 1));
      });
    });
    const agent = new Agent({ keepAlive: true });
    ground.after(() => agent.destroy());
    const talks = Object.entries(forms).map(([name, form]) =>
      listen(name, form(`http://127.0.0.1:${port}`, agent)),
    );
    await Promise.all(talks);
    assert.equal(comers, Object.keys(forms).length);
    assert.deepEqual(io.stats().refusals, {});
  }

  async function listen(name: string, client: Genuine): Promise<void> {
    ground.after(() => client.disconnect());
    const seen: unknown[] = [];
    client.on('disconnect', (why) => seen.push(why));
    client.on('hear', (number) => {
      seen.push(number);
      if (seen.length % 2 === 0) client.emit('say', seen.length / 2);
    });
    client.on('connect', () => client.emit('say', 0));
    await heardTimes(client, 'hear', 2 * ROUNDS).catch((error) => assert.fail(`${name}: ${error}, ${seen}`));
    assert.deepEqual(
      seen,
      Array.from({ length: 2 * ROUNDS }, (_, number) => number),
      name,
    );
  }

  for (const [version, make] of [
    ['Express 5', express],
    ['Express 4', express4],
  ] as const)
    for (const admit of ['once', 'every'] as const)
      for (const [how, stack] of Object.entries(stacks))
        for (const ms of how === 'alone' ? [5, 50] : [5])
          it(`serves all clients, each word once: ${version}, "${admit}", ${how}, ${ms} ms`, async () => {
            const { port, io } = await site(make, { admit }, stack(sessionsIn(new Slow(takes(ms)))));
            await talk(port, io);
          });

  it('serves all clients, each word once: where io.engine uses the sessions, 5 ms', async () => {
    const sessions = sessionsIn(new Slow(takes(5)));
    const { port, io } = await site(express, {}, [sessions]);
    io.engine.use(sessions);
    await talk(port, io);
  });

  describe('holds an answer back', () => {
    let saves: (() => void)[];
    let holding: boolean;
    let look: () => void;

    /** A client that polls, and what it is told is held back. */
    async function held(): Promise<{ readonly port: number; readonly path: string; readonly io: Server }> {
      holding = false;
      saves = [];
      look = () => {};
      const store = new Slow((saved) => {
        if (!holding) return saved();
        saves.push(saved);
        look();
      });
      const { port, io } = await site(express, { admit: 'every' }, [sessionsIn(store)]);
      const engine = '/socket.io/?EIO=4&transport=polling';
      const { sid } = JSON.parse((await ask(port, engine)).body.slice(1));
      const path = `${engine}&sid=${sid}`;
      await ask(port, path, { method: 'POST', body: '40' });
      assert.match((await ask(port, path)).body, /^40/);
      holding = true;
      return { port, path, io };
    }

    const poll = (port: number, path: string): Knock =>
      Knock.send(port, `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
    const saving = async (): Promise<void> => {
      const begun = new Promise<void>((resolve) => {
        look = resolve;
      });
      if (saves.length === 0) await within(begun, 'a session to be saved');
    };

    it('until the session has been saved, and takes what comes next on that connection', async () => {
      const { port, path, io } = await held();
      const client = poll(port, path);
      ground.after(() => client.socket.destroy());
      io.emit('n', 1);
      await saving();
      await client.until(/42\["n",1/);
      assert.doesNotMatch(client.text, /\]$/);
      holding = false;
      saves.pop()?.();
      await client.until(/42\["n",1\]$/);
      client.socket.write(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
      io.emit('n', 2);
      await client.until(/42\["n",2\]$/);
      assert.equal(client.text.match(/HTTP\/1\.1 200/g)?.length, 2);
      assert.deepEqual(io.stats().refusals, {});
    });

    for (const [when, isSavedFirst] of [
      ['before the session has been saved', true],
      ['and the client is back before it has been saved', false],
    ] as const)
      it(`and sends it again, once, if the connection breaks ${when}`, async () => {
        const { port, path, io } = await held();
        const client = poll(port, path);
        io.emit('n', 1);
        await saving();
        client.socket.destroy();
        await within(
          new Promise((resolve) => client.socket.once('close', resolve)),
          'the end of the connection',
        );
        holding = false;
        if (isSavedFirst) saves.pop()?.();
        assert.equal((await ask(port, path)).body, '42["n",1]');
        saves.pop()?.();
        io.emit('n', 2);
        assert.equal((await ask(port, path)).body, '42["n",2]');
      });
  });
});
