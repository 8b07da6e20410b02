/** Clients of revision 1 whose transport fails them: they go on to the next one, and a poll that breaks loses nothing. */
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { connect, createServer, type Socket as NetSocket, type Server } from 'node:net';
import type { Socket } from '../../lib/index.js';
import { ask, Knock } from '../router/raw.js';
import { listening } from '../support/listening.js';
import { heard, heardTimes, latch, within } from '../support/patience.js';
import { type Random, randomFrom } from '../support/random.js';
import { Client1 } from '../support/raw-revision1.js';
import { openSite, type Site } from '../support/site.js';
import { vintage } from '../support/vintage-clients.js';

/** What a proxy does to WebSockets. */
type Manner = 'swallows what comes back' | 'keeps them' | 'breaks them off' | 'answers them itself';

/** A proxy that forwards requests and is no friend of WebSockets. */
async function openProxy(
  port: number,
  manner: Manner,
): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    for (const end of [near, far]) end.on('error', () => {});
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
    near.once('data', (head: Buffer) => {
      if (!/^upgrade: websocket/im.test(head.toString())) return join(near, far, head);
      if (manner === 'keeps them') return;
      if (manner === 'breaks them off') return void near.destroy();
      if (manner === 'answers them itself')
        return void near.end('HTTP/1.1 400 No\r\nContent-Length: 0\r\n\r\n');
      far.write(head);
      near.pipe(far);
      // The client sees the handshake, and nothing behind it.
      far.once('data', (answer: Buffer) => near.write(answer.subarray(0, answer.indexOf('\r\n\r\n') + 4)));
    });
  });
  return { server, port: await listening(server) };
}

function join(near: NetSocket, far: NetSocket, head: Buffer): void {
  far.write(head);
  near.pipe(far).pipe(near);
}

const frame = (packet: string): string => `\ufffd${packet.length}\ufffd${packet}`;
const payload = (...packets: string[]): string => packets.map(frame).join('');

