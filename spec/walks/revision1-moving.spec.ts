/** Clients of revision 1 whose transport fails them: they go on to the next one, and a poll that breaks loses nothing. */
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { connect, createServer, type Socket as NetSocket, type Server } from 'node:net';
import type { Socket } from '../../lib/index.js';
import { ask } from '../router/raw.js';
import { listening } from '../support/listening.js';
import { heard, heardTimes, within } from '../support/patience.js';
import { Client1 } from '../support/raw-revision1.js';
import { openSite, type Site } from '../support/site.js';
import { vintage } from '../support/vintage-clients.js';

/** What a proxy does to WebSockets. */
type Manner = 'swallows what comes back' | 'breaks them off' | 'answers them itself';

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

  for (const manner of ['swallows what comes back', 'breaks them off', 'answers them itself'] as const) {
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
        if (manner === 'swallows what comes back') assert.deepEqual([...sids], [client.socket.sessionid]);
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
    assert.deepEqual([reason, why], ['ping timeout', 'no poll within the close timeout']);
    assert.equal(await client.hear(), '7:::1+0');
  });

  it('hears and says 10,000 messages each way through polls that break, each once and in order', async function () {
    this.timeout(60_000);
    const COUNT = 10_000;
    site = await openSite({ mailboxMessages: 100_000 });
    const arrived = heard(site.io as never, 'connection');
    const client = await Client1.open(site.port);
    await client.hear();
    const [socket] = (await arrived) as [Socket];
    const atServer: number[] = [];
    socket.on('message', (word) => atServer.push(Number(word)));
    const atClient: number[] = [];
    let [said, written] = [0, 0];
    for (let step = 0; said < COUNT || written < COUNT; step++) {
      // The same play every time: what is next depends on the step alone.
      const dice = (step * 7919) % 13;
      const some = Math.min(1 + ((step * 31) % 60), COUNT);
      // While it waits: an answer on its way to somebody who hangs up is lost, for lack of receipts in this protocol.
      if (dice % 3 !== 0 && atClient.length === written) await broken(client);
      for (let index = 0; index < some && written < COUNT; index++) socket.send(`${written++}`);
      const words: string[] = [];
      for (let index = 0; index < some && said < COUNT; index++) words.push(`3:::${said++}`);
      if (words.length > 0) assert.equal((await client.post(payload(...words))).body, '1');
      if (dice % 2 === 0 && atClient.length < written) atClient.push(...numbersIn(await client.hear()));
    }
    while (atClient.length < COUNT) atClient.push(...numbersIn(await client.hear()));
    const all = Array.from({ length: COUNT }, (_, index) => index);
    assert.deepEqual(atServer, all);
    assert.deepEqual(atClient, all);
  });
});

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
