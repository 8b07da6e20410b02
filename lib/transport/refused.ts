/** Requests of a polling client that are refused: answered, and told to those who watch. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type RefusalCode, SocketioError } from '../errors.js';
import { answer, cutShort } from './answer.js';
import type { BodyLimits } from './body.js';
import type { HeaderPairs } from './envelope.js';

type Watched = Pick<BodyLimits, 'refused'>;

/** A GET that may not wait. */
export function refusePoll(
  res: ServerResponse,
  code: RefusalCode,
  { refused }: Watched,
  letterhead?: HeaderPairs,
): void {
  refused?.(new SocketioError(code), res.req);
  answer(res, 400, '', undefined, letterhead);
}

/** A POST whose body is still arriving. */
export function refuseBody(
  req: IncomingMessage,
  res: ServerResponse,
  code: RefusalCode,
  { refused }: Watched,
  letterhead?: HeaderPairs,
): void {
  const error = new SocketioError(code);
  refused?.(error, req);
  cutShort(req, res, error, letterhead);
}
