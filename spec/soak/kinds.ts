/** Who comes to the soak: genuine clients of all ages, and by hand the ways that those have in browsers alone. */
import { framing } from '../../lib/codec/framing.js';
import { classicPairs } from '../support/classic-clients.js';
import { Hixie76Client } from '../support/hixie76-client.js';
import { HtmlfilePage } from '../support/htmlfile-page.js';
import { modernPairs } from '../support/modern-clients.js';
import type { Pair } from '../support/pair.js';
import { byWebSocket, type RawClient } from '../support/raw-engine4.js';
import { Client1 } from '../support/raw-revision1.js';
import { ways3 } from '../support/raw-ways3.js';
import { vintagePairs } from '../support/vintage-clients.js';

/** What the crowd is told of somebody. */
export interface Told {
  /** It has come, or come back. */
  here(): void;
  /** It has heard a line of somebody at its table. */
  heard(): void;
  /** It will not come back by itself. */
  gone(): void;
}

export interface Visitor {
  /** Says a line. @param answered called when the site has acknowledged it */
  say(line: string, answered: () => void): void;
  leave(): void;
}

export interface Kind {
  readonly name: string;
  come(port: number, told: Told): Visitor;
}

const versions = ['0.7.11', '0.9.17', '1.7.4', '2.5.0', '3.1.3', '4.8.4'];

/** A client that comes back by itself when its line was cut, if its kind does that once and not several times at once. */
function genuine(pair: Pair): Kind {
  const returns = pair.protocol !== 1;
  return {
    name: pair.name,
    come: (port, told) => {
      const guest = pair.guest(`http://127.0.0.1:${port}`, '/', { returns });
      let left = false;
      guest.on('connect', () => {
        // Some do not understand that they shall leave before they have come.
        if (left) guest.leave();
        else told.here();
      });
      guest.on('line', told.heard);
      if (!returns) for (const event of ['disconnect', 'connect_failed']) guest.on(event, told.gone);
      guest.enter();
      return {
        say: (line, answered) => guest.connected && void guest.emit('say', line, answered),
        leave: () => {
          left = true;
          guest.leave();
        },
      };
    },
  };
}

/** How a generation says things. */
interface Tongue {
  readonly hello: readonly string[];
  say(id: number, line: string): readonly string[];
  /** Whether a frame acknowledges one of ours, brings a line, or asks whether we live. */
  readonly acknowledges: RegExp;
  readonly brings: RegExp;
  readonly asks: RegExp;
  readonly lives: string;
}

const engine4: Tongue = {
  hello: ['40'],
  say: (id, line) => [`42${id}${JSON.stringify(['say', line])}`],
  acknowledges: /^43/,
  brings: /^42\["line"/,
  asks: /^2$/,
  lives: '3',
};

/** Its clients ask the server: each time that they say something. */
const engine3: Tongue = {
  ...engine4,
  hello: [],
  say: (id, line) => ['2', ...engine4.say(id, line)],
  asks: /^never$/,
};

const revision1: Tongue = {
  hello: [],
  say: (id, line) => [`5:${id}+::${JSON.stringify({ name: 'say', args: [line] })}`],
  acknowledges: /^6:/,
  brings: /^5:[^:]*::\{"name":"line"/,
  asks: /^2:/,
  lives: '2::',
};

/** A client of which every frame is our own; it does not come back. */
function byHand(name: string, tongue: Tongue, open: (url: string) => Promise<RawClient>): Kind {
  return {
    name,
    come: (port, told) => {
      const waiting: (() => void)[] = [];
      const client = open(`http://127.0.0.1:${port}`);
      // Whoever has been cut off says nothing any more.
      const speak = (frames: readonly string[]): void =>
        void client
          .then(async (raw) => {
            for (const frame of frames) await raw.say(frame);
          })
          .catch(() => {});
      const listen = async (): Promise<void> => {
        const raw = await client;
        told.here();
        for (let frame = await raw.next(); frame !== undefined; frame = await raw.next()) {
          if (tongue.brings.test(frame)) told.heard();
          else if (tongue.acknowledges.test(frame)) waiting.shift()?.();
          else if (tongue.asks.test(frame)) speak([tongue.lives]);
        }
      };
      speak(tongue.hello);
      listen().then(told.gone, told.gone);
      return {
        say: (line, answered) => speak(tongue.say(waiting.push(answered), line)),
        leave: () => void client.then((raw) => raw.leave()).catch(() => {}),
      };
    },
  };
}

const portOf = (url: string): number => Number(new URL(url).port);

async function byFlash(url: string): Promise<RawClient> {
  const { sid, port } = await Client1.open(portOf(url));
  const line = await Hixie76Client.come(port, {
    path: `/socket.io/1/flashsocket/${sid}`,
    origin: url,
  });
  return {
    say: async (frame) => void line.send(String(frame)),
    next: () => line.next().catch(() => undefined),
    leave: async () => void line.socket.write(Buffer.of(0xff, 0)),
  };
}

async function byHtmlfile(url: string): Promise<RawClient> {
  const client = await Client1.open(portOf(url));
  const page = new HtmlfilePage(client.port, `/socket.io/1/htmlfile/${client.sid}?t=1`);
  let read = 0;
  return {
    say: async (frame) => (await client.post(frame, 'htmlfile')).status,
    next: async () => (await page.heard(++read).catch(() => []))[read - 1],
    leave: async () => void (await client.leave()),
  };
}

async function byScripts(url: string): Promise<RawClient> {
  const client = await Client1.open(portOf(url));
  const frames: string[] = [];
  const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
  const poll = async (): Promise<void> => {
    const script = await client.hear('jsonp-polling');
    const payload = JSON.parse(/^io\.j\[0\]\((.*)\);$/s.exec(script)?.[1] ?? '"7:::1+0"') as string;
    frames.push(...framing.unpack(payload).frames.map(String));
  };
  return {
    say: async (frame) => {
      const body = `d=${encodeURIComponent(JSON.stringify(frame))}`;
      return (await client.post(body, 'jsonp-polling', form)).status;
    },
    next: async () => {
      while (frames.length === 0) await poll();
      const frame = frames.shift();
      return frame?.startsWith('7:') || frame === '0::' ? undefined : frame;
    },
    leave: async () => void (await client.leave()),
  };
}

const openScripts3 = ways3.jsonp ?? (() => Promise.reject(new Error('There is no such way.')));

export const kinds: readonly Kind[] = [
  ...[...vintagePairs, ...classicPairs, ...modernPairs]
    .filter(({ name }) => versions.includes(name.split(' ')[0] ?? ''))
    .map(genuine),
  byHand('Engine.IO 4 by hand, websocket', engine4, byWebSocket),
  byHand('Engine.IO 3 by hand, jsonp', engine3, openScripts3),
  byHand('revision 1 by hand, jsonp-polling', revision1, byScripts),
  byHand('revision 1 by hand, htmlfile', revision1, byHtmlfile),
  byHand('revision 1 by hand, flashsocket', revision1, byFlash),
];
