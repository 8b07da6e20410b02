/** The admin page at /admin, where its package is installed: it lists who is here, and asks for a password. */
import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import express, { type Express, type RequestHandler } from 'express';
import type { socketio } from '../lib/index.js';

/** What is used of the package's own tools. */
interface Bcrypt {
  hash(text: string, rounds: number): Promise<string>;
}

const name = '@socket.io/admin-ui';
const require = createRequire(import.meta.url);

/** The page makes its styles itself, and takes a font and its icons from elsewhere; it works without them. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline' https://fonts.googleapis.com https://cdn.jsdelivr.net",
  'font-src https://fonts.gstatic.com https://cdn.jsdelivr.net',
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const secure: RequestHandler = (_req, res, next) => {
  res.set('Content-Security-Policy', policy);
  next();
};

/**
 * Offers the page, and lets it see and command the server.
 * @returns the password for the name `admin`, drawn at each start; `undefined` without the package
 */
export async function offerAdmin(app: Express, io: ReturnType<typeof socketio>): Promise<string | undefined> {
  const ui = await import(name).catch(() => undefined);
  if (!ui) return undefined;
  const main = require.resolve(name);
  const { hash } = createRequire(main)('bcryptjs') as Bcrypt;
  const password = randomBytes(12).toString('base64url');
  const auth = { type: 'basic', username: 'admin', password: await hash(password, 10) };
  ui.instrument(io, { auth, mode: 'development' });
  app.use('/admin', secure, express.static(join(dirname(main), '../ui/dist')));
  return password;
}

/** How to get in: the page asks for the URL without a slash at its end. */
export function adminNote(port: number, password: string): string {
  const url = `http://localhost:${port}`;
  return `Admin: ${url}/admin/ (server URL ${url}, name admin, password ${password})`;
}
