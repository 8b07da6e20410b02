/** Short answers to requests of a polling client. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SocketioError } from '../errors.js';

/** Milliseconds in which a client whose body is refused may go on sending it. */
const DRAIN = 1_000;

/** Answers with little or nothing; the body of the request has been read, or does not matter. */
export function answer(res: ServerResponse, status: number, body: string, type = 'text/html'): void {
  if (res.headersSent) return;
  res.writeHead(status, { 'Content-Type': type, 'Content-Length': body.length, 'Cache-Control': 'no-store' });
  res.end(body);
}

/** The same for a request that is refused: its body may still be arriving. */
export function cutShort(
  req: IncomingMessage,
  res: ServerResponse,
  { status = 400 }: Pick<SocketioError, 'status'>,
): void {
  answerEarly(req, res, status, '');
}

/**
 * Answers a request whose body is still arriving, and then closes the connection. The rest of the body is thrown away
 * first: closing in front of unread bytes resets the connection, and the client would never read the answer.
 */
export function answerEarly(
  req: IncomingMessage,
  res: ServerResponse,
  status: number,
  body: string,
  type?: string,
): void {
  if (req.complete || res.headersSent) return answer(res, status, body, type);
  const headers = { Connection: 'close', 'Content-Length': body.length, 'Cache-Control': 'no-store' };
  res.writeHead(status, type === undefined ? headers : { ...headers, 'Content-Type': type });
  if (body === '') res.flushHeaders();
  else res.write(body);
  const deadline = setTimeout(() => res.end(), DRAIN);
  deadline.unref();
  const over = () => {
    clearTimeout(deadline);
    res.end();
  };
  req.on('end', over);
  req.on('close', over);
  req.resume();
}
