/**
 * Heads of answers. Those of one kind to clients that were let in alike differ in date and length alone: Node writes the
 * first of a second, and the others repeat it. To have Node put each together from its headers costs 4 % of a round of
 * polling, client to server and back.
 */
import { OutgoingMessage, ServerResponse } from 'node:http';
import type { HeaderPairs } from './envelope.js';

/** What a response of Node has, and its types do not tell. Seen so in Node 20, 22 and 24; without it, nothing is repeated. */
interface Insides {
  /** Status line and headers, once they have been written. */
  _header: unknown;
  readonly _keepAliveTimeout: number;
  readonly _maxRequestsPerSocket: number;
  readonly _expect_continue: boolean;
  readonly _removedConnection: boolean;
  /** The old name of `writeHead`: they differ where somebody has put something in the place of that, at any time. */
  readonly writeHeader: ServerResponse['writeHead'];
}

/** A head without its length. */
interface Head {
  readonly before: string;
  readonly behind: string;
  /** Since 1970; in another one it has another date. */
  readonly second: number;
  readonly keepAliveTimeout: number;
}

/** Of nothing but ASCII, in which date and connection come last: then Node has written those by itself. */
const usual =
  /^(HTTP\/1\.1 200 OK\r\n(?:[\x20-\x7e]+\r\n)+Content-Length: )\d+(\r\nDate: ([\x20-\x7e]+)\r\nConnection: keep-alive\r\n(?:Keep-Alive: timeout=\d+\r\n)?\r\n)$/;

const { write, end } = OutgoingMessage.prototype;

/** By the letterhead, and by the headers of the letter. */
const heads = new WeakMap<HeaderPairs, WeakMap<HeaderPairs, Head>>();

/**
 * Writes the head of an answer with status 200.
 * @param length of the body, in bytes
 * @returns whether the answer can be ended by `endWith`, if its body is ASCII
 */
export function writeHead(
  response: ServerResponse,
  letterhead: HeaderPairs,
  headers: HeaderPairs,
  length: number,
): boolean {
  const res = response as ServerResponse & Insides;
  const untouched = isUntouched(res);
  const known = untouched ? heads.get(letterhead)?.get(headers) : undefined;
  const second = Math.floor(Date.now() / 1_000);
  if (known?.second === second && known.keepAliveTimeout === res._keepAliveTimeout) {
    res.statusCode = 200;
    res.statusMessage = 'OK';
    res._header = known.before + length + known.behind;
    return true;
  }
  res.writeHead(200, [...letterhead, ...headers, 'Content-Length', String(length)]);
  if (untouched) learn(res, letterhead, headers, second);
  return false;
}

/**
 * Ends an answer with a body of ASCII, which is written in one piece with its head. `write` would hold it back for more
 * to come; to have it do so and undo that costs 1 to 2 % of a round.
 */
export function endWith(response: ServerResponse, body: string): void {
  const res = response as ServerResponse & Insides;
  const { _header: head } = res;
  res._header = `${head}${body}`;
  res.end();
  res._header = head;
}

/** Whether nobody but Node has a hand in this answer, and it is about to be as most are. */
function isUntouched(res: ServerResponse & Insides): boolean {
  return (
    Object.getPrototypeOf(res) === ServerResponse.prototype &&
    res.writeHead === res.writeHeader &&
    res.write === write &&
    res.end === end &&
    res.getHeaderNames().length === 0 &&
    res.statusMessage === undefined &&
    res.sendDate &&
    res.shouldKeepAlive &&
    res._maxRequestsPerSocket === 0 &&
    res._expect_continue === false &&
    res._removedConnection === false
  );
}

function learn(
  res: ServerResponse & Insides,
  letterhead: HeaderPairs,
  headers: HeaderPairs,
  second: number,
): void {
  const written: unknown = Object.getOwnPropertyDescriptor(res, '_header')?.value;
  const { _keepAliveTimeout: keepAliveTimeout } = res;
  const [, before, behind, date = ''] = usual.exec(String(written)) ?? [];
  if (before === undefined || behind === undefined || Date.parse(date) !== second * 1_000) return;
  const kinds = heads.get(letterhead) ?? new WeakMap<HeaderPairs, Head>();
  heads.set(letterhead, kinds.set(headers, { before, behind, second, keepAliveTimeout }));
}
