/** Room on a request and its response for what Express puts there. */
import { type IncomingMessage, ServerResponse } from 'node:http';

type Own<Whole, Name extends string> = Whole & Partial<Record<Name, unknown>>;

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
  res.locals = undefined;
  res.statusCode = 200;
  (res as { statusMessage: string | undefined }).statusMessage = undefined;
}
