/** Engine.IO 4 spoken by hand: a script of frames goes in, everything that the server says comes out. */
import { WebSocket } from 'ws';
import { within } from './patience.js';

/** A text frame, or the bytes of a binary one. */
export type Frame = string | Buffer;

/** What a client by hand can do. */
export interface RawClient {
  /** Says one frame. @returns the HTTP status of its own request, where it has one */
  say(frame: Frame): Promise<number | undefined>;
  /** The next frame of the server, bytes in hexadecimal; `undefined` once it has ended the connection. */
  next(): Promise<string | undefined>;
  /** Goes away. */
  leave(): Promise<void>;
}

/** Frames in the order of their coming, for one reader. */
export class Inbox {
  readonly #frames: (string | undefined)[] = [];
  #reader: (() => void) | undefined;

  put(frame: string | undefined): void {
    this.#frames.push(frame);
    this.#reader?.();
  }

  async take(): Promise<string | undefined> {
    while (this.#frames.length === 0) {
      const more = new Promise<void>((resolve) => {
        this.#reader = resolve;
      });
      await within(more, 'a frame of the server');
    }
    // The end stays where it is.
    return this.#frames[0] === undefined ? undefined : this.#frames.shift();
  }
}

export async function byWebSocket(url: string): Promise<RawClient> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
  const inbox = new Inbox();
  socket.on('message', (data: Buffer, binary) => inbox.put(data.toString(binary ? 'hex' : 'utf8')));
  socket.on('close', () => inbox.put(undefined));
  socket.on('error', () => {});
  await inbox.take();
  return {
    say: async (frame) => {
      if (socket.readyState === socket.OPEN) socket.send(frame);
      return undefined;
    },
    next: () => inbox.take(),
    leave: async () => socket.close(),
  };
}

export async function byPolling(url: string): Promise<RawClient> {
  const base = `${url}/socket.io/?EIO=4&transport=polling`;
  const open = await fetch(base).then((response) => response.text());
  const { sid } = JSON.parse(open.slice(1)) as { sid: string };
  const inbox = new Inbox();
  const gone = new AbortController();
  const post = (body: string): Promise<number> =>
    fetch(`${base}&sid=${sid}`, { method: 'POST', body }).then(
      async (response) => {
        await response.arrayBuffer();
        return response.status;
      },
      () => 0,
    );
  void poll(`${base}&sid=${sid}`, inbox, gone.signal);
  return {
    say: (frame) => post(typeof frame === 'string' ? frame : `b${frame.toString('base64')}`),
    next: () => inbox.take(),
    leave: async () => {
      await post('1');
      gone.abort();
    },
  };
}

/** Polls until the server ends the session. */
async function poll(url: string, inbox: Inbox, signal: AbortSignal): Promise<void> {
  try {
    for (;;) {
      const response = await fetch(url, { signal });
      const body = await response.text();
      if (response.status !== 200) return inbox.put(undefined);
      for (const frame of body.split('\x1e')) {
        if (frame === '1') return inbox.put(undefined);
        inbox.put(frame.startsWith('b') ? Buffer.from(frame.slice(1), 'base64').toString('hex') : frame);
      }
    }
  } catch {
    // Aborted, or the connection broke: either way it has ended.
    inbox.put(undefined);
  }
}
