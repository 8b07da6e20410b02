/** The wire of coming back, beside the genuine server: the same frames in the same order. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { Server as Genuine } from 'socket.io';
import { WebSocket } from 'ws';
import type { Server } from '../../lib/index.js';
import { until } from '../delivery/ground.js';
import { listening } from '../support/listening.js';
import { heard } from '../support/patience.js';
import { openSite } from '../support/site.js';

interface House {
  readonly io: Server;
  readonly port: number;
  close(): Promise<unknown>;
}

async function openGenuine(): Promise<House> {
  const server = createServer();
  const io = new Genuine(server, { connectionStateRecovery: {} });
  return { io: io as unknown as Server, port: await listening(server), close: () => io.close() };
}

const houses: Readonly<Record<string, () => Promise<House>>> = {
  ours: () => openSite({ connectionStateRecovery: {} }),
  genuine: openGenuine,
};

class Line {
  readonly frames: string[] = [];
  readonly ws: WebSocket;

  constructor({ port }: House) {
    this.ws = new WebSocket(`ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`);
    this.ws.on('message', (data, binary) => this.frames.push(binary ? `<${data}>` : String(data)));
    this.ws.on('error', () => {});
  }

  async join(auth?: object): Promise<{ sid: string; pid: string }> {
    await heard(this.ws as never, 'open');
    this.ws.send(`40${auth ? JSON.stringify(auth) : ''}`);
    return JSON.parse((await this.frame('40')).slice(2));
  }

  async frame(start: string): Promise<string> {
    await until(() => this.frames.some((frame) => frame.startsWith(start)));
    return this.frames.find((frame) => frame.startsWith(start)) ?? '';
  }
}

/** What differs from run to run is named. */
function plain(frames: readonly string[], names: Readonly<Record<string, string>>): string[] {
  const named = (frame: string): string =>
    Object.entries(names).reduce((text, [name, secret]) => text.replaceAll(secret, name), frame);
  return frames
    .filter((frame) => frame[0] !== '0')
    .map((frame) => named(frame).replace(/"[^"]*"\]$/, '"(offset)"]'));
}

async function observe(open: () => Promise<House>): Promise<unknown> {
  const house = await open();
  const seen: unknown[] = [];
  house.io.on('connection', (socket) => {
    seen.push([socket.recovered, [...socket.rooms].length, { ...socket.data }]);
    if (socket.recovered) return;
    socket.join('red');
    socket.data.word = 'kept';
  });
  const first = new Line(house);
  const { sid, pid } = await first.join();
  house.io.emit('seen', 1);
  const offset = JSON.parse((await first.frame('42')).slice(2)).at(-1);
  let latest = first;
  const told: unknown[] = [plain(first.frames, { sid, pid })];
  for (let round = 0; round < 2; round++) {
    latest.ws.terminate();
    await until(() => house.io.sockets.sockets.size === 0);
    house.io.to('red').emit('missed', round, Buffer.from('bytes'));
    house.io.to('blue').emit('not meant');
    house.io.volatile.emit('volatile');
    const line = new Line(house);
    const last = round === 0 ? offset : JSON.parse((await latest.frame('451-')).slice(4)).at(-1);
    await line.join({ pid, offset: last });
    house.io.sockets.sockets.get(sid)?.emit('direct');
    await line.frame('42["direct"');
    told.push(plain(line.frames, { sid, pid }));
    latest = line;
  }
  const stranger = new Line(house);
  const known = await stranger.join({ pid: 'unknown', offset });
  told.push(plain(stranger.frames, known));
  for (const { ws } of [latest, stranger]) ws.terminate();
  await house.close();
  return { told, seen };
}

describe('the wire of coming back', () => {
  it('is that of the genuine server', async () => {
    const [ours, genuine] = [await observe(houses.ours as never), await observe(houses.genuine as never)];
    assert.deepEqual(ours, genuine);
    assert.deepEqual((ours as { told: string[][] }).told[1], [
      '451-["missed",0,{"_placeholder":true,"num":0},"(offset)"]',
      '<bytes>',
      '40{"sid":"sid","pid":"pid"}',
      '42["direct","(offset)"]',
    ]);
  });
});
