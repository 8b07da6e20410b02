/** Room on a request and its response for what Express puts there. */
import { type IncomingMessage, ServerResponse } from 'node:http';

type Own<Whole, Name extends string | symbol> = Whole & Partial<Record<Name, unknown>>;

/** The description of a symbol by which Express' router notes a route on a request; it is not exported. */
const ROUTE = 'router.tracing.matchedRoute';

/** Those symbols: each router that is installed has its own. A program with more is served as well, less quickly. */
const routes: symbol[] = [];
const MOST_ROUTES = 4;

/** Whether a router has noted a route here. What it notes it by is known from then on. */
export function isRoute(key: string | symbol): boolean {
  if (typeof key !== 'symbol' || key.description !== ROUTE) return false;
  if (routes.length < MOST_ROUTES && !routes.includes(key)) routes.push(key);
  return true;
}

/**
 * Express gives both the prototypes of its application, and then properties of its own. One that is new to an object
 * whose prototype has been changed makes V8 slow, and keeps the object from being collected early; one that is there
 * already, though nothing stands in it, does not. A WebSocket that connects, joins and leaves costs a tenth less.
 *
 * Express and Connect take `undefined` there for nothing.
 */
export function makeRoom(
  req: Own<IncomingMessage, 'res' | 'next' | 'baseUrl' | 'originalUrl' | 'params' | '_parsedUrl' | '_query'>,
  res: Own<ServerResponse, 'locals'>,
): void {
  // HTTP/2 has classes of its own, which warn of a status message.
  if (!(res instanceof ServerResponse)) return;
  req.res = undefined;
  req.next = undefined;
  req.baseUrl = undefined;
  req.originalUrl = undefined;
  req._parsedUrl = undefined;
  req.params = undefined;
  req._query = undefined;
  for (const route of routes) (req as Own<IncomingMessage, symbol>)[route] = undefined;
  res.locals = undefined;
  res.statusCode = 200;
  (res as { statusMessage: string | undefined }).statusMessage = undefined;
}
