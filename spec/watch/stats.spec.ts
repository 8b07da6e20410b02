/** What `io.stats()` says: how things stand, and what has happened. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { Socket, Stats } from '../../lib/index.js';
import { ask, handshake, knock } from '../router/raw.js';
import { listening } from '../support/listening.js';
import { newestPairs } from '../support/newest.js';
import { heard, latch, within } from '../support/patience.js';
import { Client1 } from '../support/raw-revision1.js';
import { openSite, type Site } from '../support/site.js';
import { Stage } from '../support/stage.js';

const POLL = '/socket.io/?EIO=4&transport=polling';
const WS = '/socket.io/?EIO=4&transport=websocket';

const nothing: Stats = {
  clientsCount: 0,
  sessions: {},
  opening: 0,
  closing: 0,
  sockets: { joined: 0, pending: 0 },
  bufferedAmount: 0,
  mailboxes: { count: 0, messages: 0, bytes: 0 },
  pendingAcks: 0,
  handshakes: 0,
  refusals: {},
  limits: {},
  closes: {},
};

describe('the figures of a server', () => {
  let site: Site;
  afterEach(() => site.close());

  /** Looks again and again, since the last step of something may be under way. */
  async function until(what: string, fits: (stats: Stats) => boolean): Promise<Stats> {
    const look = async (): Promise<Stats> => {
      for (;;) {
        const stats = site.io.stats();
        if (fits(stats)) return stats;
        await new Promise(setImmediate);
      }
    };
    return within(look(), what);
  }

  it('are plain, frozen, and 0 at the start', async () => {
    site = await openSite();
    const stats = site.io.stats();
    assert.deepEqual(stats, nothing);
    const parts = Object.values(stats).filter((part) => typeof part === 'object');
    for (const part of [stats, ...parts]) assert.ok(Object.isFrozen(part));
    assert.deepEqual(JSON.parse(JSON.stringify(stats)), nothing);
  });

  it('count a client through its life', async () => {
    site = await openSite();
    const sid = await handshake(site.port);
    const path = `${POLL}&sid=${sid}`;
    const born = site.io.stats();
    assert.deepEqual(born, { ...nothing, clientsCount: 1, handshakes: 1, sessions: { 4: { polling: 1 } } });
    const say = (body: string) => ask(site.port, path, { method: 'POST', body });
    await say('40');
    assert.deepEqual(site.io.stats().sockets, { joined: 1, pending: 0 });
    await ask(site.port, path);
    site.io.emit('x', 'y'.repeat(1_000));
    assert.equal(site.io.stats().bufferedAmount, Buffer.byteLength('42["x",""]') + 1_000);
    await ask(site.port, path);
    assert.equal(site.io.stats().bufferedAmount, 0);
    await say('1');
    const gone = await until('the end', ({ clientsCount }) => clientsCount === 0);
    assert.deepEqual(gone, { ...nothing, handshakes: 1, closes: { 'transport close': 1 } });
    assert.equal(born.clientsCount, 1, 'what has been said stays said');
  });

  it('tell those who wait for middlewares from those who have joined', async () => {
    site = await openSite();
    const asked = latch<() => void>();
    site.io.of('/slow').use((_socket, next) => asked.open(next));
    const sid = await handshake(site.port);
    await ask(site.port, `${POLL}&sid=${sid}`, { method: 'POST', body: '40/slow,\x1e40' });
    const next = await within(asked.promise, 'the middleware');
    assert.deepEqual(site.io.stats().sockets, { joined: 1, pending: 1 });
    next();
    await until('the second', ({ sockets }) => sockets.joined === 2 && sockets.pending === 0);
  });

  it('tell a handshake without a transport, and a goodbye that nobody comes for', async () => {
    site = await openSite();
    await Client1.open(site.port);
    const sid = await handshake(site.port);
    const joined = heard(site.io as never, 'connection') as Promise<[Socket]>;
    await ask(site.port, `${POLL}&sid=${sid}`, { method: 'POST', body: '40' });
    assert.equal(site.io.stats().opening, 1);
    (await joined)[0].disconnect(true);
    const { clientsCount, opening, closing, sessions, closes } = site.io.stats();
    assert.deepEqual([clientsCount, opening, closing, sessions], [2, 1, 1, {}]);
    assert.deepEqual(closes, { 'forced server close': 1 });
  });

  it('know what nobody has read, and what nobody has answered', async () => {
    site = await openSite({ mailboxMessages: 2 });
    const joined = latch<Socket>();
    const go = latch();
    site.io.serve(async (socket) => {
      joined.open(socket);
      await go.promise;
    });
    const sid = await handshake(site.port);
    const body = '40\x1e42["a"]\x1e42["b"]';
    // The answer to the POST comes when the mailbox has room again.
    const posted = ask(site.port, `${POLL}&sid=${sid}`, { method: 'POST', body });
    const socket = await within(joined.promise, 'a socket');
    socket.emit('question', () => {});
    site.io.timeout(10_000).emit('question', () => {});
    const stats = await until('two messages', ({ mailboxes }) => mailboxes.messages === 2);
    assert.deepEqual(stats.mailboxes, { count: 1, messages: 2, bytes: 14 });
    assert.equal(stats.pendingAcks, 2);
    assert.deepEqual(stats.limits, { mailboxMessages: 1 });
    go.open();
    await posted;
    await until('nobody', ({ sockets }) => sockets.joined === 0);
    assert.deepEqual(site.io.stats().mailboxes, { count: 0, messages: 0, bytes: 0 });
    assert.equal(site.io.stats().pendingAcks, 0);
  });

  it('count refusals by code, of both dialects and of upgrades', async () => {
    site = await openSite({ generations: [1, 4], handshakeTimeout: 50 }, (app) => {
      app.use('/socket.io/slow', () => {});
    });
    const { port } = site;
    for (const path of [
      '/socket.io/?EIO=4&transport=carrier-pigeon',
      `${POLL}&sid=nobody`,
      `${POLL}&sid=nobody`,
      '/socket.io/?EIO=3&transport=polling',
      '/socket.io/2/?t=1',
      '/socket.io/1/xhr-polling/nobody',
    ])
      await ask(port, path);
    await ask(port, POLL, { headers: { Origin: 'https://elsewhere.example' } });
    await (await knock(port, WS, { 'Sec-WebSocket-Key': 'short' })).answer();
    await (await knock(port, WS.replace('?', 'slow?'))).answer();
    const { refusals, limits, handshakes } = site.io.stats();
    assert.deepEqual(refusals, {
      TRANSPORT_UNKNOWN: 1,
      SESSION_UNKNOWN: 3,
      UNSUPPORTED_PROTOCOL_VERSION: 2,
      ORIGIN_FORBIDDEN: 1,
      BAD_REQUEST: 1,
      HANDSHAKE_TIMEOUT: 1,
    });
    assert.deepEqual([limits, handshakes], [{ handshakeTimeout: 1 }, 0]);
  });

  it('count a second poll at once', async () => {
    site = await openSite();
    const path = `${POLL}&sid=${await handshake(site.port)}`;
    const polls = [ask(site.port, path), ask(site.port, path)];
    assert.equal((await Promise.race(polls)).status, 400);
    await Promise.allSettled(polls);
    assert.deepEqual(site.io.stats().refusals, { OVERLAP: 1 });
  });

  it('count an upgrade that was brought by hand, and waited in vain', async () => {
    site = await openSite({ handshakeTimeout: 50, allowRequest: () => {} });
    const { io } = site;
    const elsewhere = createServer();
    elsewhere.on('upgrade', (req, socket, head) => io.engine.handleUpgrade(req, socket, head));
    const answer = await (await knock(await listening(elsewhere), WS)).answer();
    elsewhere.close();
    assert.equal(answer.status, 503);
    assert.deepEqual(io.stats().refusals, { HANDSHAKE_TIMEOUT: 1 });
  });
});

describe('the figures of a server with', () => {
  for (const pair of newestPairs) {
    const stage = new Stage(pair);

    it(`a client ${pair.name}: where it is, and that it has gone`, async () => {
      const { io } = await stage.open();
      const { guest, socket } = await stage.join();
      const { protocol } = pair;
      assert.deepEqual(io.stats().sessions, { [protocol]: { [pair.last]: 1 } });
      const gone = heard(socket as never, 'disconnect');
      guest.leave();
      const [reason] = (await gone) as [string];
      const emptied = async (): Promise<void> => {
        while (io.stats().clientsCount > 0) await new Promise(setImmediate);
      };
      // A client that has left its last namespace may keep its connection.
      io.engine.close();
      await within(emptied(), 'the end of the session');
      assert.equal(
        Object.values(io.stats().closes).reduce((sum, count) => sum + count, 0),
        1,
        reason,
      );
    });

    afterEach(() => stage.close());
  }
});
