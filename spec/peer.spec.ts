/** One connection and the sockets of its client in several namespaces. */
import assert from 'node:assert/strict';
import { open, Poller, reason, type Site, Talk } from './delivery/ground.js';

describe('one connection with several namespaces', () => {
  let site: Site;
  beforeEach(async () => {
    site = await open({ connectTimeout: 300, maxNamespaces: 3, mailboxMessages: 2 });
    site.io.on('connection', () => {});
    for (const name of ['/a', '/b', '/c']) {
      site.io.of(name).on('connection', (socket) => {
        socket.on('echo', (...args: unknown[]) => socket.emit('echo', ...args));
      });
    }
  });
  afterEach(() => site.close());

  it('joins them one by one, and is heard in each', async () => {
    const talk = await Talk.join(site);
    talk.send('40/a,', '40/b,', '42/b,["echo",1]', '42/a,["echo",2]');
    const heard = [await talk.next(), await talk.next(), await talk.next(), await talk.next()].map(String);
    assert.match(heard[0] ?? '', /^40\/a,\{"sid":"[\w-]{20}"\}$/);
    assert.match(heard[1] ?? '', /^40\/b,/);
    assert.deepEqual(heard.slice(2), ['42/b,["echo",1]', '42/a,["echo",2]']);
  });

  it('is refused a namespace that there is not, and stays', async () => {
    const talk = await Talk.join(site);
    talk.send('40/nowhere,', '40/a,');
    assert.equal(await talk.next(), '44/nowhere,{"message":"Invalid namespace"}');
    assert.match(String(await talk.next()), /^40\/a,/);
  });

  for (const [what, frames] of [
    ['joins twice', ['40']],
    ['speaks in a namespace that it has not joined', ['42/a,["echo"]']],
    ['answers in a namespace that it has not joined', ['43/a,1[]']],
    ['leaves one that it has not joined', ['41/a,']],
    ['joins more than it may', ['40/a,', '40/b,', '40/c,']],
  ] as const) {
    it(`ends when the client ${what}`, async () => {
      const [socket, talk] = await Promise.all([site.connection(), Talk.join(site)]);
      const left = reason(socket);
      talk.send(...frames);
      assert.equal(await left, 'forced server close');
      await talk.closed;
    });
  }

  it('ends when the client joins nothing in time', async () => {
    const talk = await Talk.come(site);
    talk.send('40/nowhere,');
    assert.equal((await talk.closed).code, 1008);
    const poller = await Poller.come(site, false);
    assert.equal((await poller.poll()).body, '1');
  });

  it('goes on in the others when the client leaves one, which it may join again', async () => {
    const talk = await Talk.join(site);
    talk.send('40/a,');
    const first = await talk.next();
    talk.send('41/a,', '40/a,', '42/a,["echo",1]');
    assert.notEqual(await talk.next(), first);
    assert.equal(await talk.next(), '42/a,["echo",1]');
  });

  it('tells all sockets of the end', async () => {
    const [root, talk] = await Promise.all([site.connection(), Talk.join(site)]);
    const inA = new Promise<string>((resolve) =>
      site.io.of('/a').on('connection', (socket) => reason(socket).then(resolve)),
    );
    talk.send('40/a,');
    await talk.next();
    const left = reason(root);
    talk.ws.terminate();
    assert.deepEqual(await Promise.all([left, inA]), ['transport close', 'transport close']);
  });

  it('says goodbye in each namespace when the whole connection is ended', async () => {
    const [root, talk] = await Promise.all([site.connection(), Talk.join(site)]);
    talk.send('40/a,');
    await talk.next();
    root.disconnect(true);
    assert.deepEqual([await talk.next(), await talk.next()], ['41', '41/a,']);
    await talk.closed;
  });

  it('is not read while one of its handlers lags behind, and read again when that one leaves', async () => {
    let leave = (): void => {};
    site.io.of('/d').serve(() => new Promise<void>((resolve) => (leave = resolve)));
    const talk = await Talk.join(site);
    talk.send('40/a,', '40/d,');
    await talk.next();
    await talk.next();
    talk.send('42/d,["n"]', '42/d,["n"]', '42/a,["echo",1]');
    await new Promise((resolve) => setTimeout(resolve, 30));
    assert.equal(talk.unread, 0);
    leave();
    assert.deepEqual([await talk.next(), await talk.next()], ['41/d,', '42/a,["echo",1]']);
  });

  for (const [how, end] of [
    ['its handler ends the connection', (site: Site) => site.io.disconnectSockets(true)],
    ['its handler closes the server', (site: Site) => void site.io.close({ drain: 50 })],
  ] as const) {
    it(`is left for good when ${how} in the moment of joining`, async () => {
      const told: string[] = [];
      site.io.of('/a').on('connection', (socket) => {
        socket.on('disconnect', (why) => told.push(why));
        end(site);
      });
      const served = new Promise<void>((resolve) => {
        site.io.of('/a').serve(async (socket) => {
          for await (const _message of socket);
          resolve();
        });
      });
      const talk = await Talk.join(site);
      talk.send('40/a,');
      await talk.closed;
      await served;
      assert.equal(told.length, 1);
      assert.equal(site.io.of('/a').sockets.size, 0);
      assert.equal((await site.io.of('/a').fetchSockets()).length, 0);
    });
  }
});
