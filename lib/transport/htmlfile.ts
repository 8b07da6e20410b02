/**
 * Frames over one endless page: each is a script that calls the page around it. For Internet Explorer, which shows
 * what a frame has loaded so far. It only carries answers: what the client says comes in POSTs to its session.
 *
 * How it is used: `new HtmlfileTransport(res, …)` for a GET of a session, `answerByPage(res, frame)` where there is no
 * session. The clients do not notice the end of the page, and never ask for another one; its end is the end of the
 * session on our side, and a client that shall come again is told so (`comeAgain`).
 */
import type { ServerResponse } from 'node:http';
import type { Frame } from '../codec/codec.js';
import { slashed } from './script.js';
import {
  type Batch,
  type CloseManner,
  MANY_FRAMES,
  type Transport,
  type TransportEvents,
} from './transport.js';

// page   = head *script
// head   = 256 characters: the function that the scripts call, then spaces; browsers show nothing of less
// script = "<script>_(" string ");</script>"      ; one packet each

const HEAD = '<html><body><script>var _ = function (msg) { parent.s._(msg, document); };</script>'.padEnd(
  256,
);

/** Bytes handed to the response at once: what has left can be told only batch by batch. */
const MOST_BYTES = 1_048_576;
/** Milliseconds without progress after which a last word is given up. */
const LAST_WORD = 30_000;

/** When a page has grown so far that its client is sent for a new session, and how that is said. */
export interface PageLimits {
  /** Bytes of all frames. Old browsers free nothing of a page that is still loading. */
  readonly bytes: number;
  readonly ms: number;
  /** The last frame of a page; its client would wait for its own timers otherwise. */
  readonly comeAgain: Frame;
  /** Unless the last one is this: the client shall not come again, or does not want to. */
  readonly goodbye: Frame;
}

/**
 * The limits of the transport as it is served. They are wide, since at each the client loses its session: `7:::1+0`
 * makes clients of all versions disconnect and make a new handshake half a second later.
 */
export const pageLimits: PageLimits = {
  bytes: 67_108_864,
  ms: 86_400_000,
  comeAgain: '7:::1+0',
  goodbye: '0::',
};

/** A page of one frame, and its end. */
export function answerByPage(res: ServerResponse, frame: Frame): void {
  begin(res);
  res.end(packScripts([frame]));
}

/**
 * All frames in one piece. A payload of several in one script would be miscounted: clients since 0.9.15 edit it first, and
 * expect a backslash before each slash, as the originals wrote it; older ones read that, too.
 */
function packScripts(frames: readonly Frame[]): string {
  return frames.map((frame) => `<script>_(${slashed(frame.toString())});</script>`).join('');
}

function begin(res: ServerResponse): void {
  // The page stands in a frame, and is made of scripts; nothing else shall be in it.
  res.removeHeader('X-Frame-Options');
  res.writeHead(200, {
    'Content-Type': 'text/html; charset=UTF-8',
    'Content-Security-Policy': "default-src 'none'; script-src 'unsafe-inline'",
    // A compressor would keep the page back until it has enough.
    'Cache-Control': 'no-store, no-transform',
  });
  res.write(HEAD);
}

export class HtmlfileTransport implements Transport {
  readonly name = 'htmlfile';
  readonly mostFrames = MANY_FRAMES;
  readonly mostBytes = MOST_BYTES;
  readonly saysGoodbye = false;
  readonly settled = true;
  readonly arrived = 0;
  readonly busy = false;
  readonly #res: ServerResponse;
  readonly #page: PageLimits;
  readonly #deadline: NodeJS.Timeout;
  #up: TransportEvents;
  #written = 0;
  #toldEnd = false;
  #blocked = false;
  #closing = false;
  #closed = false;
  #waiters: (() => void)[] | undefined;

  /** @param res of the GET; the page begins at once */
  constructor(res: ServerResponse, up: TransportEvents, page: PageLimits = pageLimits) {
    this.#res = res;
    this.#up = up;
    this.#page = page;
    this.#deadline = setTimeout(() => this.close('orderly'), page.ms).unref();
    res.on('close', () => this.#ended());
    begin(res);
    this.#flush();
  }

  get writable(): boolean {
    return !this.#blocked && !this.#closing && !this.#closed;
  }

  get buffered(): number {
    return this.#closed ? 0 : this.#res.writableLength;
  }

  reportTo(up: TransportEvents): void {
    this.#up = up;
  }

  send(batch: Batch): void {
    this.#written += batch.bytes;
    this.#toldEnd = batch.frames[batch.frames.length - 1] === this.#page.goodbye;
    const hasRoom = this.#res.write(batch.packed(packScripts));
    const isLong = batch.count >= MANY_FRAMES;
    if (!hasRoom || isLong) this.#block(hasRoom, isLong);
    this.#flush();
    if (this.#written >= this.#page.bytes) this.close('orderly');
  }

  flow(): void {}

  drained(done: () => void): void {
    if (this.buffered === 0) return done();
    const { socket } = this.#res;
    if (!this.#blocked && socket?.writable) return void socket.write('', () => done());
    this.#waiters ??= [];
    this.#waiters.push(done);
  }

  reclaim(): undefined {
    return undefined;
  }

  close(manner: CloseManner): void {
    if (manner === 'abort') this.#res.destroy();
    if (this.#closing || this.#closed) return;
    this.#closing = true;
    clearTimeout(this.#deadline);
    this.#res.setTimeout(LAST_WORD);
    this.#res.end(this.#toldEnd ? undefined : packScripts([this.#page.comeAgain]));
  }

  #block(hasRoom: boolean, isLong: boolean): void {
    this.#blocked = true;
    const later = (): void => void setImmediate(() => this.#drained());
    if (hasRoom) later();
    // Node may say so before the turn is over.
    else this.#res.once('drain', isLong ? later : () => this.#drained());
  }

  #drained(): void {
    this.#blocked = false;
    this.#settle();
    if (this.writable) this.#up.writable();
  }

  /** A compressor in front of us may not know `no-transform`; all of them know this. */
  #flush(): void {
    (this.#res as { flush?(): void }).flush?.();
  }

  #settle(): void {
    const waiters = this.#waiters;
    this.#waiters = undefined;
    for (const done of waiters ?? []) done();
  }

  #ended(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#deadline);
    this.#settle();
    this.#up.closed('transport close');
  }
}
