/** A `parser` of the site's own that fails at what the library itself has to say: one client's connection ends, nothing else. */
import assert from 'node:assert/strict';
import { PacketType } from '../../lib/packet.js';
import { Decoder, Encoder } from '../support/json-parser.js';
import { within } from '../support/patience.js';
import { byPolling, byWebSocket, type RawClient } from '../support/raw-engine4.js';
import { openSite, type Site } from '../support/site.js';

/** Fails at one type of packet in the namespaces that begin so. */
function failing(type: number, nsp = '/doomed'): { Encoder: typeof Encoder; Decoder: typeof Decoder } {
  class Failing extends Encoder {
    override encode(packet: { type: number; nsp: string }): string[] {
      if (packet.type === type && packet.nsp.startsWith(nsp)) throw new Error(`no word for ${type}`);
      return super.encode(packet);
    }
  }
  return { Encoder: Failing, Decoder };
}

const joining = (nsp: string): string => `4${JSON.stringify({ type: PacketType.CONNECT, nsp })}`;

async function untilEnd(client: RawClient): Promise<string[]> {
  const frames: string[] = [];
  for (let frame = await client.next(); frame !== undefined; frame = await client.next()) frames.push(frame);
  return frames;
}

for (const [way, come] of [
  ['WebSocket', byWebSocket],
  ['polling', byPolling],
] as const) {
  describe(`a parser that fails (${way})`, () => {
    let site: Site;
    afterEach(() => site.close());

    async function open(type: number, prepare: (site: Site) => void): Promise<RawClient> {
      site = await openSite({ parser: failing(type) });
      prepare(site);
      const bystander = await come(site.url);
      await bystander.say(joining('/'));
      assert.match(String(await bystander.next()), /"sid"/);
      return bystander;
    }

    /** Whoever asks for `/doomed` is closed; whoever is elsewhere goes on. */
    async function ends(bystander: RawClient, complaints: number): Promise<void> {
      const doomed = await come(site.url);
      const report = site.complaint();
      await doomed.say(joining('/doomed'));
      assert.match(String((await within(report, 'a report')).error), /no word for/);
      await untilEnd(doomed);
      site.io.emit('news');
      assert.match(String(await bystander.next()), /news/);
      assert.deepEqual(
        site.complaints.map(({ event }) => event),
        Array(complaints).fill('parser'),
      );
      assert.deepEqual(site.io.stats().sockets, { joined: 1, pending: 0 });
      await bystander.leave();
    }

    it('at a welcome: nobody is told of that client', async () => {
      const bystander = await open(PacketType.CONNECT, ({ io }) => {
        io.of('/doomed').on('connection', () => assert.fail('it has not been welcomed'));
        io.of('/doomed').serve(() => assert.fail('it has not been welcomed'));
      });
      await ends(bystander, 1);
    });

    it('at a welcome that middlewares have thought about', async () => {
      const bystander = await open(PacketType.CONNECT, ({ io }) => {
        io.of('/doomed').use((_socket, next) => setImmediate(next));
      });
      await ends(bystander, 1);
    });

    it('at the refusal of a middleware', async () => {
      const bystander = await open(PacketType.CONNECT_ERROR, ({ io }) => {
        io.of('/doomed').use((_socket, next) => next(new Error('no')));
      });
      await ends(bystander, 1);
    });

    it('at the refusal of a namespace that there is not', async () => {
      await ends(await open(PacketType.CONNECT_ERROR, () => {}), 1);
    });

    it('at the refusal of a namespace that is looked for', async () => {
      const bystander = await open(PacketType.CONNECT_ERROR, ({ io }) => {
        io.of((_name, _auth, next) => setImmediate(next, null, false));
      });
      await ends(bystander, 1);
    });

    it('at a farewell of the program', async () => {
      const bystander = await open(PacketType.DISCONNECT, ({ io }) => {
        io.of('/doomed').on('connection', (socket) => socket.disconnect());
      });
      await ends(bystander, 1);
    });

    it('at the farewell after a handler', async () => {
      const bystander = await open(PacketType.DISCONNECT, ({ io }) => {
        io.of('/doomed').serve(() => {});
      });
      await ends(bystander, 1);
    });

    it('at the farewells of a whole connection', async () => {
      const bystander = await open(PacketType.DISCONNECT, ({ io }) => {
        io.of('/doomed-too').on('connection', (socket) => socket.disconnect(true));
        io.of('/doomed');
      });
      const doomed = await come(site.url);
      await doomed.say(joining('/doomed'));
      await doomed.next();
      await doomed.say(joining('/doomed-too'));
      await untilEnd(doomed);
      site.io.emit('news');
      assert.match(String(await bystander.next()), /news/);
      assert.equal(site.complaints.length, 2);
      await bystander.leave();
    });
  });
}
