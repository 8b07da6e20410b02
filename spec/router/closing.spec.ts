/** Closing leaves the HTTP server as it was; and what may come in the middle of things. */
import assert from 'node:assert/strict';
import { channel } from 'node:diagnostics_channel';
import express from 'express';
import { SocketioError } from '../../lib/index.js';
import { heard, latch, within } from '../support/patience.js';
import { example, Ground, ways } from './ground.js';
import { ask, handshake, Knock, knock, upgradeHeaders } from './raw.js';

const POLL = '/socket.io/?EIO=4&transport=polling';
const WS = '/socket.io/?EIO=4&transport=websocket';

describe('closing', () => {
  let ground: Ground;

  beforeEach(() => {
    ground = new Ground();
  });

  afterEach(() => ground.close());

  async function site(options = {}) {
    const io = ground.io(example(options));
    const app = express().use('/socket.io', io);
    app.get('/', (_req, res) => void res.send('home'));
    return { io, app, ...(await ground.serve(app)) };
  }

  it('leaves no listener, no wrapper and no subscription', async () => {
    const { io, server, port } = await site();
    const names = server.eventNames().map((name) => [name, server.listenerCount(name)]);
    await ground.arrival(`http://127.0.0.1:${port}`, { transports: ['polling', 'websocket'] });
    assert.ok(Object.hasOwn(server, 'emit'));
    assert.equal(server.listenerCount('upgrade'), 1);
    await io.close({ drain: 100 });
    assert.ok(!Object.hasOwn(server, 'emit'));
    assert.deepEqual(
      server.eventNames().map((name) => [name, server.listenerCount(name)]),
      names,
    );
    assert.equal(channel('net.server.socket').hasSubscribers, false);
    assert.equal(await (await fetch(`http://127.0.0.1:${port}/`)).text(), 'home');
  });

  it('gives back an emit that was the own one of the server', async () => {
    const io = example();
    const app = express().use('/socket.io', io);
    const { server, port } = await ground.serve(app);
    const inherited = server.emit;
    const own = ((...args: unknown[]) => Reflect.apply(inherited, server, args)) as typeof server.emit;
    server.emit = own;
    await handshake(port);
    assert.notEqual(server.emit, own);
    await io.close({ drain: 10 });
    assert.equal(server.emit, own);
  });

  it('leaves an emit that somebody has wrapped since', async () => {
    const { io, server, port } = await site();
    await handshake(port);
    const ours = server.emit;
    const seen: unknown[] = [];
    server.emit = ((...args: unknown[]) => {
      seen.push(args[0]);
      return Reflect.apply(ours, server, args);
    }) as typeof ours;
    await io.close({ drain: 10 });
    assert.equal((await ask(port, '/')).body, 'home');
    assert.ok(seen.includes('request'));
    assert.equal(server.listenerCount('upgrade'), 0);
  });

  it('keeps the door for the other io on the server', async () => {
    const one = ground.io(example());
    const two = ground.io(example());
    const { port, server } = await ground.serve(express().use('/one', one).use('/two', two));
    await handshake(port, '/one/');
    await one.close({ drain: 10 });
    for (const { transports } of ways) {
      await ground.arrival(`http://127.0.0.1:${port}`, { path: '/two', transports });
    }
    assert.equal(server.listenerCount('upgrade'), 1);
    assert.equal((await ask(port, '/one/?EIO=4&transport=polling')).status, 503);
  });

  it('lets nobody in any more: 503, on every transport', async () => {
    const { io, port } = await site();
    await handshake(port);
    await io.close({ drain: 10 });
    assert.equal((await ask(port, POLL)).status, 503);
    assert.equal((await (await knock(port, WS)).head()).status, 503);
    assert.equal((await ask(port, `${POLL}&sid=nope`)).body, '{"code":1,"message":"Session ID unknown"}');
  });

  it('may be called twice, at once and later', async () => {
    const { io, port } = await site();
    await ground.arrival(`http://127.0.0.1:${port}`, { transports: ['websocket'] });
    await within(Promise.all([io.close(), io.close()]), 'both ends');
    await io.close();
  });

  it('does not begin again when it is mounted or attached later', async () => {
    const { io, server } = await site();
    await io.close();
    express().use('/again', io);
    io.attach(server);
    assert.equal(channel('net.server.socket').hasSubscribers, false);
    assert.ok(!Object.hasOwn(server, 'emit'));
  });

  it('refuses what the stack lets through meanwhile: a poll, an upgrade, and one that was just accepted', async () => {
    const io = example();
    const waiting: (() => void)[] = [];
    const all = latch();
    const app = express();
    app.use((_req, _res, next) => {
      if (waiting.push(next) === 2) all.open();
    });
    app.use('/socket.io', io);
    const { port } = await ground.serve(app);
    const polled = ask(port, POLL);
    const knocked = (await knock(port, WS)).head();
    await all.promise;
    const closed = io.close();
    for (const next of waiting) next();
    assert.equal((await polled).status, 503);
    assert.equal((await knocked).status, 503);
    await closed;
  });

  it('during the last step of a handshake: the client is told to go away', async () => {
    const io = example();
    const app = express();
    const asked = latch<() => void>();
    // As a session store does that takes its time to save.
    app.use((_req, res, next) => {
      const { end } = res;
      res.end = ((...args: unknown[]) => {
        asked.open(() => Reflect.apply(end, res, args));
        return res;
      }) as typeof end;
      next();
    });
    app.use('/socket.io', io);
    const { port } = await ground.serve(app);
    const knocked = await knock(port, WS);
    const end = await asked.promise;
    await io.close();
    end();
    await knocked.until(/ 101 [\s\S]*\r\n\r\n\x88\x02\x03\xe9/);
    knocked.socket.destroy();
  });

  it('attach says what it takes', () => {
    const io = ground.io(example());
    assert.throws(() => io.attach({} as never), SocketioError);
    assert.throws(() => io.attach(undefined as never), { code: 'SERVER_INVALID' });
  });

  describe('in the middle of things', () => {
    it('two upgrades of one session at once: one goes on, the other is closed', async () => {
      const { port } = await site();
      const sid = await handshake(port);
      const both = await Promise.all([knock(port, `${WS}&sid=${sid}`), knock(port, `${WS}&sid=${sid}`)]);
      const heads = await Promise.all(both.map((one) => one.head()));
      assert.deepEqual(
        heads.map(({ status }) => status),
        [101, 101],
      );
      for (const { socket } of both) socket.write(masked('2probe'));
      const probed = both.map((one) => one.until(/\x81\x063probe/).then(() => one));
      const first = await Promise.race(probed);
      const [other] = both.filter((one) => one !== first);
      await other?.until(/\r\n\r\n\x88/);
      first.socket.write(masked('5'));
      first.socket.write(masked('40'));
      await first.until(/40\{"sid"/);
      const late = await knock(port, `${WS}&sid=${sid}`);
      await late.until(/ 101 [\s\S]*\r\n\r\n\x88/);
      for (const one of [...both, late]) one.socket.destroy();
      for (const promise of probed) promise.catch(() => {});
    });

    it('frames that come with the upgrade are not lost', async () => {
      const { port } = await site();
      const head = Object.entries({ Host: 'a', ...upgradeHeaders }).map((line) => `${line.join(': ')}\r\n`);
      const request = Buffer.from(`GET ${WS} HTTP/1.1\r\n${head.join('')}\r\n`);
      const early = Knock.send(port, Buffer.concat([request, masked('40')]));
      await early.until(/40\{"sid"/);
      early.socket.destroy();
    });

    it('an upgrade of a session that ends meanwhile is closed', async () => {
      const io = ground.io(example({ admit: 'every' }));
      const app = express();
      const asked = latch<() => void>();
      app.use((req, _res, next) => (req.headers.upgrade ? asked.open(next) : next()));
      app.use('/socket.io', io);
      const { port } = await ground.serve(app);
      const sid = await handshake(port);
      const knocked = await knock(port, `${WS}&sid=${sid}`);
      const next = await asked.promise;
      await ask(port, `${POLL}&sid=${sid}`, { method: 'POST', body: '1' });
      next();
      assert.equal((await knocked.answer()).body, 'Session ID unknown');
    });

    it('an upgrade whose session ends between the answer and the WebSocket is closed', async () => {
      const { port } = await site();
      const sid = await handshake(port);
      const knocked = await knock(port, `${WS}&sid=${sid}`);
      const posted = ask(port, `${POLL}&sid=${sid}`, { method: 'POST', body: '1' });
      assert.equal((await posted).body, 'ok');
      await knocked.until(/ 101 [\s\S]*\r\n\r\n\x88| 400 /);
      knocked.socket.destroy();
    });

    it('a poll that waits when we close is answered', async () => {
      const { io, port } = await site();
      const sid = await handshake(port);
      const poll = Knock.send(port, `GET ${POLL}&sid=${sid} HTTP/1.1\r\nHost: a\r\n\r\n`);
      // The server takes requests of one connection after the other; an answer to another shows that it waits.
      await ask(port, '/');
      const closed = io.close();
      await poll.until(/^HTTP\/1\.1 200 [\s\S]*1$/);
      await closed;
      poll.socket.destroy();
    });

    for (const how of ['the server', 'its socket'])
      it(`a half-read POST of a session that ends while ${how} closes is answered, and its connection ends`, async () => {
        const { io, port } = await site();
        const path = `${POLL}&sid=${await handshake(port)}`;
        await ask(port, path, { method: 'POST', body: '40' });
        await ask(port, path);
        const post = (length: number): Knock =>
          Knock.send(
            port,
            `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\n42["message","a"]`,
          );
        const [socket] = io.sockets.sockets.values();
        const closed = how === 'the server' ? io.close({ drain: 3_000 }) : socket?.disconnect(true);
        const half = post(500);
        ground.after(() => half.socket.destroy());
        await ask(port, '/');
        const whole = post(17);
        ground.after(() => whole.socket.destroy());
        assert.equal((await whole.head()).status, 400);
        assert.equal((await half.answer()).status, 400);
        await closed;
        assert.equal(io.stats().closing, 0);
      });

    it('200 clients that break off after their upgrade: the server lives, and nobody is left', async () => {
      const { io, port } = await site();
      const gone: Promise<unknown>[] = [];
      for (let round = 0; round < 200; round += 1) {
        const { socket } = await knock(port, WS);
        gone.push(heard(socket as never, 'close'));
        socket.once('data', () => socket.resetAndDestroy());
      }
      await Promise.all(gone);
      await ground.arrival(`http://127.0.0.1:${port}`, { transports: ['websocket'] });
      assert.equal(io.sockets.sockets.size, 1);
    });
  });
});

/** A text frame as clients send it; the mask changes nothing. */
function masked(text: string): Buffer {
  return Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0, ...Buffer.from(text)]);
}
