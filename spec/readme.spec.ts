/** What the README shows, run. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { io as connect, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';
import { WebSocket } from 'ws';
import { readOptions } from '../lib/option-reading.js';
import { Folder, readBlocks } from './readme/program.js';

/** The arguments of the next event of this name. */
function heard(emitter: Pick<Socket | WebSocket, 'once'>, event: string): Promise<Heard> {
  return new Promise((resolve) => {
    (emitter.once as (name: string, listener: (...args: Heard) => void) => void).call(
      emitter,
      event,
      (...args) => {
        resolve(args);
      },
    );
  });
}

type Heard = readonly [first?: unknown, ...rest: unknown[]];

describe('the README', function () {
  this.timeout(60_000);
  let folder: Folder;
  let blocks: string[];
  const clients: Socket[] = [];

  before(async () => {
    blocks = await readBlocks();
    folder = await Folder.make();
  });

  afterEach(() => {
    for (const client of clients.splice(0)) client.disconnect();
  });

  after(() => folder.remove());

  function client(url: string, options: Partial<ManagerOptions & SocketOptions> = {}): Socket {
    const socket = connect(url, { forceNew: true, reconnection: false, ...options });
    clients.push(socket);
    return socket;
  }

  it('has four programs', () => {
    assert.equal(blocks.length, 4);
  });

  for (const transports of [['websocket'], ['polling'], ['polling', 'websocket']]) {
    it(`begins with a program that serves ${transports.join(' and ')}`, async () => {
      const port = await folder.run('first', blocks[0] ?? '');
      const one = client(`http://localhost:${port}`, { transports });
      const [greeting] = await heard(one, 'message');
      assert.equal(greeting, `connected: ${one.id}`);
      const two = client(`http://localhost:${port}`, { transports });
      await heard(two, 'message');
      const echo = heard(one, 'message');
      assert.equal(await two.emitWithAck('message', 'hello'), 'received');
      assert.match(String(await echo), /hello|connected/);
    });
  }

  it('shows how the user of a login form is known in a socket', async () => {
    const port = await folder.run('login', blocks[1] ?? '');
    const url = `http://localhost:${port}`;
    const stranger = client(url, { transports: ['websocket'] });
    const [refusal] = await heard(stranger, 'connect_error');
    assert.equal((refusal as Error).message, 'please log in');

    const body = new URLSearchParams({ user: 'ann' });
    const answer = await fetch(`${url}/login`, { method: 'POST', body, redirect: 'manual' });
    const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
    const ann = client(url, { transports: ['websocket'], extraHeaders: { cookie } });
    await heard(ann, 'connect');
    assert.equal(await ann.emitWithAck('whoami'), 'ann');
  });

  it('shows the call that a Router beside another upgrade listener needs', async () => {
    const port = await folder.run('attach', blocks[2] ?? '');
    const ours = client(`http://localhost:${port}`, { transports: ['websocket'], path: '/api/socket.io' });
    await heard(ours, 'connect');
    const other = new WebSocket(`ws://localhost:${port}/other`);
    await heard(other, 'open');
    other.terminate();
  });

  it('shows how clients come back', async () => {
    const port = await folder.run('recovery', blocks[3] ?? '');
    const returning = client(`http://localhost:${port}`, {
      transports: ['websocket'],
      reconnection: true,
      reconnectionDelay: 10,
    });
    await heard(returning, 'connect');
    const { id } = returning;
    const again = heard(returning, 'connect');
    returning.io.engine.close();
    await again;
    assert.deepEqual([returning.recovered, returning.id], [true, id]);
  });

  it('names every option, with its default', async () => {
    const text = await readFile(new URL('../README.md', import.meta.url), 'utf8');
    const table = text.slice(text.indexOf('## Options'), text.indexOf('## Try it'));
    const missing = Object.keys(readOptions()).filter((name) => !table.includes(`\`${name}\``));
    assert.deepEqual(missing, []);
  });
});
