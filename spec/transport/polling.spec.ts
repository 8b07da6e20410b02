/** Frames over HTTP long-polling. */
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { engine4 } from '../../lib/codec/engine4.js';
import { ask, open, Poller, reason, type Site, seenRequest } from '../delivery/ground.js';

describe('polling', () => {
  let site: Site;
  beforeEach(async () => {
    site = await open({ mailboxMessages: 2 });
  });
  afterEach(() => site.close());

  async function joined() {
    const [socket, client] = await Promise.all([site.connection(), Poller.come(site)]);
    return { socket, client, left: reason(socket) };
  }

  it('goes on after a poll that was cut while it waited', async () => {
    const { client, socket } = await joined();
    const cut = await client.waitingPoll();
    cut.resetAndDestroy();
    await client.post('3');
    socket.emit('first');
    assert.equal((await client.poll()).body, '42["first"]');
  });

  it('takes a poll that comes together with the end of the cut one', async () => {
    const { client, socket } = await joined();
    for (let round = 0; round < 20; round++) {
      const cut = await client.waitingPoll();
      cut.destroy();
      const again = client.poll();
      await seenRequest(site);
      socket.emit('round', round);
      assert.equal((await again).body, `42["round",${round}]`);
    }
  });

  it('sends what was leaving through a broken connection with the next poll, first and once', async () => {
    const { client, socket } = await joined();
    const cut = await client.waitingPoll();
    cut.pause();
    const large = 'x'.repeat(30_000_000);
    socket.emit('large', large);
    await new Promise((resolve) => setImmediate(resolve));
    socket.emit('small');
    assert.ok(socket.bufferedAmount > 30_000_000);
    cut.resetAndDestroy();
    const { body } = await client.poll();
    assert.equal(body.length, large.length + '42["large",""]'.length);
    assert.equal((await client.poll()).body, '42["small"]');
  });

  it('ends when a cut poll is not followed by another one', async () => {
    const { client, left } = await joined();
    const cut = await client.waitingPoll();
    cut.destroy();
    assert.equal(await left, 'transport error');
    assert.equal(await client.known(), false);
  });

  it('ends when an answer is cut and no other poll follows', async () => {
    const { client, socket, left } = await joined();
    const cut = await client.waitingPoll();
    cut.pause();
    socket.emit('large', 'x'.repeat(30_000_000));
    await new Promise((resolve) => setImmediate(resolve));
    cut.resetAndDestroy();
    assert.equal(await left, 'transport error');
  });

  it('refuses a second POST at a time, and does not say ok to the first', async () => {
    const { client, socket, left } = await joined();
    const heard: unknown[] = [];
    socket.onAny((...args) => heard.push(args));
    const first = new PassThrough();
    const status = ask(site, 'POST', `&sid=${client.sid}`, first).then((answer) => answer.status);
    const seen = seenRequest(site, client.sid);
    first.write('42["n",1]');
    await seen;
    assert.equal((await client.post('42["n",2]')).status, 400);
    assert.equal(await left, 'transport error');
    first.end();
    assert.equal(await status, 400);
    assert.deepEqual(heard, []);
  });

  it('tells when everything has left', async () => {
    const { client, socket } = await joined();
    socket.emit('large', 'x'.repeat(100_000));
    assert.ok(socket.bufferedAmount >= 100_000);
    let drained = false;
    const waiting = socket.drained().then(() => {
      drained = true;
    });
    await client.post('3');
    assert.equal(drained, false);
    await client.poll();
    await waiting;
    assert.equal(socket.bufferedAmount, 0);
  });

  it('does not spin while an answer that was cut waits for the next poll', async () => {
    const { client, socket } = await joined();
    const cut = await client.waitingPoll();
    cut.pause();
    socket.emit('large', 'x'.repeat(30_000_000));
    const drained = socket.drained();
    await new Promise((resolve) => setImmediate(resolve));
    cut.resetAndDestroy();
    await client.poll();
    await drained;
  });

  describe('a message that cannot be written', () => {
    const payload = engine4.payload as { pack: typeof engine4.payload.pack };
    const { pack } = payload;

    // As a buffer of 400 MB is, whose base64 no string can hold.
    beforeEach(() => {
      payload.pack = (frames) => {
        if (frames.some((frame) => frame.includes('too large')))
          throw new RangeError('Invalid string length');
        return pack(frames);
      };
    });
    afterEach(() => {
      payload.pack = pack;
    });

    for (const [size, text] of [
      ['that leaves at the end of its tick', 'too large'],
      ['that leaves at once', `too large${'x'.repeat(100_000)}`],
    ] as const)
      it(`ends its client alone, whose poll is answered, and drops what waits: one ${size}`, async () => {
        const { client, socket, left } = await joined();
        const other = await joined();
        const why = new Promise((resolve) => socket.on('disconnect', (_reason, error) => resolve(error)));
        const poll = client.poll();
        await seenRequest(site, client.sid);
        socket.emit('first', text);
        socket.emit('second');
        other.socket.emit('third');
        const { status, body } = await poll;
        assert.deepEqual([status, body], [200, '1']);
        assert.equal(await left, 'transport error');
        assert.match(String(await why), /cannot be written: Invalid string length/);
        assert.equal(await client.known(), false);
        assert.equal((await other.client.poll()).body, '42["third"]');
        assert.equal(socket.bufferedAmount, 0);
        assert.deepEqual(site.io.stats().closes, { 'transport error': 1 });
      });

    it('is told with the next poll if none waits', async () => {
      const { client, socket, left } = await joined();
      socket.emit('first', 'too large');
      assert.equal((await client.poll()).body, '1');
      assert.equal(await left, 'transport error');
    });
  });

  it('answers the POST late while nobody reads, and hands up all of it in the end', async () => {
    const heard: unknown[] = [];
    let wake = (): void => {};
    const asleep = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const done = new Promise<void>((resolve) => {
      site.io.serve(async (socket) => {
        await asleep;
        for await (const { args } of socket) if (heard.push(args[0]) === 10) resolve();
      });
    });
    const client = await Poller.come(site);
    let answered = false;
    const post = client
      .post(Array.from({ length: 10 }, (_, index) => `42["n",${index}]`).join('\x1e'))
      .then(() => {
        answered = true;
      });
    await seenRequest(site);
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(answered, false);
    wake();
    await Promise.all([post, done]);
    assert.deepEqual(heard, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});
