/** Every way to part, and the reason that each side is told. */
import assert from 'node:assert/strict';
import { heard } from '../support/patience.js';
import type { Present, Stage } from '../support/stage.js';

interface Parting {
  readonly server: unknown;
  readonly client: unknown;
}

/** Lets something happen and waits until both sides know. */
async function part({ guest, socket }: Present, act: () => unknown): Promise<Parting> {
  const both = [heard(socket as never, 'disconnect'), heard(guest, 'disconnect')] as const;
  await act();
  const [[server], [client]] = await Promise.all(both);
  assert.equal(socket.connected, false);
  assert.equal(guest.connected, false);
  return { server, client };
}

/** The server's reason for a frame that no client would send. */
async function reasonFor({ guest, socket }: Present, frame: string): Promise<unknown> {
  const gone = heard(socket as never, 'disconnect');
  await guest.blurt(frame);
  const [reason] = await gone;
  return reason;
}

export function leaving(stage: Stage): void {
  const { words, cut, gone: left, blunders, impatient, can } = stage.pair;

  it('leaves by itself', async () => {
    await stage.open();
    const present = await stage.join();
    assert.deepEqual(await part(present, () => present.guest.leave()), {
      server: 'client namespace disconnect',
      client: words.left,
    });
  });

  it('closes its connection', async () => {
    await stage.open(impatient);
    const present = await stage.join();
    assert.deepEqual(await part(present, () => present.guest.hangUp()), {
      server: left,
      client: words.hungUp,
    });
  });

  it('is sent away', async () => {
    await stage.open();
    const present = await stage.join();
    assert.deepEqual(await part(present, () => present.socket.disconnect()), {
      server: 'server namespace disconnect',
      client: words.dismissed,
    });
    present.socket.disconnect(true);
    present.socket.emit('word');
  });

  it('hears everything that was said before it is sent away', async () => {
    await stage.open();
    const { guest, socket } = await stage.join();
    const heardWords: unknown[] = [];
    guest.on('word', (word) => heardWords.push(word));
    const gone = heard(guest, 'disconnect');
    for (let index = 0; index < 100; index++) socket.emit('word', index);
    socket.disconnect(true);
    await gone;
    assert.deepEqual(
      heardWords,
      Array.from({ length: 100 }, (_, index) => index),
    );
  });

  it('is sent away from all its namespaces at once', async () => {
    const { io } = await stage.open();
    io.of('/other');
    const main = await stage.join();
    const other = await stage.beside(main.guest, '/other');
    const otherGone = [heard(other.socket as never, 'disconnect'), heard(other.guest, 'disconnect')];
    const reasons = await part(main, () => main.socket.disconnect(true));
    assert.deepEqual(reasons, { server: 'server namespace disconnect', client: words.dismissed });
    const [[server], [client]] = (await Promise.all(otherGone)) as [unknown[], unknown[]];
    assert.deepEqual({ server, client }, reasons);
  });

  it('keeps its connection when it is sent away from one namespace', async () => {
    const { io } = await stage.open();
    io.of('/other');
    const main = await stage.join();
    const other = await stage.beside(main.guest, '/other');
    await part(other, () => other.socket.disconnect());
    io.emit('still here');
    await heard(main.guest, 'still here');
    assert.equal(main.socket.conn.readyState, 'open');
  });

  it('is cut off', async () => {
    const site = await stage.open(impatient);
    const { line, url } = await site.line();
    const present = await stage.join('/', {}, url);
    // Between two polls the server would not notice before the next heartbeat.
    if (['polling', 'jsonp'].includes(stage.pair.last)) await line.polled();
    assert.deepEqual(await part(present, () => line.cut()), { server: cut, client: words.cut });
  });

  it('hears that the server shuts down', async () => {
    const { io } = await stage.open(impatient);
    // Clients 0.9.0 that would not come back take no notice when they are told to come anew.
    const present = await stage.join('/', { returns: true });
    const last = heard(present.guest, 'last words');
    const reasons = await part(present, async () => {
      present.socket.emit('last words');
      await io.close();
    });
    assert.deepEqual(reasons, { server: 'server shutting down', client: words.serverClosed });
    await last;
  });

  it('says nothing any more', async () => {
    // A client gives up by itself an interval later than we, who look a second time, a second later, if we have been held up.
    await stage.open({ pingInterval: 1_200, pingTimeout: 40 });
    const { guest, socket } = await stage.join();
    const gone = heard(socket as never, 'disconnect');
    guest.mute();
    assert.equal((await gone)[0], 'ping timeout');
  });

  if (can.noticeSilence) {
    it('hears nothing any more', async () => {
      const site = await stage.open({ pingInterval: 100, pingTimeout: 100 });
      const { line, url } = await site.line();
      const { guest } = await stage.join('/', {}, url);
      const gone = heard(guest, 'disconnect');
      line.hush();
      assert.equal((await gone)[0], words.silence);
    });
  }

  const { unknownFrame, unknownPacket, heartbeat, stranger } = blunders;
  if (unknownFrame !== undefined) {
    it('says what no engine understands', async () => {
      await stage.open();
      assert.equal(await reasonFor(await stage.join(), unknownFrame), 'parse error');
    });
  }
  if (unknownPacket !== undefined) {
    it('says what no socket understands', async () => {
      await stage.open();
      assert.equal(await reasonFor(await stage.join(), unknownPacket), 'forced close');
    });
  }
  if (heartbeat !== undefined) {
    it('asks for signs of life, which is not its part', async () => {
      await stage.open();
      assert.equal(await reasonFor(await stage.join(), heartbeat), 'transport error');
    });
  }
  if (stranger !== undefined) {
    it('speaks in a namespace that it has not entered', async () => {
      await stage.open();
      assert.equal(await reasonFor(await stage.join(), stranger), 'forced server close');
    });
  }

  it('leaves nothing behind', async () => {
    const { io } = await stage.open(impatient);
    io.of('/other');
    const main = await stage.join();
    const other = await stage.beside(main.guest, '/other');
    const gone = heard(other.socket as never, 'disconnect');
    await part(main, () => main.guest.hangUp());
    await gone;
    for (const nsp of [io.sockets, io.of('/other')]) {
      assert.equal(nsp.sockets.size, 0);
      assert.equal(nsp.adapter.rooms.size, 0);
      assert.equal(nsp.adapter.sids.size, 0);
    }
  });

  it('does not stop others from being heard', async () => {
    const { io } = await stage.open();
    const a = await stage.join();
    const b = await stage.join();
    await part(a, () => a.guest.leave());
    io.emit('word');
    await heard(b.guest, 'word');
    b.guest.emit('word');
    await heard(b.socket as never, 'word');
  });
}
