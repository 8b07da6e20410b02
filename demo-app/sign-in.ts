/** Signing in and out: ordinary HTML forms, which know nothing of sockets. */
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import express, { type Request, type Router } from 'express';
import { type Client, remembered } from './clients.js';
import { signInPage } from './pages/sign-in.js';
import { fields, readName } from './reading.js';
import { userOf } from './sessions.js';

/**
 * @param clients those that have a page; `?with=2.5` leads to the one of that name
 * @param left is told the id of a user who signs out, so that open windows can be closed
 */
export function signIn(clients: readonly Client[], left: (userId: string) => void): Router {
  const router = express.Router();
  const wanted = ({ query }: Request) => clients.find(({ name }) => name === query.with);
  const home = (req: Request) => wanted(req)?.path ?? '/';
  const rest = (req: Request) => remembered(wanted(req));

  router.get('/sign-in', (req, res) => {
    const user = userOf(req);
    if (user) return res.redirect(home(req));
    return res.send(signInPage({ name: '', problem: '', rest: rest(req) }).toString());
  });

  router.post('/sign-in', express.urlencoded({ extended: false, limit: '2kb' }), async (req, res) => {
    const typed = fields(req.body).name;
    const name = readName(typed);
    if (name === undefined) {
      const problem = 'Please enter a name of 1 to 24 characters.';
      const shown = typeof typed === 'string' ? typed.trim() : '';
      return res.status(422).send(signInPage({ name: shown, problem, rest: rest(req) }).toString());
    }
    const before = userOf(req);
    // A new id for the session: one that somebody else planted in this browser would otherwise be signed in, too.
    await promisify(req.session.regenerate.bind(req.session))();
    if (before) left(before.id);
    req.session.user = { id: randomUUID(), name };
    return res.redirect(303, home(req));
  });

  router.post('/sign-out', async (req, res) => {
    const user = userOf(req);
    await promisify(req.session.destroy.bind(req.session))();
    if (user) left(user.id);
    res.clearCookie('chat.sid').redirect(303, `/sign-in${rest(req)}`);
  });

  return router;
}
