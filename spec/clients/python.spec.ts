/** A client of another house: Debian's python3-socketio. */
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { heard } from '../support/patience.js';
import { openSite, type Site } from '../support/site.js';

const run = promisify(execFile);

/** Debian's own; another Python has other packages. */
const python = process.env.PYTHON_PATH ?? '/usr/bin/python3';
const script = fileURLToPath(new URL('./python_client.py', import.meta.url));

/** How the client is asked to come, and by which transport it ends up. */
const ways = { websocket: 'websocket', polling: 'polling', upgrade: 'websocket' } as const;

function isInstalled(): boolean {
  try {
    execFileSync(python, ['-c', 'import socketio, requests, websocket'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** The other half of the conversation in `python_client.py`. */
function converse({ io }: Site): { readonly answers: unknown[] } {
  const answers: unknown[] = [];
  io.on('connection', (socket) => {
    const numbers: unknown[] = [];
    socket.on('echo', (...args) => args.pop()(...args.slice(0, 2)));
    socket.on('data', (data, reply) => reply(data));
    socket.on('number', (number) => numbers.push(number));
    socket.on('numbers', (reply) => reply(numbers));
    socket.on('speak', async (reply) => {
      answers.push(await socket.timeout(5_000).emitWithAck('question', 'why?', Buffer.from([1, 2])));
      socket.emit('many', 1, 2, 3);
      // More than one poll may carry.
      for (let index = 0; index < 40; index++) io.emit('count', index);
      reply();
    });
    socket.on('heard', (transport, news) => {
      answers.push(transport, news);
      io.of('/other').emit('bye');
    });
  });
  io.of('/other').on('connection', (socket) => {
    socket.on('alone', (reply) => reply('in /other'));
  });
  return { answers };
}

describe('a Python client', () => {
  let site: Site;

  before(function () {
    if (isInstalled()) return;
    console.log(
      `      (skipped: ${python} has no socketio, requests and websocket; Debian: python3-socketio)`,
    );
    this.skip();
  });

  beforeEach(async () => {
    site = await openSite();
  });

  afterEach(() => site?.close());

  for (const [way, last] of Object.entries(ways)) {
    it(`speaks, asks and answers, by ${way}`, async () => {
      const { answers } = converse(site);
      const connection = heard(site.io as never, 'connection');
      const done = run(python, [script, site.url, way], { timeout: 9_000 });
      const [socket] = (await connection) as [{ handshake: { auth: unknown } }];
      assert.deepEqual(socket.handshake.auth, { token: 'python' });
      const { stderr } = await done;
      assert.equal(stderr, '');
      const [answer, transport, news] = answers;
      assert.deepEqual(answer, ['why?', Buffer.from([1, 2])]);
      assert.equal(transport, last);
      assert.deepEqual(news, [3, ...Array.from({ length: 40 }, (_, index) => index)]);
      assert.deepEqual(site.complaints, []);
    });
  }
});