describe('a client of revision 1 whose transport fails', () => {
  let site: Site;
  afterEach(() => site.close());

  for (const manner of [
    'swallows what comes back',
    'keeps them',
    'breaks them off',
    'answers them itself',
  ] as const) {
    it(`falls back to polling behind a proxy that ${manner}, and hears everything once`, async () => {
      site = await openSite();
      const { server, port } = await openProxy(site.port, manner);
      const sids = new Set<string>();
      site.io.on('connection', (socket: Socket) => {
        sids.add(socket.id);
        socket.emit('welcome', 1);
        socket.on('echo', (word, reply) => reply(word));
      });
      const client = vintage('0.9.17', `http://127.0.0.1:${port}`, {
        'connect timeout': 300,
        'try multiple transports': true,
      });
      try {
        const words = heardTimes(client, 'welcome', 1);
        await heard(client, 'connect');
        assert.deepEqual(await words, [[1]]);
        assert.equal(client.socket.transport.name, 'xhr-polling');
        const answer = new Promise((resolve) => client.emit('echo', 'é😀', resolve));
        assert.equal(await within(answer, 'an answer'), 'é😀');
        // The one that was shaken hands with is the one that polls now.
        const goesOn = manner === 'swallows what comes back' || manner === 'keeps them';
        if (goesOn) assert.deepEqual([...sids], [client.socket.sessionid]);
        assert.ok(sids.has(client.socket.sessionid));
      } finally {
        client.disconnect();
        server.close();
      }
    });
  }

  it('F10 is told again that it has come, and what was said to it', async () => {
    site = await openSite({ transports: ['polling', 'websocket', 'jsonp'] });
    site.io.on('connection', (socket) => socket.send('welcome'));
    const client = await Client1.open(site.port);
    const line = client.line();
    assert.deepEqual(await line.take(2), ['1::', '3:::welcome']);
    assert.equal(await client.hear(), payload('1::', '3:::welcome'));
    // It goes on to a third one: neither of the two before has reached it.
    const script = `io.j[0](${JSON.stringify(payload('1::', '3:::welcome'))});`;
    assert.equal(await client.hear('jsonp-polling'), script);
    line.terminate();
  });

  it('comes anew when it may have missed more than is kept, on whichever transport it tries next', async () => {
    site = await openSite({
      transports: ['polling', 'websocket', 'jsonp', 'htmlfile'],
      softBufferLimit: 1_000,
    });
    site.io.on('connection', (socket) => socket.send('x'.repeat(2_000)));
    for (const [transport, answer] of [
      ['xhr-polling', /^7:::1\+0$/],
      ['jsonp-polling', /^io\.j\[0\]\("7:::1\+0"\);$/],
      ['htmlfile', /<script>_\("7:::1\+0"\);<\/script>$/],
    ] as const) {
      const arrived = heard(site.io as never, 'connection');
      const client = await Client1.open(site.port);
      const line = client.line();
      assert.equal(await line.next(), '1::');
      const [socket] = (await arrived) as [Socket];
      const left = heard(socket as never, 'disconnect');
      assert.match(await client.hear(transport), answer);
      const [reason, why] = await left;
      assert.equal(reason, 'transport error');
      assert.match((why as Error).message, /softBufferLimit/);
      line.terminate();
    }
  });

  it('is not told again once it has been heard', async () => {
    site = await openSite({ pingInterval: 100, pingTimeout: 900 });
    const arrived = heard(site.io as never, 'connection');
    const client = await Client1.open(site.port);
    const line = client.line();
    const [socket] = (await arrived) as [Socket];
    assert.equal(await line.next(), '1::');
    const said = heard(socket as never, 'message');
    line.say('3:::here I am');
    await said;
    assert.equal(await client.hear(), '8::');
    line.terminate();
  });

  it('lives on when the transport that it has left ends', async () => {
    site = await openSite();
    const client = await Client1.open(site.port);
    const line = client.line();
    await line.next();
    await client.hear();
    line.say('3:::nobody listens here any more');
    line.close();
    while ((await line.next()) !== undefined);
    site.io.send('still here');
    assert.equal(await client.hear(), '3:::still here');
  });

  it('F12 loses nothing when its poll breaks', async () => {
    site = await openSite();
    const client = await Client1.open(site.port);
    await client.hear();
    await broken(client);
    site.io.send('x');
    assert.equal(await client.hear(), '3:::x');
  });

  it('F13 hears what was said in the moment of its coming behind its welcome, in order', async () => {
    site = await openSite();
    site.io.on('connection', (socket) => socket.send('1').send('2'));
    const client = await Client1.open(site.port);
    let heard = await client.hear();
    if (!heard.includes('3:::2')) heard += await client.hear();
    assert.equal(heard.replaceAll(/\ufffd\d+\ufffd/g, ' ').trim(), '1:: 3:::1 3:::2');
  });

  for (const transport of ['websocket', 'xhr-polling'] as const) {
    it(`F15 is heard in its namespace when it has come back, in full, though it joins behind that: ${transport}`, async () => {
      site = await openSite({ pingInterval: 300, pingTimeout: 600 });
      const { line, url } = await site.line();
      const words: number[] = [];
      const told = latch();
      site.io.of('/chat').on('connection', (socket) => {
        socket.on('word', (word) => {
          if (words.push(word) === 1_000) told.open();
        });
      });
      const client = vintage('0.9.17', url, { 'auto connect': false });
      Object.assign(client.socket.options, { transports: [transport] });
      const chat = client.socket.of('/chat');
      const joined = new Promise((resolve) => chat.on('connect', resolve));
      client.socket.connect();
      await within(joined, 'the namespace');
      const away = new Promise((resolve) => client.on('disconnect', resolve));
      line.cut();
      await within(away, 'the end of the connection');
      for (let index = 0; index < 1_000; index++) chat.emit('word', index);
      line.mend();
      await within(told.promise, 'all words');
      assert.deepEqual(words, all.slice(0, 1_000));
      client.disconnect();
    });
  }

  it('F14 does not hear what is volatile while it does not poll', async () => {
    site = await openSite();
    const client = await Client1.open(site.port);
    await client.hear();
    site.io.volatile.emit('v');
    site.io.send('x');
    assert.equal(await client.hear(), '3:::x');
  });

  it('H37 has left when it does not poll in time, and is told so', async () => {
    site = await openSite({ pingInterval: 100, pingTimeout: 900 });
    const arrived = heard(site.io as never, 'connection');
    const client = await Client1.open(site.port);
    await client.hear();
    const [socket] = (await arrived) as [Socket];
    const [reason, why] = await heard(socket as never, 'disconnect');
    assert.equal(reason, 'ping timeout');
    assert.equal((why as Error).message, 'no poll within pingTimeout after pingInterval');
    assert.equal(await client.hear(), '7:::1+0');
  });

  for (const transport of ['xhr-polling', 'jsonp-polling'] as const) {
    it(`hears and says 10,000 messages each way, each once and in order, though its polls are cut at random: ${transport}`, async function () {
      this.timeout(60_000);
      const random = randomFrom(1);
      site = await openSite({ mailboxMessages: 100_000, transports: ['polling', 'jsonp'] });
      const arrived = heard(site.io as never, 'connection');
      const client = await Client1.open(site.port);
      await client.hear(transport);
      const [socket] = (await arrived) as [Socket];
      const atServer: number[] = [];
      socket.on('message', (word) => atServer.push(Number(word)));
      const atClient: number[] = [];
      const telling = inSomes(random, async (some) => {
        for (const number of some) socket.send(`${number}`);
        await turns(random.whole(0, 8));
      });
      const saying = inSomes(random, (some) =>
        client.post(payload(...some.map((number) => `3:::${number}`))),
      );
      const told = telling.then(() => socket.send(`${COUNT}`));
      let cuts = 0;
      // The last one is told even if others are lost.
      while (atClient.at(-1) !== COUNT) {
        const body = await cutAtRandom(client, transport, random);
        if (body === undefined) cuts += 1;
        else atClient.push(...numbersIn(body));
        assert.equal(socket.connected, true);
      }
      await Promise.all([told, saying]);
      assert.deepEqual(atServer, all);
      assert.deepEqual(atClient, [...all, COUNT]);
      assert.ok(cuts > 100, `${cuts} cuts`);
    });
  }

  it('hears nothing twice behind a proxy that resets every connection', async () => {
    site = await openSite();
    const arrived = heard(site.io as never, 'connection');
    const client = await Client1.open(site.port);
    assert.equal(await readAndReset(client), '1::');
    const [socket] = (await arrived) as [Socket];
    for (let index = 0; index < 20; index++) {
      await seen(site.port);
      socket.send(`${index}`);
      assert.equal(await readAndReset(client), `3:::${index}`);
    }
  });

  it('hears again what its connection was reset with', async () => {
    site = await openSite();
    const arrived = heard(site.io as never, 'connection');
    const client = await Client1.open(site.port);
    await client.hear();
    const [socket] = (await arrived) as [Socket];
    const deaf = connect(site.port, '127.0.0.1');
    deaf.write(`GET /socket.io/1/xhr-polling/${client.sid}?t=1 HTTP/1.1\r\nHost: h.example\r\n\r\n`);
    deaf.pause();
    await seen(site.port);
    socket.send('once');
    await seen(site.port);
    assert.equal(socket.bufferedAmount, 0);
    // What lies there unread makes a reset of its end.
    deaf.destroy();
    assert.equal(await client.hear(), '3:::once');
    socket.send('next');
    assert.equal(await client.hear(), '3:::next');
  });
});

