/** Genuine clients that move to a WebSocket while both sides speak. */
import assert from 'node:assert/strict';
import { type Socket as Client, io as connect } from 'socket.io-client';
import { open, type Site } from './ground.js';

const CLIENTS = 200;
const DOWN = 200;
const UP = 50;

describe('200 genuine clients that upgrade under load', () => {
  let site: Site;
  let clients: Client[];

  beforeEach(async () => {
    site = await open();
    clients = [];
  });
  afterEach(async () => {
    for (const client of clients) client.disconnect();
    await site.close();
  });

  it('lose nothing, get nothing twice, and everything in order, both ways', async () => {
    const up = new Map<string, number[]>();
    site.io.on('connection', (socket) => {
      const heard: number[] = [];
      up.set(socket.id, heard);
      socket.on('up', (count: number) => heard.push(count));
      flow(DOWN, (count) => socket.emit('down', count));
    });
    const down = await Promise.all(Array.from({ length: CLIENTS }, () => serve()));
    const expected = (length: number) => Array.from({ length }, (_, count) => count);
    for (const heard of down) assert.deepEqual(heard, expected(DOWN));
    assert.equal(up.size, CLIENTS);
    for (const heard of up.values()) assert.deepEqual(heard, expected(UP));
    const moved = clients.filter((client) => client.io.engine.transport.name === 'websocket');
    assert.equal(moved.length, CLIENTS);
  }).timeout(30_000);

  /** One client: speaks, and gathers what it hears until both are complete and it has moved. */
  function serve(): Promise<number[]> {
    const client = connect(site.url, { forceNew: true, reconnection: false });
    clients.push(client);
    const heard: number[] = [];
    const all = new Promise<void>((resolve) =>
      client.on('down', (count: number) => heard.push(count) === DOWN && resolve()),
    );
    const spoken = new Promise<void>((resolve) =>
      client.on('connect', () => flow(UP, (count) => client.emit('up', count)).then(resolve)),
    );
    const moved = new Promise<void>((resolve) => client.io.engine.once('upgrade', () => resolve()));
    return Promise.all([all, spoken, moved])
      .then(() => settled(client))
      .then(() => heard);
  }

  /** What the client has sent has arrived when the server has answered this. */
  async function settled(client: Client): Promise<void> {
    const socket = site.io.sockets.sockets.get(client.id ?? '');
    const arrived = new Promise<void>((resolve) => socket?.once('last', () => resolve()));
    client.emit('last');
    await arrived;
  }
});

/** Says something in each of some turns of the loop. */
async function flow(times: number, say: (count: number) => void): Promise<void> {
  for (let count = 0; count < times; count++) {
    say(count);
    if (count % 3 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
