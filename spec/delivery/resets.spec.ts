/** Connections that break at the worst moment leave no session behind. */
import assert from 'node:assert/strict';
import { connect as connectTcp, type Socket as TcpSocket } from 'node:net';
import { mock } from 'node:test';
import { Registry } from '../../lib/session/registry.js';
import { frame, open, Poller, rawSocket, reason, type Site, seenRequest, Talk, until } from './ground.js';

describe('a connection that breaks', () => {
  let site: Site;
  /** Sessions that have been made and not forgotten. */
  let alive: number;

  beforeEach(async () => {
    alive = 0;
    const { add, remove } = Registry.prototype;
    mock.method(Registry.prototype, 'add', function (this: Registry, session: never) {
      alive += 1;
      add.call(this, session);
    });
    mock.method(Registry.prototype, 'remove', function (this: Registry, session: never) {
      alive -= 1;
      remove.call(this, session);
    });
    site = await open({ upgradeTimeout: 100, bodyTimeout: 100 });
    site.io.on('connection', (socket) =>
      socket.on('echo', (...args: unknown[]) => socket.emit('echo', ...args)),
    );
  });
  afterEach(async () => {
    await site.close();
    mock.restoreAll();
  });

  const gone = (): Promise<void> => until(() => alive === 0);

  function sendHead(head: string): TcpSocket {
    const socket = connectTcp(site.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write(`${head} HTTP/1.1\r\nHost: x\r\n`);
    return socket;
  }

  it('while the first poll is answered', async () => {
    for (let count = 0; count < 20; count++) {
      const socket = sendHead('GET /socket.io/?EIO=4&transport=polling');
      const seen = seenRequest(site);
      socket.write('\r\n');
      socket.resetAndDestroy();
      await Promise.race([seen, new Promise((resolve) => setTimeout(resolve, 20))]);
    }
    await site.io.close({ drain: 20 });
    await gone();
  });

  it('right after its WebSocket was accepted', async () => {
    for (let count = 0; count < 20; count++) (await rawSocket(site)).resetAndDestroy();
    await gone();
  });

  it('while the probe is under way', async () => {
    const client = await Poller.come(site);
    for (let count = 0; count < 5; count++) {
      const raw = await rawSocket(site, `&sid=${client.sid}`);
      raw.write(frame(0x81, '2probe'));
      raw.resetAndDestroy();
    }
    await until(async () => {
      const talk = await client.upgrade();
      talk.send('2probe', '5');
      return Promise.race([talk.next().then(() => true), talk.closed.then(() => false)]);
    });
    await client.poll();
  });

  it('right after the upgrade', async () => {
    const [socket, client] = await Promise.all([site.connection(), Poller.come(site)]);
    const left = reason(socket);
    const raw = await rawSocket(site, `&sid=${client.sid}`);
    raw.write(Buffer.concat([frame(0x81, '2probe'), frame(0x81, '5')]));
    await new Promise((resolve) => raw.once('data', resolve));
    raw.resetAndDestroy();
    assert.match(await left, /^transport (close|error)$/);
    await gone();
  });

  it('while a POST is half read', async () => {
    const [socket, client] = await Promise.all([site.connection(), Poller.come(site)]);
    const left = reason(socket);
    const heard: unknown[] = [];
    socket.onAny((...args) => heard.push(args));
    const seen = seenRequest(site);
    const raw = sendHead(`POST /socket.io/?EIO=4&transport=polling&sid=${client.sid}`);
    raw.write('Content-Length: 1000\r\n\r\n42["echo",');
    await seen;
    raw.resetAndDestroy();
    assert.equal(await left, 'transport error');
    assert.deepEqual(heard, []);
    await gone();
  });

  it('by never joining a namespace', async () => {
    await site.close();
    site = await open({ connectTimeout: 50 });
    const client = await Poller.come(site, false);
    await gone();
    assert.equal(await client.known(), false);
  });

  it('by never finishing a POST', async () => {
    const [socket, client] = await Promise.all([site.connection(), Poller.come(site)]);
    const left = reason(socket);
    const raw = sendHead(`POST /socket.io/?EIO=4&transport=polling&sid=${client.sid}`);
    raw.write('Content-Length: 1000\r\n\r\n42');
    assert.equal(await left, 'transport error');
    const [answer] = (await new Promise((resolve) => raw.once('data', (data) => resolve([data])))) as [
      Buffer,
    ];
    assert.match(answer.toString(), /^HTTP\/1\.1 408 /);
    await gone();
  });

  it('while a large poll is written', async () => {
    const [socket, client] = await Promise.all([site.connection(), Poller.come(site)]);
    const left = reason(socket);
    const poll = await client.waitingPoll();
    poll.pause();
    socket.emit('large', 'x'.repeat(20_000_000));
    await new Promise((resolve) => setImmediate(resolve));
    poll.resetAndDestroy();
    assert.equal(await left, 'transport error');
    await gone();
  });

  it('while a large message is written', async () => {
    const connected = site.connection();
    const raw = await rawSocket(site);
    raw.write(frame(0x81, '40'));
    const socket = await connected;
    const left = reason(socket);
    raw.pause();
    socket.emit('large', 'x'.repeat(20_000_000));
    await new Promise((resolve) => setImmediate(resolve));
    raw.resetAndDestroy();
    assert.match(await left, /^transport (close|error)$/);
    await gone();
  });

  it('while nobody reads it', async () => {
    let wake = (): void => {};
    site.io.serve(() => new Promise<void>((resolve) => (wake = resolve)));
    const talk = await Talk.join(site);
    for (let count = 0; count < 1_000; count++) talk.send(`42["n",${count}]`);
    await new Promise((resolve) => setTimeout(resolve, 20));
    talk.ws.terminate();
    wake();
    await gone();
  });

  it('by two polls at once, or two POSTs at once', async () => {
    for (const method of ['GET', 'POST']) {
      const client = await Poller.come(site);
      const head = `${method} /socket.io/?EIO=4&transport=polling&sid=${client.sid}`;
      const first = sendHead(head);
      const seen = seenRequest(site);
      first.write(method === 'GET' ? '\r\n' : 'Content-Length: 10\r\n\r\n42');
      await seen;
      const { status, body } = method === 'GET' ? await client.poll() : await client.post('3');
      assert.deepEqual([status, body], [400, '']);
      const [answer] = (await new Promise((resolve) => first.once('data', (data) => resolve([data])))) as [
        Buffer,
      ];
      assert.match(answer.toString(), method === 'GET' ? /\r\n\r\n1$/ : /^HTTP\/1\.1 400 /);
    }
    await gone();
  });

  it('by what no client says, between two polls', async () => {
    for (const nonsense of ['42/nowhere,["n"]', '41', '44{"message":"no"}']) {
      const client = await Poller.come(site, nonsense !== '41');
      await client.post(nonsense);
      await gone();
    }
  });

  it('while a poll or a handshake stands behind a poll that waits', async () => {
    for (const isPoll of [true, false]) {
      const [first, other] = [await Poller.come(site), await Poller.come(site)];
      const raw = await first.waitingPoll();
      const seen = seenRequest(site);
      const sid = isPoll ? `&sid=${other.sid}` : '';
      raw.write(`GET /socket.io/?EIO=4&transport=polling${sid} HTTP/1.1\r\nHost: x\r\n\r\n`);
      await seen;
      await other.post('1');
      raw.resetAndDestroy();
      await gone();
    }
  });

  it('when the server closes in the middle of a handshake', async () => {
    const coming = Talk.come(site).catch(() => undefined);
    await site.io.close({ drain: 20 });
    (await coming)?.ws.terminate();
    await gone();
  });
});
