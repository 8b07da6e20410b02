/** The clock of the machine is set by hours while clients are here: nothing ends too soon, and nothing waits for ever. */
import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Socket } from '../../lib/index.js';
import { ask, knock } from '../router/raw.js';
import { textsOf } from '../support/floors.js';
import { heard, within } from '../support/patience.js';
import { openSite, type Site } from '../support/site.js';
import { masked, type Tongue, tongues } from '../support/tongues.js';

const HOURS = 3_600_000;

describe('when the clock is set', () => {
  let site: Site;

  beforeEach(() => mock.timers.enable({ apis: ['Date'], now: Date.now() }));
  afterEach(async () => {
    mock.timers.reset();
    await site.close();
  });

  /** Somebody who is in `/`, by WebSocket, and answers heartbeats if he is told to. */
  async function enter(tongue: Tongue) {
    const joined = heard(site.io as never, 'connection') as Promise<[Socket]>;
    const { body } = tongue.generation === 1 ? await ask(site.port, tongue.handshake()) : { body: '' };
    const path = body ? tongue.path('websocket', tongue.sidIn(body)) : tongue.handshake();
    const line = await knock(site.port, path.replace('transport=polling', 'transport=websocket'));
    await line.head();
    for (const join of tongue.join('/')) line.socket.write(masked(join));
    const [socket] = await joined;
    return { line, socket };
  }

  for (const tongue of Object.values(tongues))
    for (const hours of [6, -6]) {
      const direction = hours > 0 ? 'forward' : 'back';

      it(`${direction}: who lives stays, and is heard (${tongue.name})`, async () => {
        site = await openSite({ pingInterval: 40, pingTimeout: 2_000 });
        const { line, socket } = await enter(tongue);
        mock.timers.setTime(Date.now() + hours * HOURS);
        socket.emit('news');
        await line.until(/news/);
        const word = heard(socket as never, 'word');
        line.socket.write(masked(tongue.event('word')));
        await word;
        // Questions go on, or answers: each generation beats in its own way.
        const [question, answer] = { 4: [/\x812?\x012/, '3'], 3: [undefined, '2'], 1: [/2::/, '2::'] }[
          tongue.generation
        ] as [RegExp | undefined, string];
        if (question) await line.until(question);
        line.socket.write(masked(answer));
        if (tongue === tongues.classic) await line.until(/\x81\x013/);
        assert.deepEqual(site.io.stats().closes, {});
        line.socket.destroy();
      });

      it(`${direction}: who is silent leaves in time (${tongue.name})`, async () => {
        site = await openSite({ pingInterval: 40, pingTimeout: 60 });
        const { line, socket } = await enter(tongue);
        const gone = heard(socket as never, 'disconnect');
        mock.timers.setTime(Date.now() + hours * HOURS);
        assert.equal((await within(gone, 'the end'))[0], 'ping timeout');
        line.socket.destroy();
      });

      it(`${direction}: an answer is waited for as long as was said (${tongue.name})`, async () => {
        site = await openSite();
        const { line, socket } = await enter(tongue);
        const told: string[] = [];
        socket.timeout(60_000).emit('long', () => told.push('long'));
        const short = new Promise((resolve) => socket.timeout(50).emit('short', resolve));
        mock.timers.setTime(Date.now() + hours * HOURS);
        assert.match(String(await within(short, 'the error')), /timed out/);
        assert.deepEqual(told, []);
        line.socket.destroy();
      });

      it(`${direction}: a handshake is waited for as long as was said (${tongue.name})`, async () => {
        site = await openSite({ handshakeTimeout: 60, connectTimeout: 60 }, (app) => {
          app.use('/socket.io/slow', () => {});
        });
        const late = await knock(site.port, '/socket.io/slow/?EIO=4&transport=websocket');
        await ask(site.port, tongue.handshake());
        mock.timers.setTime(Date.now() + hours * HOURS);
        assert.equal((await late.answer()).status, 503);
        // Clients of Engine.IO 3 have joined by connecting.
        const joins = tongue === tongues.classic ? undefined : 1;
        const gone = async (): Promise<void> => {
          while (site.io.stats().limits.connectTimeout !== joins) await new Promise(setImmediate);
        };
        await within(gone(), 'the end of a client that does not join');
      });
    }

  for (const hours of [6, -6])
    it(`by ${hours} hours: who comes back in time gets what was missed`, async () => {
      site = await openSite({ connectionStateRecovery: { maxDisconnectionDuration: 5_000 } });
      const { modern } = tongues;
      const { line, socket } = await enter(modern);
      await line.until(/"pid":"([^"]+)"/);
      const pid = /"pid":"([^"]+)"/.exec(line.text)?.[1] ?? '';
      const gone = heard(socket as never, 'disconnect');
      line.socket.destroy();
      await gone;
      site.io.emit('missed');
      mock.timers.setTime(Date.now() + hours * HOURS);
      const again = await knock(site.port, modern.handshake().replace('polling', 'websocket'));
      await again.head();
      again.socket.write(masked(`40{"pid":"${pid}"}`));
      await again.until(/missed/);
      const [back] = [...site.io.sockets.sockets.values()];
      assert.deepEqual([back?.recovered, back?.id], [true, socket.id]);
      again.socket.destroy();
    });
});

describe('the library', () => {
  it('asks for the date only to tell it', () => {
    const asking = textsOf(fileURLToPath(new URL('../../lib', import.meta.url)))
      .filter(([, text]) => /\bDate\.now\(|new Date\(\)/.test(text))
      .map(([file]) => file);
    // When the client came; and the header `Date`, with which a head is kept for a second.
    assert.deepEqual(asking, ['router/handshake.ts', 'transport/head.ts']);
  });
});
