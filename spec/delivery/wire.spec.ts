/** The rules of Engine.IO 4, as a raw client meets them. */
import assert from 'node:assert/strict';
import { ask, open, Poller, reason, type Site, Talk } from './ground.js';

describe('Engine.IO 4 over raw connections', () => {
  let site: Site;
  const options = { maxHttpBufferSize: 100, upgradeTimeout: 150 };

  beforeEach(async () => {
    site = await open(options);
    site.io.on('connection', (socket) => {
      socket.on('echo', (...args: unknown[]) => socket.emit('echo', ...args));
      socket.on('kick', () => socket.disconnect(true));
    });
  });
  afterEach(() => site.close());

  /** A client that has joined by polling, and its socket. */
  async function joined() {
    const [socket, client] = await Promise.all([site.connection(), Poller.come(site)]);
    return { socket, client, left: reason(socket) };
  }

  async function joinedByWebSocket() {
    const [socket, client] = await Promise.all([site.connection(), Talk.join(site)]);
    return { socket, client, left: reason(socket) };
  }

  describe('by polling', () => {
    it('refuses a binary body, and ends the session', async () => {
      const { client, left } = await joined();
      const answer = await client.post('42["echo"]', { 'Content-Type': 'application/octet-stream' });
      assert.deepEqual([answer.status, answer.body], [400, '']);
      assert.equal(await left, 'transport error');
      assert.match((await client.poll()).body, /"code":1/);
    });

    it('refuses a second waiting GET, and ends the first with a close packet', async () => {
      const { client, left } = await joined();
      const first = client.poll();
      await client.post('3');
      const second = await client.poll();
      assert.deepEqual([second.status, second.body], [400, '']);
      const { status, body } = await first;
      assert.deepEqual([status, body], [200, '1']);
      assert.equal(await left, 'transport error');
      assert.equal(await client.known(), false);
    });

    it('answers a goodbye with ok, and the waiting poll with a noop', async () => {
      const { client, left } = await joined();
      const poll = client.poll();
      const { body } = await client.post('1');
      assert.equal(body, 'ok');
      assert.equal((await poll).body, '6');
      assert.equal(await left, 'transport close');
      assert.equal(await client.known(), false);
    });

    it('refuses a body over the limit with 413, whatever says so, and keeps the session', async () => {
      const { client } = await joined();
      const large = `42["echo","${'x'.repeat(88)}"]`;
      assert.equal(large.length, 101);
      assert.equal((await client.post(large)).status, 413);
      assert.equal((await client.post(large, { 'Transfer-Encoding': 'chunked' })).status, 413);
      assert.equal((await client.post('42["echo",1]')).body, 'ok');
      assert.equal((await client.poll()).body, '42["echo",1]');
    });

    it('lets the exact limit pass', async () => {
      const { client } = await joined();
      const exact = `42["echo","${'x'.repeat(87)}"]`;
      assert.equal((await client.post(exact)).body, 'ok');
      assert.equal((await client.poll()).body, exact);
    });

    it('gets the answer of a refusal even while it still sends megabytes', async () => {
      const { client } = await joined();
      const answer = await client.post('x'.repeat(8_000_000));
      assert.deepEqual([answer.status, answer.headers.connection], [413, 'close']);
    });

    it('is told of the end by the poll that waits', async () => {
      const { client, left } = await joined();
      const poll = client.poll();
      await client.post('42["kick"]');
      assert.equal((await poll).body, '41');
      assert.equal((await client.poll()).body, '1');
      assert.equal(await left, 'server namespace disconnect');
      assert.equal(await client.known(), false);
    });

    it('is told of the end by the next poll if none waits', async () => {
      const { client } = await joined();
      await client.post('42["kick"]');
      assert.equal(await client.known(), true);
      assert.equal((await client.poll()).body, '41');
      assert.equal((await client.poll()).body, '1');
      assert.equal(await client.known(), false);
    });

    for (const [what, body] of [
      ['an unknown packet', '7'],
      ['an empty body', ''],
      ['separators alone', '\x1e\x1e\x1e'],
      ['a separator at the end', '42["nothing",1]\x1e'],
      ['text that is not UTF-8', Buffer.from([0x34, 0x32, 0xff, 0xfe])],
    ] as const) {
      it(`is refused for ${what}, whether a poll waits or not`, async () => {
        for (const waits of [true, false]) {
          const { client, left } = await joined();
          const poll = waits ? client.poll() : undefined;
          if (waits) await client.post('3');
          assert.equal((await client.post(body)).status, 400);
          assert.equal(await left, 'parse error');
          assert.equal(await client.known(), false);
          if (poll) assert.match((await poll).body, /1$/);
        }
      });
    }

    it('is heard up to the first bad packet', async () => {
      const { client, socket, left } = await joined();
      const heard: unknown[] = [];
      socket.on('one', (value: unknown) => heard.push(value));
      await client.post('42["one",1]\x1e7\x1e42["one",2]');
      await left;
      assert.deepEqual(heard, [1]);
    });

    it('is refused for a bad Socket.IO packet', async () => {
      const { client, left } = await joined();
      assert.equal((await client.post('42{}')).status, 400);
      assert.equal(await left, 'forced close');
      assert.equal(await client.known(), false);
    });

    it('ends with a transport error when it asks for signs of life itself', async () => {
      const { client, left } = await joined();
      await client.post('2');
      assert.equal(await left, 'transport error');
    });

    it('may send packets of no meaning, and answers that nobody asked for', async () => {
      const { client } = await joined();
      await client.post('0{"sid":"x"}\x1e5\x1e6\x1e3\x1e3');
      await client.post('42["echo",2]');
      assert.equal((await client.poll()).body, '42["echo",2]');
    });

    it('gets at most 16 packets with one poll, as it may be a Python client, and all of them in order', async () => {
      const { client, socket } = await joined();
      for (let count = 0; count < 40; count++) socket.emit('n', count);
      const polls = [await client.poll(), await client.poll(), await client.poll()];
      const packets = polls.map(({ body }) => body.split('\x1e'));
      assert.deepEqual(
        packets.map(({ length }) => length),
        [16, 16, 8],
      );
      assert.deepEqual(
        packets.flat(),
        Array.from({ length: 40 }, (_, count) => `42["n",${count}]`),
      );
    });

    for (const [agent, most] of [
      ['Mozilla/5.0 (X11; Linux x86_64)', 3_000],
      ['node-XMLHttpRequest', 3_000],
      ['okhttp/4.12.0', 16],
      ['python-requests/2.31.0', 16],
      ['Python/3.12 aiohttp/3.9.1', 16],
    ] as const)
      it(`gets ${most} packets with one poll, if it is ${agent}`, async () => {
        const { body } = await ask(site, 'GET', '', undefined, { 'User-Agent': agent });
        const client = new Poller(site, JSON.parse(body.slice(1)).sid);
        const [socket] = await Promise.all([site.connection(), client.post('40')]);
        await client.poll();
        for (let count = 0; count < 3_000; count++) socket.emit('n', count);
        assert.equal((await client.poll()).body.split('\x1e').length, most);
      });

    it('keeps the terms of the handshake', async () => {
      const { body } = await ask(site, 'GET', '');
      const { sid, ...terms } = JSON.parse(body.slice(1));
      assert.match(sid, /^[\w-]{20}$/);
      assert.deepEqual(terms, {
        upgrades: ['websocket'],
        pingInterval: 25_000,
        pingTimeout: 20_000,
        maxPayload: 100,
      });
    });
  });

  describe('by WebSocket', () => {
    it('is closed with 1009 for a message over the limit', async () => {
      const { client, left } = await joinedByWebSocket();
      client.send(`42["echo","${'x'.repeat(88)}"]`);
      assert.equal((await client.closed).code, 1009);
      assert.equal(await left, 'transport error');
    });

    it('is closed at once for a goodbye in words', async () => {
      const { client, left } = await joinedByWebSocket();
      client.send('1');
      assert.equal((await client.closed).code, 1000);
      assert.equal(await left, 'transport close');
    });

    it('is closed for asking for signs of life itself', async () => {
      const { client, left } = await joinedByWebSocket();
      client.send('2');
      await client.closed;
      assert.equal(await left, 'transport error');
    });

    it('gets what was said before the end', async () => {
      const { client, left } = await joinedByWebSocket();
      client.send('42["echo",1]', '42["kick"]');
      assert.deepEqual([await client.next(), await client.next()], ['42["echo",1]', '41']);
      assert.equal((await client.closed).code, 1000);
      assert.equal(await left, 'server namespace disconnect');
    });

    for (const bad of ['7', '', '\0', '\x80']) {
      it(`is closed for the packet ${JSON.stringify(bad)}`, async () => {
        const { client, left } = await joinedByWebSocket();
        client.send(bad);
        assert.equal((await client.closed).code, 1008);
        assert.equal(await left, 'parse error');
      });
    }

    it('is closed for a bad Socket.IO packet, after what was said before', async () => {
      const { client, left } = await joinedByWebSocket();
      client.send('42["echo",1]', '42{}');
      assert.equal(await client.next(), '42["echo",1]');
      assert.equal((await client.closed).code, 1008);
      assert.equal(await left, 'forced close');
    });

    it('may leave with any lawful close, or with none', async () => {
      for (const leave of [() => {}, (talk: Talk) => talk.ws.terminate()]) {
        const { client, left } = await joinedByWebSocket();
        leave(client);
        client.ws.close();
        assert.equal(await left, 'transport close');
      }
    });

    it('is not harmed by packets of no meaning', async () => {
      const { client } = await joinedByWebSocket();
      client.send('0{"sid":"x"}', '6', '5', '3', '42["echo",3]');
      assert.equal(await client.next(), '42["echo",3]');
    });
  });

  describe('from polling to WebSocket', () => {
    it('moves with probe, noop and upgrade', async () => {
      const { client } = await joined();
      const poll = client.poll();
      const talk = await client.upgrade();
      talk.send('2probe');
      assert.equal(await talk.next(), '3probe');
      assert.equal((await poll).body, '6');
      talk.send('5', '42["echo",1]');
      assert.equal(await talk.next(), '42["echo",1]');
      assert.deepEqual(JSON.parse((await client.poll()).body), { code: 3, message: 'Bad request' });
    });

    it('may say probe and upgrade in one breath', async () => {
      const { client } = await joined();
      const talk = await client.upgrade();
      talk.send('2probe', '5', '42["echo",1]');
      assert.deepEqual([await talk.next(), await talk.next()], ['3probe', '42["echo",1]']);
      assert.equal((await client.poll()).status, 400);
    });

    it('may leave the probe out', async () => {
      const { client } = await joined();
      const talk = await client.upgrade();
      talk.send('5', '42["echo",1]');
      assert.equal(await talk.next(), '42["echo",1]');
    });

    it('gets what was waiting first, in order', async () => {
      const { client, socket } = await joined();
      for (let count = 0; count < 20; count++) socket.emit('n', count);
      const talk = await client.upgrade();
      talk.send('2probe');
      await talk.next();
      socket.emit('n', 20);
      talk.send('5', '42["echo",1]');
      for (let count = 0; count <= 20; count++) assert.equal(await talk.next(), `42["n",${count}]`);
      assert.equal(await talk.next(), '42["echo",1]');
    });

    it('has a poll that still waits ended with a noop, and what was said at that moment once', async () => {
      const { client, socket } = await joined();
      const poll = client.poll();
      await client.post('3');
      const talk = await client.upgrade();
      socket.on('now', () => socket.emit('once'));
      talk.send('5', '42["now"]');
      assert.equal((await poll).body, '6');
      assert.equal(await talk.next(), '42["once"]');
      talk.send('42["echo",2]');
      assert.equal(await talk.next(), '42["echo",2]');
    });

    it('stays with polling after a message before its time', async () => {
      for (const frame of ['42["echo",1]', '2abc', '7']) {
        const { client } = await joined();
        const talk = await client.upgrade();
        talk.send(frame);
        await talk.closed;
        assert.equal((await client.post('42["echo",2]')).body, 'ok');
        assert.equal((await client.poll()).body, '42["echo",2]');
      }
    });

    it('may try with one WebSocket at a time', async () => {
      const { client } = await joined();
      const first = await client.upgrade();
      const second = await client.upgrade();
      await second.closed;
      first.send('2probe', '5', '42["echo",1]');
      assert.deepEqual([await first.next(), await first.next()], ['3probe', '42["echo",1]']);
      const third = await client.upgrade();
      await third.closed;
      first.send('42["echo",2]');
      assert.equal(await first.next(), '42["echo",2]');
    });

    it('stays with polling when it takes too long', async () => {
      const { client } = await joined();
      const talk = await client.upgrade();
      talk.send('2probe');
      await talk.closed;
      await client.post('42["echo",1]');
      assert.equal((await client.poll()).body, '42["echo",1]');
      const again = await client.upgrade();
      again.send('2probe', '5', '42["echo",2]');
      assert.deepEqual([await again.next(), await again.next()], ['3probe', '42["echo",2]']);
    });

    it('may try again after its WebSocket was lost', async () => {
      const { client } = await joined();
      const lost = await client.upgrade();
      lost.send('2probe');
      await lost.next();
      lost.ws.terminate();
      await client.post('42["echo",1]');
      assert.match((await client.poll()).body, /42\["echo",1\]$|6/);
      const talk = await client.upgrade();
      talk.send('2probe', '5');
      assert.equal(await talk.next(), '3probe');
    });

    it('leaves by its new way', async () => {
      const { client, left } = await joined();
      const talk = await client.upgrade();
      talk.send('2probe', '5');
      await talk.next();
      talk.ws.close();
      assert.equal(await left, 'transport close');
      assert.equal(await client.known(), false);
    });
  });
});

