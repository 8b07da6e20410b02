/** Sessions of express-session in a bounded store, and the user whom the sign-in form puts into one. */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';
import session, { type SessionData } from 'express-session';
import { limits } from './limits.js';

/** Who somebody is: the id is drawn at sign-in, so two people may have one name. */
export interface User {
  readonly id: string;
  readonly name: string;
}

declare module 'express-session' {
  interface SessionData {
    user: User;
  }
}

/** The ordinary middleware of an ordinary site; Socket.IO's handshakes and upgrades simply pass through it. */
export function sessions(): RequestHandler {
  return session({
    name: 'chat.sid',
    secret: process.env.SESSION_SECRET ?? randomBytes(32).toString('hex'),
    resave: false,
    saveUninitialized: false,
    store: new BoundedStore(),
    cookie: { httpOnly: true, sameSite: 'lax', maxAge: limits.sessionAge },
  });
}

/** The user of a request or of a socket's handshake, if the form has been filled in. */
export function userOf(request: IncomingMessage & { session?: Partial<SessionData> }): User | undefined {
  return request.session?.user;
}

/** Sessions in memory, the one unused for longest first; express-session's own store keeps them without a bound. */
class BoundedStore extends session.Store {
  readonly #kept = new Map<string, { text: string; until: number }>();

  override get(id: string, done: (error: unknown, data?: SessionData | null) => void): void {
    const kept = this.#kept.get(id);
    const data: SessionData | null = kept && kept.until > Date.now() ? JSON.parse(kept.text) : null;
    if (!data) this.#kept.delete(id);
    setImmediate(done, null, data);
  }

  override set(id: string, data: SessionData, done?: (error?: unknown) => void): void {
    this.#kept.delete(id);
    this.#kept.set(id, { text: JSON.stringify(data), until: Date.now() + limits.sessionAge });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > limits.sessions && oldest !== undefined) this.#kept.delete(oldest);
    if (done) setImmediate(done);
  }

  override touch(id: string, data: SessionData, done?: () => void): void {
    this.set(id, data, done);
  }

  override destroy(id: string, done?: (error?: unknown) => void): void {
    this.#kept.delete(id);
    if (done) setImmediate(done);
  }
}
