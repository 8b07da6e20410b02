/** Clients of Engine.IO 3 that have agreed with the server on another parser. */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import type { Parser, Socket } from '../../lib/index.js';
import * as json from '../support/json-parser.js';
import { heard, within } from '../support/patience.js';
import { openSite, type Site } from '../support/site.js';
import { ways } from '../support/ways.js';

interface Client {
  readonly io: { readonly engine: { readonly transport: { readonly name: string } } };
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  off(event: string, listener: (...args: unknown[]) => void): unknown;
  emit(event: string, ...args: unknown[]): unknown;
  disconnect(): unknown;
}

const lookup = createRequire(import.meta.url)('socket.io-client-2') as (
  url: string,
  options: object,
) => Client;

class ByteEncoder {
  encode(packet: object): Buffer[] {
    return [Buffer.from(JSON.stringify(packet))];
  }
}

class ByteDecoder extends json.Decoder {
  override add(message: unknown): void {
    super.add(Buffer.from(message as Uint8Array).toString());
  }
}

const parsers: Readonly<Record<string, Parser>> = {
  texts: json,
  bytes: { Encoder: ByteEncoder, Decoder: ByteDecoder },
};

/** Clients 2.x want the same with a callback. */
function called({ Encoder, Decoder }: Parser): object {
  const encoder = new Encoder();
  class Calling {
    encode(packet: object, done: (messages: readonly unknown[]) => void): void {
      done(encoder.encode(packet));
    }
  }
  return { Encoder: Calling, Decoder };
}

for (const [kind, parser] of Object.entries(parsers)) {
  for (const { name, transports, upgrade } of ways) {
    describe(`a client 2.5.0 ${name} with a parser that writes ${kind}`, () => {
      let site: Site;
      let client: Client;
      beforeEach(async () => {
        site = await openSite({ parser });
      });
      afterEach(async () => {
        client.disconnect();
        await site.close();
      });

      async function come(namespace = '/'): Promise<Socket> {
        const come = heard(site.io.of(namespace) as never, 'connection');
        client = lookup(`${site.url}${namespace}`, {
          parser: called(parser),
          transports,
          upgrade,
          forceNew: true,
          reconnection: false,
        });
        const [[socket]] = (await Promise.all([come, heard(client, 'connect')])) as unknown as [
          [Socket],
          unknown,
        ];
        const last = transports.at(-1);
        const arrives = async (): Promise<void> => {
          while (client.io.engine.transport.name !== last) await new Promise(setImmediate);
        };
        await within(arrives(), 'the last transport');
        return socket;
      }

      it('says and hears words of any language', async () => {
        const socket = await come();
        for (const word of ['plain', 'héllo ☃ 😀', 'Ã©', '"\\n\n', '\u2028']) {
          const came = heard(socket as never, 'word');
          client.emit('word', word, { deep: [word] });
          assert.deepEqual(await came, [word, { deep: [word] }]);
          const returned = heard(client, 'word');
          socket.emit('word', word);
          socket.emit('more', word);
          assert.deepEqual(await returned, [word]);
        }
      });

      it('asks and answers', async () => {
        const socket = await come('/room');
        socket.on('ask', (text, reply) => reply(text, 1));
        const answer = new Promise<unknown[]>((resolve) =>
          client.emit('ask', 'é', (...args: unknown[]) => resolve(args)),
        );
        assert.deepEqual(await within(answer, 'an answer'), ['é', 1]);
        client.on('ask', (text, reply) => (reply as (text: unknown) => void)(text));
        assert.equal(await socket.emitWithAck('ask', '☃'), '☃');
      });

      it('is told why it is refused', async () => {
        await come();
        site.io
          .of('/deny')
          .use((_socket, next) => next(Object.assign(new Error('no'), { data: { code: 7 } })));
        const other = lookup(`${site.url}/deny?token=x`, {
          parser: called(parser),
          transports,
          forceNew: true,
        });
        assert.deepEqual(await heard(other, 'error'), [{ code: 7 }]);
        other.disconnect();
      });
    });
  }
}
