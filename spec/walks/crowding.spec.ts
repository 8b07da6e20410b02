/** One client asks for very many namespaces: nothing may be left of them. */
import assert from 'node:assert/strict';
import { latch, within } from '../support/patience.js';
import { byWebSocket } from '../support/raw-engine4.js';
import { openSite, type Site } from '../support/site.js';

const MANY = 100_000;

describe(`a client that asks for ${MANY} namespaces`, () => {
  let site: Site;
  let made = 0;
  beforeEach(async () => {
    site = await openSite();
    made = 0;
    site.io.on('new_namespace', () => {
      made += 1;
    });
  });
  afterEach(() => site.close());

  /** Says it all, and waits until the last word has been answered. */
  async function say(frames: (index: number) => string[], last: string): Promise<void> {
    const client = await byWebSocket(site.url);
    for (let index = 0; index < MANY; index += 1) for (const frame of frames(index)) await client.say(frame);
    for (let frame = await client.next(); frame !== undefined; frame = await client.next())
      if (frame.startsWith(last)) break;
    await client.leave();
  }

  it('is sent away when it is in more than maxNamespaces, with all that was made for it', async () => {
    const parent = site.io.of(/^\/room-\d+$/);
    const left = latch();
    site.io.of('/room-99').on('connection', (socket) => socket.on('disconnect', () => left.open()));
    await say((index) => [`40/room-${index},`], 'nothing');
    await within(left.promise, 'its end');
    assert.equal(made, 100);
    assert.deepEqual(
      [...parent.children].map(({ name, sockets }) => [name, sockets.size]),
      [['/room-99', 0]],
    );
  });

  it('leaves nothing behind when it leaves each one', async () => {
    const parent = site.io.of(/^\/room-\d+$/);
    await say((index) => [`40/room-${index},`, `41/room-${index},`], `40/room-${MANY - 1},`);
    await within(
      until(() => parent.children.size === 0),
      'the last child to go',
    );
    assert.equal(made, MANY);
  });

  it(`leaves nothing behind when ${MANY / 10} refuse it one after the other`, async () => {
    const parent = site.io.of(/^\/room-\d+$/);
    parent.use((_socket, next) => next(new Error('no')));
    // One at a time: those that still wait for their refusal count.
    const client = await byWebSocket(site.url);
    for (let index = 0; index < MANY / 10; index += 1) {
      await client.say(`40/room-${index},`);
      assert.ok((await client.next())?.startsWith(`44/room-${index},`));
    }
    assert.equal(parent.children.size, 0);
    assert.equal(made, MANY / 10);
    await client.leave();
  });

  it('has nothing made for it that comes too late: it has gone while a function thought', async () => {
    const asked = latch<() => void>();
    const parent = site.io.of((_name, _auth, next) => asked.open(() => next(null, true)));
    const gone = latch();
    site.io.on('connection', (socket) => socket.on('disconnect', () => gone.open()));
    const client = await byWebSocket(site.url);
    await client.say('40');
    await client.say('40/late,');
    const admit = await within(asked.promise, 'the question');
    await client.leave();
    await within(gone.promise, 'its end');
    admit();
    await new Promise(setImmediate);
    assert.equal(made, 1);
    assert.equal(parent.children.size, 0);
  });
});

async function until(done: () => boolean): Promise<void> {
  while (!done()) await new Promise(setImmediate);
}