/** A poll over a connection of its own that is reset as soon as the answer has been read, as some proxies do. */
async function readAndReset({ port, sid }: Client1): Promise<string> {
  const knock = Knock.send(
    port,
    `GET /socket.io/1/xhr-polling/${sid}?t=1 HTTP/1.1\r\nHost: h.example\r\n\r\n`,
  );
  await knock.until(/\r\n\r\n.*\d:::?/s);
  const gone = heard(knock.socket as never, 'close');
  knock.socket.resetAndDestroy();
  await gone;
  return knock.text.slice(knock.text.indexOf('\r\n\r\n') + 4);
}

const COUNT = 10_000;
const all = Array.from({ length: COUNT }, (_, index) => index);

async function inSomes(random: Random, act: (some: readonly number[]) => Promise<unknown>): Promise<void> {
  for (let at = 0; at < COUNT; ) {
    const some = all.slice(at, at + random.whole(1, 25));
    at += some.length;
    await act(some);
  }
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise(setImmediate);
}

/** Whatever was sent before has been read, and answered if it could be: others have come and gone behind it. */
async function seen(port: number): Promise<void> {
  for (let round = 0; round < 3; round++) await ask(port, '/socket.io/1//nosuch/?disconnect=1');
}

/** The body of a poll's answer; `undefined` if it was cut, be it before it left, while it waited, or behind its answer. */
function cutAtRandom({ port, sid }: Client1, transport: string, random: Random): Promise<string | undefined> {
  return new Promise((resolve) => {
    const path = `/socket.io/1/${transport}/${sid}?t=1`;
    const poll = request({ port, host: '127.0.0.1', path, agent: false }, (answer) => {
      let body = '';
      answer.setEncoding('utf8').on('data', (text) => {
        body += text;
      });
      answer.on('end', () => resolve(body));
    });
    poll.on('error', () => resolve(undefined));
    poll.end();
    const cut = (): void => {
      poll.destroy();
      resolve(undefined);
    };
    if (random.chance(0.5)) void turns(random.whole(0, 12)).then(cut);
  });
}

function numbersIn(body: string): number[] {
  return [...body.matchAll(/3:::(\d+)/g)].map(([, number]) => Number(number));
}

/** A poll that goes to the site and breaks while it waits; the site has noticed when this settles. */
async function broken({ port, sid }: Client1): Promise<void> {
  const poll = request({
    port,
    host: '127.0.0.1',
    path: `/socket.io/1/xhr-polling/${sid}?t=1`,
    agent: false,
  });
  const over = new Promise((resolve) => poll.on('close', resolve));
  poll.on('error', () => {});
  poll.on('response', (res) => res.resume());
  poll.end();
  await within(new Promise((resolve) => poll.on('finish', resolve)), 'a poll to leave');
  poll.destroy();
  await over;
  for (let round = 0; round < 2; round++) await ask(port, '/socket.io/1//nosuch/?disconnect=1');
}
