/** Clients that write byte by byte, and clients that do not read: the ones are heard, the others go, and nobody waits for them. */
import assert from 'node:assert/strict';
import type { Socket } from '../../lib/index.js';
import { ask, Knock, upgradeHeaders } from '../router/raw.js';
import { heard, heardTimes, within } from '../support/patience.js';
import { openSite, type Site } from '../support/site.js';
import { masked, type Tongue, tongues } from '../support/tongues.js';

describe('a client', () => {
  let site: Site;
  afterEach(() => site.close());

  /** Somebody else, in a namespace of his own, who is served meanwhile. */
  async function bystander(): Promise<void> {
    site.io.of('/beside');
    const { body } = await ask(site.port, tongues.modern.handshake());
    const path = tongues.modern.path('polling', tongues.modern.sidIn(body));
    await ask(site.port, path, { method: 'POST', body: '40/beside,' });
    assert.match((await ask(site.port, path)).body, /^40/);
    await ask(site.port, path, { method: 'POST', body: '1' });
  }

  /** Each byte in a segment of its own; half way, somebody else comes and goes. */
  async function drip(line: Knock, bytes: Buffer): Promise<void> {
    line.socket.setNoDelay();
    for (let index = 0; index < bytes.length; index++) {
      line.socket.write(bytes.subarray(index, index + 1));
      await new Promise(setImmediate);
      if (index === bytes.length >> 1) await bystander();
    }
  }

  function headOf(method: string, path: string, headers: Readonly<Record<string, string>>): string {
    const lines = Object.entries({ Host: 'a', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
    return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`;
  }

  /** The id of a session that has shaken hands, and is in `/`. */
  async function enter(tongue: Tongue): Promise<string> {
    const { body } = await ask(site.port, tongue.handshake());
    const sid = tongue.sidIn(body);
    const path = tongue.path('polling', sid);
    const [join] = tongue.join('/');
    if (join) await ask(site.port, path, { method: 'POST', body: join });
    await ask(site.port, path);
    return sid;
  }

  for (const tongue of Object.values(tongues)) {
    it(`that writes byte by byte is heard, in order (${tongue.name} by polling)`, async () => {
      site = await openSite();
      const joined = heard(site.io as never, 'connection') as Promise<[Socket]>;
      const sid = await enter(tongue);
      const [socket] = await joined;
      const words = heardTimes(socket as never, 'word', 2);
      const body = Buffer.from(tongue.pack(tongue.event('word', 'a'), tongue.event('word', 'b')));
      const headers = { 'Content-Length': String(body.length), Connection: 'close' };
      const head = headOf('POST', tongue.path('polling', sid), headers);
      const line = Knock.send(site.port, '');
      await drip(line, Buffer.concat([Buffer.from(head), body]));
      assert.deepEqual(await words, [['a'], ['b']]);
      assert.equal((await line.answer()).status, 200);
    });

    it(`that writes byte by byte is heard, in order (${tongue.name} by WebSocket)`, async () => {
      site = await openSite();
      const joined = heard(site.io as never, 'connection') as Promise<[Socket]>;
      const { body } = tongue.generation === 1 ? await ask(site.port, tongue.handshake()) : { body: '' };
      const first = tongue.handshake().replace('polling', 'websocket');
      const line = Knock.send(site.port, '');
      const path = body ? tongue.path('websocket', tongue.sidIn(body)) : first;
      await drip(line, Buffer.from(headOf('GET', path, upgradeHeaders)));
      await line.head();
      for (const join of tongue.join('/')) line.socket.write(masked(join));
      const [socket] = await joined;
      const words = heardTimes(socket as never, 'word', 2);
      await drip(line, Buffer.concat(['a', 'b'].map((word) => masked(tongue.event('word', word)))));
      assert.deepEqual(await words, [['a'], ['b']]);
      line.socket.destroy();
    });

    const unread: Readonly<Record<string, (sid: string) => Knock | undefined>> = {
      'between two polls': () => undefined,
      'whose poll is answered': (sid) =>
        Knock.send(site.port, headOf('GET', tongue.path('polling', sid), {})),
      'on a WebSocket': (sid) =>
        Knock.send(site.port, headOf('GET', tongue.path('websocket', sid), upgradeHeaders)),
      ...(tongue.generation === 1 && {
        'on a page': (sid: string) => Knock.send(site.port, headOf('GET', tongue.path('htmlfile', sid), {})),
      }),
    };
    for (const [where, come] of Object.entries(unread))
      it(`that does not read goes as a slow consumer, ${where} (${tongue.name})`, async () => {
        const transports = ['polling', 'websocket', 'htmlfile'] as const;
        site = await openSite({ transports, hardBufferLimit: 1_000_000 });
        const joined = heard(site.io as never, 'connection') as Promise<[Socket]>;
        const sid = await enter(tongue);
        const [socket] = await joined;
        const line = come(sid);
        if (line && where !== 'whose poll is answered') await line.head();
        if (where === 'on a WebSocket' && tongue.generation !== 1) {
          line?.socket.write(masked('2probe'));
          await line?.until(/3probe/);
          line?.socket.write(masked('5'));
          const moved = async (): Promise<void> => {
            while (socket.conn.transport.name !== 'websocket') await new Promise(setImmediate);
          };
          await within(moved(), 'the move');
        }
        line?.socket.pause();
        const gone = heard(socket as never, 'disconnect');
        // More than the buffers of the operating system take.
        for (let count = 0; count < 200 && socket.connected; count++) {
          socket.emit('x', 'y'.repeat(100_000));
          await new Promise(setImmediate);
        }
        assert.equal((await gone)[0], 'slow consumer');
        await bystander();
        const { clientsCount, bufferedAmount } = site.io.stats();
        assert.ok(clientsCount <= 1, 'only the bystander may still be going');
        assert.equal(bufferedAmount, 0);
        line?.socket.destroy();
      });
  }
});
