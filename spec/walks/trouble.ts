/** Errors of the application: each is reported once, and everything else goes on. */
import assert from 'node:assert/strict';
import { heard, within } from '../support/patience.js';
import type { Complaint, Site } from '../support/site.js';
import type { Stage } from '../support/stage.js';

/** Lets the application fail, and looks at what was reported. */
async function complains(site: Site, act: () => void): Promise<Complaint> {
  const complaint = site.complaint();
  act();
  return within(complaint, 'a report');
}

function fail(): never {
  throw new Error('broken');
}

async function failLater(): Promise<never> {
  await Promise.resolve();
  throw new Error('broken');
}

export function trouble(stage: Stage): void {
  for (const [how, listener] of [
    ['throws', fail],
    ['is rejected later', failLater],
  ] as const) {
    it(`does not suffer from a listener that ${how}`, async () => {
      const site = await stage.open();
      const { guest, socket } = await stage.join();
      const other = await stage.join();
      socket.on('word', listener);
      const also = heard(socket as never, 'word');
      const { error, event, socket: whose } = await complains(site, () => guest.emit('word', 1));
      assert.equal((error as Error).message, 'broken');
      assert.equal(event, 'word');
      assert.equal(whose, socket);
      assert.deepEqual(await also, [1]);
      assert.equal(site.complaints.length, 1);
      site.io.emit('end');
      await heard(guest, 'end');
      assert.equal(other.socket.connected, true);
    });

    it(`is greeted although a listener for connection ${how}`, async () => {
      const site = await stage.open();
      site.io.on('connection', listener);
      site.io.on('connection', (socket) => socket.emit('welcome'));
      const { event, error } = await complains(site, () => stage.coming().on('error', fail));
      assert.equal(event, 'connection');
      assert.equal((error as Error).message, 'broken');
      const guest = stage.coming();
      await heard(guest, 'welcome');
      assert.equal(guest.connected, true);
    });

    it(`is refused by a middleware that ${how}`, async () => {
      const site = await stage.open();
      site.io.use(listener);
      const guest = stage.coming();
      const refused = heard(guest, stage.pair.refused);
      const { event } = await complains(site, () => {});
      assert.equal(event, 'middleware');
      assert.deepEqual(stage.pair.told((await refused)[0]), stage.pair.refusal('broken', undefined));
    });

    it(`goes on after a middleware for events that ${how}`, async () => {
      const site = await stage.open();
      const { guest, socket } = await stage.join();
      socket.use((event, next) => (event[0] === 'bad' ? listener() : next()));
      socket.on('bad', () => assert.fail('it has been dropped'));
      const { error } = await complains(site, () => guest.emit('bad'));
      assert.equal((error as Error).message, 'broken');
      guest.emit('good', 1);
      assert.deepEqual(await heard(socket as never, 'good'), [1]);
    });

    it(`is let go although a listener for disconnect ${how}`, async () => {
      const site = await stage.open();
      const { guest, socket } = await stage.join();
      socket.on('disconnecting', listener);
      const gone = heard(socket as never, 'disconnect');
      const { event } = await complains(site, () => guest.leave());
      assert.equal(event, 'disconnecting');
      await gone;
      assert.equal(site.io.sockets.sockets.size, 0);
    });

    it(`goes on although the one who takes its answer ${how}`, async () => {
      const site = await stage.open();
      const { guest, socket } = await stage.join();
      guest.on('question', (reply) => (reply as () => void)());
      const { event } = await complains(site, () => socket.emit('question', listener));
      assert.equal(event, 'acknowledgement');
      assert.equal(socket.connected, true);
    });
  }

  it('survives an onError that fails itself', async () => {
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve));
    await stage.open({ onError: fail });
    const { guest, socket } = await stage.join();
    socket.on('bad', fail);
    guest.emit('bad');
    assert.match((await within(warned, 'a warning')).message, /broken/);
    guest.emit('good');
    await heard(socket as never, 'good');
  });

  it('is told nothing that cannot be told, and the program hears why', async () => {
    const { io } = await stage.open();
    const { guest, socket } = await stage.join();
    const circle: unknown[] = [];
    circle.push(circle);
    for (const word of [1n, circle]) {
      assert.throws(() => socket.emit('word', word));
      assert.throws(() => io.emit('word', word));
    }
    assert.throws(() => socket.emit('disconnect'), { code: 'EVENT_RESERVED' });
    assert.throws(() => io.emit('connect_error'), { code: 'EVENT_RESERVED' });
    guest.on('word', () => assert.fail('nothing was said'));
    socket.emit('end');
    await heard(guest, 'end');
  });
}
