/** Answers to requests of a polling client. */
import { Buffer } from 'node:buffer';
import { type IncomingMessage, OutgoingMessage, type ServerResponse } from 'node:http';
import type { ServerHttp2Stream } from 'node:http2';
import type { Frame } from '../codec/codec.js';
import type { SocketioError } from '../errors.js';
import { limitNamed } from '../option-reading.js';
import type { Envelope, HeaderPairs, Letter } from './envelope.js';
import { endWith, writeHead } from './head.js';
import { headerOf } from './header.js';

/** Milliseconds in which a client whose body is refused may go on sending it. */
const DRAIN = 1_000;

const { end } = OutgoingMessage.prototype;

/** A GET that waits, and how its answer is wrapped. */
export interface Waiting {
  readonly res: ServerResponse;
  readonly envelope: Envelope;
  readonly letterhead: HeaderPairs;
}

/** What an answer says of itself where nothing else has been said: no cache may keep it. */
export const unadorned: HeaderPairs = ['Cache-Control', 'no-store'];

/** What requests and answers of HTTP/2 have. */
interface OfStream {
  readonly stream?: ServerHttp2Stream;
}

/**
 * Whether an answer that is over has not arrived: its connection broke or ended, or, in HTTP/2, the client has cut it off.
 * By TLS we hear late that it has left, and who uses a connection for one answer may have ended it by then.
 * @param socket of the answer, while it had one
 */
export function isLost(res: ServerResponse, socket: ServerResponse['socket']): boolean {
  const { stream } = res as OfStream;
  if (stream) return stream.rstCode !== 0;
  if (!socket) return false;
  return 'encrypted' in socket ? socket.destroyed : !socket.writable;
}

/** Connections that end with the answer under way. */
const ending = new WeakSet<object>();

/** Whether a body comes with a request, be it of no bytes. */
export function bringsBody(req: IncomingMessage): boolean {
  const { stream } = req as OfStream;
  if (stream) return !stream.endAfterHeaders;
  return headerOf(req, 'transfer-encoding') !== undefined || Number(headerOf(req, 'content-length') ?? 0) > 0;
}

/** A body that nobody is going to read could hold the connection for minutes; in HTTP/2, its stream. */
export function hangUp(res: ServerResponse): void {
  const { req } = res;
  const { stream } = req as OfStream;
  if (stream) return void (stream.endAfterHeaders || stream.once('finish', () => stream.close()));
  if (req.complete || !bringsBody(req)) return;
  res.setHeader('Connection', 'close');
  ending.add(req.socket);
}

/**
 * Whether its connection ends with the answer to an earlier request. It must not be answered then: Node takes answers
 * that it cannot send any more for finished, and ends the process where they are so out of turn. Nor is more read there:
 * Node keeps each request until it is answered, and has a brake for answers alone.
 */
export function comesTooLate({ socket }: IncomingMessage): boolean {
  if (!ending.has(socket)) return false;
  // When Node is done with a request it reads on; so not now.
  setImmediate(() => socket.pause());
  return true;
}

/**
 * Whether it stands behind an unfinished answer of its connection: Node would not tell it of that connection's end. By TLS
 * Node tells in the next turn only that an answer has left, and the client may have asked again: look once more then.
 */
export function isQueued(res: ServerResponse): boolean {
  return res.socket === null;
}

/**
 * Answers with little or nothing; the body of a POST has been read, or does not matter.
 * @param letterhead headers that every answer to this client has
 */
export function answer(
  res: ServerResponse,
  status: number,
  body: string,
  type = 'text/html',
  letterhead = unadorned,
): void {
  if (res.headersSent) return;
  if (isBurdened(res.req)) return answerEarly(res.req, res, status, body, type, letterhead);
  res.writeHead(status, [...letterhead, 'Content-Type', type, 'Content-Length', String(body.length)]);
  finish(res, body);
}

/** Whether a body is still on its way in that is none of a POST: nobody reads it. */
function isBurdened(req: IncomingMessage): boolean {
  return !req.complete && req.method !== 'POST' && bringsBody(req);
}

/** Answers with 200. Compressing takes time; the client may have gone, and what it did not get is kept already. */
export function deliver(res: ServerResponse, { body, headers }: Letter, letterhead: HeaderPairs): void {
  if (res.destroyed || res.headersSent) return;
  if (isBurdened(res.req)) hangUp(res);
  const length = Buffer.byteLength(body);
  const isUsual = writeHead(res, letterhead, headers, length);
  if (isUsual && typeof body === 'string' && body.length === length) endWith(res, body);
  else finish(res, body);
}

/**
 * Ends an answer whose length has been told. Node's own `end` writes two pieces, of which the second is empty: to write
 * the one alone saves some 7 % of an answer. Somebody else's gets the whole: sessions are saved in it first, and it holds
 * back only what it is given. The client would have all, and ask again on a connection that has no place for it yet.
 */
function finish(res: ServerResponse, body: Frame): void {
  if (body.length === 0) return void res.end();
  if (res.end !== end) return void res.end(body);
  const { socket } = res;
  socket?.cork();
  res.write(body);
  socket?.uncork();
  res.end();
}

/** Refuses a request whose body is still arriving. */
export function cutShort(
  req: IncomingMessage,
  res: ServerResponse,
  error: SocketioError,
  letterhead = unadorned,
): void {
  const { status = 400, message } = error;
  if (limitNamed(message)) answerEarly(req, res, status, complaint(message), 'application/json', letterhead);
  else answerEarly(req, res, status, '', undefined, letterhead);
}

/** A POST whose body has been read, refused. @param why told to the client if it names the option to look at */
export function refusePost(res: ServerResponse, letterhead: HeaderPairs, why = ''): void {
  answer(res, 400, complaint(limitNamed(why) ? why : 'Bad request'), 'application/json', letterhead);
}

function complaint(message: string): string {
  return JSON.stringify({ code: 3, message });
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
  type = 'text/html',
  letterhead = unadorned,
): void {
  if (req.complete || res.headersSent || !bringsBody(req)) return answer(res, status, body, type, letterhead);
  hangUp(res);
  res.writeHead(status, [...letterhead, 'Content-Type', type, 'Content-Length', String(body.length)]);
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