describe('signs of life', () => {
  let site: Site;
  beforeEach(async () => {
    site = await open({ pingInterval: 300, pingTimeout: 200 });
  });
  afterEach(() => site.close());

  const isAbout = (ms: number, expected: number) =>
    assert.ok(ms >= expected - 10 && ms < expected + 60, `${ms} instead of ${expected}`);

  it('are asked for by WebSocket; who says nothing is gone on time', async () => {
    const talk = await Talk.come(site);
    await talk.next();
    const begin = performance.now();
    assert.equal(await talk.next(), '2');
    isAbout(performance.now() - begin, 300);
    await talk.closed;
    isAbout(performance.now() - begin, 500);
  });

  it('are asked for by polling; who says nothing is gone on time', async () => {
    const [socket, client] = await Promise.all([site.connection(), Poller.come(site)]);
    const begin = socket.handshake.issued;
    assert.equal((await client.poll()).body, '2');
    isAbout(Date.now() - begin, 300);
    const left = await reason(socket);
    isAbout(Date.now() - begin, 500);
    assert.equal(left, 'ping timeout');
    assert.equal(await client.known(), false);
  });

  it('keep a client that gives them', async () => {
    const talk = await Talk.come(site);
    await talk.next();
    for (let count = 0; count < 3; count++) {
      assert.equal(await talk.next(), '2');
      talk.send('3');
    }
    talk.send('40/nowhere');
    assert.match(String(await talk.next()), /^44/);
  });

  it('are owed after a move, too', async () => {
    const [socket, client] = await Promise.all([site.connection(), Poller.come(site)]);
    const left = reason(socket);
    const talk = await client.upgrade();
    talk.send('2probe', '5');
    assert.deepEqual([await talk.next(), await talk.next()], ['3probe', '2']);
    assert.equal(await left, 'ping timeout');
  });
});
