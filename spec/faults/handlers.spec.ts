/** Handlers that keep the process busy, and handlers that never end: nobody else has to suffer from them. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { ask, knock } from '../router/raw.js';
import { newestPairs } from '../support/newest.js';
import { heard, latch, within } from '../support/patience.js';
import { openSite, type Site } from '../support/site.js';
import { Stage } from '../support/stage.js';
import { masked, tongues } from '../support/tongues.js';

/** Milliseconds in which nothing else happens in this process. */
function block(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

const { modern, classic } = tongues;

describe('a process that is blocked for longer than heartbeats may take', () => {
  let site: Site;
  afterEach(() => site.close());

  /** Says something, and keeps the process from reading it until it is overdue. */
  function sayAndBlock(socket: Socket, text: string | Buffer): void {
    socket.write(text);
    block(350);
  }

  for (const tongue of [modern, classic]) {
    // Who asks differs: the one waits for an answer, the other for the next question.
    const [sign, answer] = tongue === modern ? ['3', /2/] : ['2', /3/];

    it(`reads what a client has said in time, before it judges (${tongue.name} by WebSocket)`, async () => {
      site = await openSite({ pingInterval: 100, pingTimeout: 200 });
      const line = await knock(site.port, tongue.handshake().replace('polling', 'websocket'));
      await line.until(/"sid"/);
      for (const join of tongue.join('/')) line.socket.write(masked(join));
      await line.until(/40/);
      for (let round = 1; round <= 2; round++) {
        if (tongue === modern) await line.until(new RegExp(`(\\x81\\x012[^]*){${round}}`));
        sayAndBlock(line.socket, masked(sign));
        if (tongue === classic) await line.until(new RegExp(`(\\x81\\x013[^]*){${round}}`));
      }
      assert.deepEqual(site.io.stats().closes, {});
      line.socket.destroy();
    });

    it(`reads what a client has said in time, before it judges (${tongue.name} by polling)`, async () => {
      site = await openSite({ pingInterval: 100, pingTimeout: 200 });
      const { body } = await ask(site.port, tongue.handshake());
      const path = tongue.path('polling', tongue.sidIn(body));
      const [join] = tongue.join('/');
      if (join) await ask(site.port, path, { method: 'POST', body: join });
      const welcome = await ask(site.port, path);
      assert.match(welcome.body, /40/);
      const socket = connect(site.port, '127.0.0.1');
      await once(socket, 'connect');
      for (let round = 1; round <= 2; round++) {
        if (tongue === modern) assert.match((await ask(site.port, path)).body, answer);
        const text = tongue.pack(sign);
        sayAndBlock(
          socket,
          `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: ${text.length}\r\n\r\n${text}`,
        );
        if (tongue === classic) assert.match((await ask(site.port, path)).body, answer);
      }
      assert.deepEqual(site.io.stats().closes, {});
      socket.destroy();
    });
  }
});

for (const pair of newestPairs)
  describe(`beside a client ${pair.name}`, () => {
    const stage = new Stage(pair);
    afterEach(() => stage.close());

    it('handlers that never end: others are served, and who leaves has left', async () => {
      const never = (): Promise<never> => new Promise(() => {});
      const asked = latch();
      const { io, complaints } = await stage.open();
      io.serve(never);
      io.use(({ handshake }, next) => (handshake.query.stay ? asked.open() : next()));
      io.on('connection', (socket) => {
        socket.on('never', never);
        socket.use(([name], next) => (name === 'dropped' ? undefined : next()));
        socket.on('word', (word, answer: (word: unknown) => void) => answer(word));
      });
      const { guest, socket } = await stage.join();
      stage.coming('/', { query: { stay: 'yes' } });
      await within(asked.promise, 'the middleware');
      for (const name of ['never', 'dropped']) guest.emit(name, 1);
      assert.deepEqual(await guest.ask('word', 'a'), ['a']);
      const other = await stage.join();
      assert.deepEqual(await other.guest.ask('word', 'b'), ['b']);
      const gone = heard(socket as never, 'disconnect');
      guest.leave();
      await gone;
      assert.deepEqual(io.stats().sockets, { joined: 1, pending: 1 });
      assert.deepEqual(complaints, []);
    });
  });
