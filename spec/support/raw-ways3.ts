/** A client of Engine.IO 3 by hand, in every way that such clients have; attachments go in and come out as bare bytes. */
import { WebSocket } from 'ws';
import { type Frame, Inbox, type RawClient } from './raw-engine4.js';

const MESSAGE = Buffer.from([4]);
const FORM = 'application/x-www-form-urlencoded';
const OCTETS = 'application/octet-stream';

type Way = (url: string) => Promise<RawClient>;

/** How one way of polling wraps a packet, and what of an answer is the payload. */
interface Wrapping {
  readonly query: string;
  wrap(frame: Frame): { readonly type: string; readonly body: string | Buffer };
  unwrap(answer: string): string;
}

const base64 = (frame: Frame): string =>
  typeof frame === 'string' ? frame : `b4${frame.toString('base64')}`;
const counted = (packet: string): string => `${packet.length}:${packet}`;

const asText: Wrapping = {
  query: '&b64=1',
  wrap: (frame) => ({ type: 'text/plain;charset=UTF-8', body: counted(base64(frame)) }),
  unwrap: (answer) => answer,
};

const asBytes: Wrapping = {
  query: '',
  wrap: (frame) => {
    const data = typeof frame === 'string' ? Buffer.from(frame) : Buffer.concat([MESSAGE, frame]);
    const digits = Array.from(String(data.length), Number);
    const head = Buffer.from([typeof frame === 'string' ? 0 : 1, ...digits, 255]);
    return { type: OCTETS, body: Buffer.concat([head, data]) };
  },
  unwrap: (answer) => answer,
};

const asScript: Wrapping = {
  query: '&j=3&b64=1',
  wrap: (frame) => {
    const escaped = counted(base64(frame)).replace(/\\n/g, '\\\\n');
    return { type: FORM, body: `d=${encodeURIComponent(escaped)}` };
  },
  unwrap: (answer) => JSON.parse(/^___eio\[3\]\((.*)\);$/s.exec(answer)?.[1] ?? '""') as string,
};

/** By name; each opens a session. */
export const ways3: Readonly<Record<string, Way>> = {
  websocket: (url) => byWebSocket(url, ''),
  'websocket, text alone': (url) => byWebSocket(url, '&b64=1'),
  'polling, text alone': (url) => byPolling(url, asText),
  'polling, bytes': (url) => byPolling(url, asBytes),
  jsonp: (url) => byPolling(url, asScript),
};

async function byWebSocket(url: string, query: string): Promise<RawClient> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=3&transport=websocket${query}`);
  const inbox = new Inbox();
  socket.on('message', (data: Buffer, binary) => inbox.put(binary ? hexOf(data) : plain(data.toString())));
  socket.on('close', () => inbox.put(undefined));
  socket.on('error', () => {});
  await inbox.take();
  return {
    say: async (frame) => {
      if (socket.readyState !== socket.OPEN) return undefined;
      if (typeof frame === 'string') socket.send(frame);
      else socket.send(query ? base64(frame) : Buffer.concat([MESSAGE, frame]));
      return undefined;
    },
    next: () => inbox.take(),
    leave: async () => socket.close(),
  };
}

async function byPolling(url: string, wrapping: Wrapping): Promise<RawClient> {
  const base = `${url}/socket.io/?EIO=3&transport=polling${wrapping.query}`;
  const open = await fetch(base).then((response) => response.text());
  const [, ...first] = fromText(wrapping.unwrap(open));
  const address = `${base}&sid=${/\\?"sid\\?":\\?"([\w-]{20})/.exec(open)?.[1]}`;
  const inbox = new Inbox();
  for (const frame of first) inbox.put(frame);
  const gone = new AbortController();
  const say = (frame: Frame): Promise<number> => {
    const { type, body } = wrapping.wrap(frame);
    const bytes = typeof body === 'string' ? body : new Uint8Array(body);
    return fetch(address, { method: 'POST', body: bytes, headers: { 'Content-Type': type } }).then(
      async (response) => {
        await response.arrayBuffer();
        return response.status;
      },
      () => 0,
    );
  };
  void poll(address, wrapping, inbox, gone.signal);
  return {
    say,
    next: () => inbox.take(),
    leave: async () => {
      await say('1');
      gone.abort();
    },
  };
}

/** Polls until the server ends the session. */
async function poll(url: string, wrapping: Wrapping, inbox: Inbox, signal: AbortSignal): Promise<void> {
  try {
    for (;;) {
      const response = await fetch(url, { signal });
      const body = Buffer.from(await response.arrayBuffer());
      if (response.status !== 200) return inbox.put(undefined);
      const binary = response.headers.get('content-type') === OCTETS;
      const frames = binary ? fromBytes(body) : fromText(wrapping.unwrap(body.toString()));
      for (const frame of frames) inbox.put(frame === '1' ? undefined : frame);
      if (frames.includes('1')) return;
    }
  } catch {
    // Aborted, or the connection broke: either way it has ended.
    inbox.put(undefined);
  }
}

function fromText(payload: string): string[] {
  const frames: string[] = [];
  for (let at = 0; at < payload.length; ) {
    const colon = payload.indexOf(':', at);
    const end = colon + 1 + Number(payload.slice(at, colon));
    frames.push(plain(payload.slice(colon + 1, end)));
    at = end;
  }
  return frames;
}

function fromBytes(payload: Buffer): string[] {
  const frames: string[] = [];
  for (let at = 0; at < payload.length; ) {
    const mark = payload.indexOf(255, at);
    const end = mark + 1 + Number([...payload.subarray(at + 1, mark)].join(''));
    const data = payload.subarray(mark + 1, end);
    frames.push(payload[at] === 1 ? hexOf(data) : plain(data.toString()));
    at = end;
  }
  return frames;
}

/** Bytes in hexadecimal, the type in front left out. */
const hexOf = (data: Buffer): string => data.toString('hex', 1);

/** A text as it reads: bytes in base64 as in binary frames, and letters as themselves, escaped or not. */
function plain(frame: string): string {
  if (frame.startsWith('b4')) return Buffer.from(frame.slice(2), 'base64').toString('hex');
  return frame.replace(/\\u([0-9a-f]{4})/g, (written, code: string) =>
    Number.parseInt(code, 16) < 0x80 ? written : String.fromCharCode(Number.parseInt(code, 16)),
  );
}
