/** One client of revision 1 by hand, by any transport: what it says, what it hears in order, and how it stops listening. */
import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import type { TransportName } from '../../lib/options.js';
import { EndlessFrame } from './endless-frame.js';
import { Hixie76Client } from './hixie76-client.js';
import { Client1 } from './raw-revision1.js';

export interface OldWay {
  readonly name: string;
  readonly transport: TransportName;
  /** Comes, and has heard `1::`. */
  come(port: number): Promise<OldClient>;
}

export interface OldClient {
  say(...packets: string[]): unknown;
  /** The next packet; `undefined` once there will be none. */
  next(): Promise<string | undefined>;
  /** Takes nothing any more. */
  deafen(): void;
  /** Goes without a word. */
  vanish(): void;
}

const frame = (packet: string): string => `\ufffd${packet.length}\ufffd${packet}`;

/** The packets of a payload. */
function unpacked(payload: string): string[] {
  if (!payload.startsWith('\ufffd')) return [payload];
  const packets: string[] = [];
  for (let at = 0; at < payload.length; ) {
    const start = payload.indexOf('\ufffd', at + 1) + 1;
    at = start + Number(payload.slice(at + 1, start - 1));
    packets.push(payload.slice(start, at));
  }
  return packets;
}

/** What tells a client that it is not known any more is the end. */
function gone(packet: string | undefined): string | undefined {
  return packet === '7:::1+0' ? undefined : packet;
}

/** Hands on what has come, one by one. */
class Ear {
  readonly #heard: (string | undefined)[] = [];
  #listener: ((packet: string | undefined) => void) | undefined;

  hear(packet: string | undefined): void {
    if (!this.#listener) return void this.#heard.push(packet);
    this.#listener(packet);
    this.#listener = undefined;
  }

  next(): Promise<string | undefined> {
    if (this.#heard.length > 0) return Promise.resolve(this.#heard.shift());
    return new Promise((resolve) => {
      this.#listener = resolve;
    });
  }
}

async function byWebSocket(port: number): Promise<OldClient> {
  const { sid } = await Client1.open(port);
  const ear = new Ear();
  const socket = new WebSocket(`ws://127.0.0.1:${port}/socket.io/1/websocket/${sid}`);
  let stream: Socket | undefined;
  socket.on('upgrade', (answer) => {
    stream = answer.socket;
  });
  socket.on('message', (data) => ear.hear(data.toString()));
  socket.on('close', () => ear.hear(undefined));
  socket.on('error', () => {});
  await ear.next();
  return {
    say: (...packets) => {
      for (const packet of packets) socket.send(packet);
    },
    next: () => ear.next(),
    deafen: () => socket.pause(),
    vanish: () => void stream?.resetAndDestroy(),
  };
}

async function byFlash(port: number): Promise<OldClient> {
  const { sid } = await Client1.open(port);
  const ear = new Ear();
  const path = `/socket.io/1/flashsocket/${sid}`;
  const client = await Hixie76Client.come(port, { path, origin: `http://127.0.0.1:${port}` });
  client.listen(
    async (text) => ear.hear(text),
    async () => ear.hear(undefined),
  );
  await ear.next();
  return {
    say: (...packets) => {
      for (const packet of packets) client.send(packet);
    },
    next: () => ear.next(),
    deafen: () => void client.socket.pause(),
    vanish: () => void client.socket.resetAndDestroy(),
  };
}

async function byPage(port: number): Promise<OldClient> {
  const client = await Client1.open(port);
  const ear = new Ear();
  const parent = { s: { _: (packet: string) => ear.hear(gone(packet)) } };
  const page = new EndlessFrame(parent, () => ear.hear(undefined));
  page.src = `http://127.0.0.1:${port}/socket.io/1/htmlfile/${client.sid}`;
  await ear.next();
  return {
    say: (...packets) => client.post(packets.map(frame).join(''), 'htmlfile'),
    next: () => ear.next(),
    deafen: () => page.pause(),
    vanish: () => page.reset(),
  };
}

function byPolling(name: 'xhr-polling' | 'jsonp-polling') {
  return async (port: number): Promise<OldClient> => {
    const client = await Client1.open(port);
    const hear = async (): Promise<string[]> => {
      const body = await client.hear(name);
      return unpacked(
        name === 'xhr-polling' ? body : (JSON.parse(body.slice('io.j[0]('.length, -2)) as string),
      );
    };
    const waiting = (await hear()).slice(1);
    const next = async (): Promise<string | undefined> => {
      while (waiting.length === 0) waiting.push(...(await hear()));
      return gone(waiting.shift());
    };
    const say = (...packets: string[]): unknown => {
      const body = packets.map(frame).join('');
      return client.post(
        name === 'xhr-polling' ? body : `d=${encodeURIComponent(JSON.stringify(body))}`,
        name,
      );
    };
    return { say, next, deafen: () => {}, vanish: () => {} };
  };
}

export const oldWays: readonly OldWay[] = [
  { name: 'websocket', transport: 'websocket', come: byWebSocket },
  { name: 'flashsocket', transport: 'flashsocket', come: byFlash },
  { name: 'htmlfile', transport: 'htmlfile', come: byPage },
  { name: 'xhr-polling', transport: 'polling', come: byPolling('xhr-polling') },
  { name: 'jsonp-polling', transport: 'jsonp', come: byPolling('jsonp-polling') },
];
