/** An upgrade on its way through the site's stack: a GET that carries a socket. */
import { Buffer } from 'node:buffer';
import { EventEmitter } from 'node:events';
import { type IncomingMessage, OutgoingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import process from 'node:process';
import type { Duplex } from 'node:stream';
import { Deadline } from '../deadline.js';
import { SocketioError } from '../errors.js';
import type { Lobby } from './lobby.js';
import { Outlet } from './outlet.js';
import { takeOver } from './takeover.js';

/** What was written instead of being sent: the header block that the stack made for our 101. */
export type HeaderLines = readonly string[];

/** An upgrade that has reached us and may be accepted or refused. */
export interface Passage {
  readonly socket: Duplex;
  /** First bytes behind the request, if any came with it. */
  readonly head: Buffer;
  /**
   * Lets everybody who waits for the headers speak (sessions, loggers), then calls back with the header lines that
   * belong on the 101. The socket is free of HTTP from then on. Not called if the client has gone meanwhile.
   * @throws what one of them throws; the response may be used for a refusal then
   */
  accept(res: ServerResponse, ready: (lines: HeaderLines) => void): void;
}

/** Why an upgrade gets no answer of the site's stack. */
export type LateCode = 'HANDSHAKE_TIMEOUT' | 'SERVER_CLOSED';

/** How long an answer of the site's stack is waited for, and who gives one instead. */
export interface Patience {
  /** Milliseconds. */
  readonly handshakeTimeout: number;
  /** Told of an upgrade that waits. */
  readonly lobby: Lobby | undefined;
  late(response: ServerResponse, code: LateCode): void;
}

/** Milliseconds for the 503 to leave, when the stack has taken too long; what waits for the stack may hold it, too. */
const LAST_WORD = 1_000;

const passages = new WeakMap<IncomingMessage, Passage>();

/**
 * The passage of an upgrade; one that came as an ordinary request gets its passage here.
 * @throws {SocketioError} `BAD_REQUEST` where the response does not own the connection: behind an unfinished answer
 * (pipelining), or when somebody else has made a WebSocket of it before
 */
export function passageOf(req: IncomingMessage, res: ServerResponse): Passage {
  const known = passages.get(req);
  if (known) return known;
  if (res.socket !== req.socket) throw new SocketioError('BAD_REQUEST');
  return new RequestPassage(req.socket);
}

/** Whether it is an upgrade that Node has handed to us as such, and that is not decided yet: it has a deadline. */
export function hasPassage(req: IncomingMessage): boolean {
  return passages.has(req);
}

/** Named by the connection, or said by `ws` itself; they describe an answer that is not sent. */
const hopByHop =
  /^(connection|keep-alive|transfer-encoding|content-length|upgrade|trailer|te|sec-websocket-[a-z-]+):/i;

/** @param blocks status lines and headers, as Node wrote them: maybe interim answers, then the 101 */
export function linesOf(blocks: string): HeaderLines {
  const block = blocks.slice(Math.max(0, blocks.lastIndexOf('HTTP/1.1 101')));
  const end = block.indexOf('\r\n\r\n');
  const lines = block.slice(0, end === -1 ? undefined : end).split('\r\n');
  return lines.slice(1).filter((line) => line !== '' && !hopByHop.test(line));
}

/** Node has the same function under an older name; the types do not know it. */
type TwiceNamed = ServerResponse & { writeHeader: ServerResponse['writeHead'] };

/**
 * Whether nobody waits for the headers, or for the end, of this response: `finish` has one listener of ours. Who wants
 * to speak then puts a function of his own in the place of Node's; tools that watch all of a process do so in its
 * prototypes, and may have been there before us.
 */
function isUnwatched(res: ServerResponse): boolean {
  if (res.writeHead !== (res as TwiceNamed).writeHeader) return false;
  if (res.end !== OutgoingMessage.prototype.end || res.emit !== EventEmitter.prototype.emit) return false;
  return isUnheard(res);
}

/** Whether nobody but us has a listener for its end. */
function isUnheard(res: ServerResponse): boolean {
  return (
    res.listenerCount('finish') === 1 && res.listenerCount('close') + res.listenerCount('prefinish') === 0
  );
}

/** The headers that were set, as they would have been written. */
function headerLines(res: ServerResponse): HeaderLines {
  const lines: string[] = [];
  for (const name of (res as RawResponse).getRawHeaderNames()) {
    const value = res.getHeader(name);
    if (hopByHop.test(`${name}:`)) continue;
    if (Array.isArray(value)) for (const one of value) lines.push(`${name}: ${one}`);
    else lines.push(`${name}: ${value}`);
  }
  return lines;
}

/** Every outgoing message of Node has it; the types know it of requests alone. */
type RawResponse = ServerResponse & { getRawHeaderNames(): string[] };

/** An upgrade that Node has handed to us as such; the stack's answer, if it gives one, is sent and ends it. */
export class UpgradePassage implements Passage {
  readonly socket: Duplex;
  readonly head: Buffer;
  readonly response: ServerResponse;
  readonly #req: IncomingMessage;
  readonly #patience: Patience;
  readonly #outlet: Outlet;
  readonly #gone = () => this.#abandoned();
  readonly #decided: () => void;
  #deadline: Deadline;

  constructor(req: IncomingMessage, socket: Duplex, head: Buffer, patience: Patience) {
    passages.set(req, this);
    this.#req = req;
    this.#patience = patience;
    this.socket = socket;
    this.head = head;
    this.#outlet = new Outlet(socket);
    this.response = new ServerResponse(req);
    this.response.shouldKeepAlive = false;
    // A Writable is all that a response asks of its socket; the type says net.Socket.
    this.response.assignSocket(this.#outlet as unknown as Socket);
    // Tells whoever waits for the response's `close` that it is over; unless accepted, the connection ends with it.
    this.response.on('finish', () => this.#outlet.destroy());
    // Node takes its own listeners off when it emits `upgrade`; without one, a reset would end the process.
    socket.on('error', ignore);
    socket.on('close', this.#gone);
    this.#deadline = new Deadline(patience.handshakeTimeout, () => this.#tooLate());
    this.#decided = patience.lobby?.wait(() => this.#unwanted()) ?? ignore;
  }

  accept(res: ServerResponse, ready: (lines: HeaderLines) => void): void {
    this.#outlet.capture();
    // To write an answer only to read it again is half the cost of a connection: nobody would see it.
    if (res === this.response && isUnwatched(res)) return this.#acceptUnseen(ready);
    const finished = (): void => this.#accepted(linesOf(this.#outlet.captured), ready);
    res.on('finish', finished);
    try {
      res.writeHead(101);
      res.end();
    } catch (error) {
      res.off('finish', finished);
      this.#outlet.release();
      throw error;
    }
  }

  #acceptUnseen(ready: (lines: HeaderLines) => void): void {
    const res = this.response;
    res.statusCode = 101;
    this.#accepted(headerLines(res), ready);
    // A middleware may begin to listen when its `next()` has come back; to replace Node's functions it is too late then.
    process.nextTick(() => {
      if (isUnheard(res) || res.headersSent) return;
      ServerResponse.prototype.writeHead.call(res, 101);
      OutgoingMessage.prototype.end.call(res, undefined, 'latin1');
    });
  }

  #accepted(lines: HeaderLines, ready: (lines: HeaderLines) => void): void {
    this.#release();
    if (this.socket.destroyed) return;
    ready(lines);
    // A WebSocket has its own by now. If `ws` has refused, the socket may still fail.
    if (this.socket.listenerCount('error') > 1) this.socket.off('error', ignore);
  }

  #release(): void {
    this.#deadline.stop();
    this.#decided();
    this.socket.off('close', this.#gone);
    // The request lives as long as its session; what it came by shall not.
    passages.delete(this.#req);
  }

  #abandoned(): void {
    this.#release();
    this.#outlet.destroy();
  }

  #tooLate(): void {
    if (this.#outlet.capturing || this.response.writableEnded) this.socket.destroy();
    else this.#answer('HANDSHAKE_TIMEOUT');
  }

  /** The server closes. Whom the stack has answered hears of it in another way. */
  #unwanted(): void {
    if (!this.#outlet.capturing && !this.response.headersSent) this.#answer('SERVER_CLOSED');
  }

  #answer(code: LateCode): void {
    this.#deadline.stop();
    this.#deadline = new Deadline(LAST_WORD, () => this.socket.destroy());
    this.#patience.late(this.response, code);
  }
}

/** An upgrade that came as an ordinary request, since nobody listened for upgrades: it is taken over on the spot. */
class RequestPassage implements Passage {
  readonly socket: Socket;
  readonly head = Buffer.alloc(0);

  constructor(socket: Socket) {
    this.socket = socket;
  }

  accept(res: ServerResponse, ready: (lines: HeaderLines) => void): void {
    takeOver(this.socket, res, (block) => ready(linesOf(block)));
  }
}

function ignore(): void {}
