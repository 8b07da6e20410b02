/** How often one broadcast is written for very many: sessions of all generations as they are, only the network left out. */
import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import type { Codec, Frame } from '../../lib/codec/codec.js';
import { engine3, engine3Text } from '../../lib/codec/engine3.js';
import { engine4, engine4Text } from '../../lib/codec/engine4.js';
import { revision1 } from '../../lib/codec/revision1.js';
import { Namespaces } from '../../lib/namespace/namespaces.js';
import { readOptions } from '../../lib/option-reading.js';
import { Peer } from '../../lib/peer.js';
import { arriving, asking, type Manners } from '../../lib/session/manners.js';
import { Session } from '../../lib/session/session.js';
import { Ticks } from '../../lib/session/ticks.js';
import { Wheel } from '../../lib/session/wheel.js';
import { Watch } from '../../lib/watch/watch.js';
import { FakeTransport } from '../session/fake-transport.js';

const MEMBERS = 1_000;

/** A codec that counts what it writes, and is the genuine one otherwise. */
class Counted implements Codec {
  readonly #codec: Codec;
  readonly name: Codec['name'];
  readonly slot: number;
  readonly payload: Codec['payload'];
  readonly signal: Codec['signal'];
  readonly decoder: Codec['decoder'];
  readonly show: Codec['show'];
  readonly message: Codec['message'];
  written = 0;

  constructor(codec: Codec) {
    this.#codec = codec;
    this.name = codec.name;
    this.slot = codec.slot;
    this.payload = codec.payload;
    this.signal = codec.signal;
    this.decoder = codec.decoder;
    this.show = codec.show;
    this.message = codec.message;
  }

  encode(packet: Parameters<Codec['encode']>[0]): readonly Frame[] {
    this.written += 1;
    return this.#codec.encode(packet);
  }
}

interface Generation {
  readonly codec: Codec;
  readonly manners: Manners;
  /** What a client has to say to be in the main namespace. */
  readonly entry?: Frame;
  /** The word `once`, as it reads to these clients. */
  readonly reads: string;
}

const young: Omit<Generation, 'codec'> = { manners: asking, entry: '40', reads: '42["word","once"]' };
const old: Omit<Generation, 'codec'> = { manners: arriving, reads: '42["word","once"]' };
const first = { codec: revision1, manners: arriving, reads: '5:::{"name":"word","args":["once"]}' };

/** A server without a network: the namespaces, and a way to put members in. */
class Ground {
  readonly namespaces: Namespaces;
  readonly #options = readOptions({});
  readonly #house = {
    wheel: new Wheel(),
    ticks: new Ticks(),
    limits: { ...this.#options, maxPayload: this.#options.maxHttpBufferSize },
    failed: () => {},
    watch: new Watch(),
  };
  #count = 0;

  constructor() {
    this.namespaces = new Namespaces({ server: {} as never, options: this.#options }, () => {});
    this.namespaces.of('/').on('connection', (socket) => socket.join('room'));
  }

  /** Somebody comes, and is in. */
  member({ codec, manners, entry }: Generation): { session: Session; transport: FakeTransport } {
    const settings = {
      ...this.#options,
      namespaces: this.namespaces,
      wheel: this.#house.wheel,
      watch: this.#house.watch,
      joined: () => {},
      ended: () => {},
    };
    const peer = new Peer(settings, { auth: {}, query: {}, headers: {} } as never);
    const birth = {
      id: `member-${this.#count++}`,
      codec,
      manners,
      rhythm: { asker: 'client', every: 25_000, patience: 20_000 } as const,
      protocol: 0,
      request: {} as IncomingMessage,
      remoteAddress: '',
      admission: { path: '/', origin: undefined, headers: {}, letterhead: [] },
    };
    const session = new Session(birth, this.#house, peer);
    const transport = new FakeTransport();
    peer.attend(session);
    session.open(transport, '{}');
    if (entry !== undefined) session.received(entry);
    return { session, transport };
  }
}

/** Fills a room and says something there. @returns how often each generation wrote, and what its members read last */
async function count(generations: readonly Generation[], act: (ground: Ground) => unknown) {
  const ground = new Ground();
  const codecs = generations.map(({ codec }) => new Counted(codec));
  const rooms = generations.map((generation, index) =>
    Array.from({ length: MEMBERS }, () =>
      ground.member({ ...generation, codec: codecs[index] ?? generation.codec }),
    ),
  );
  await haveWritten(rooms.flat());
  assert.equal(ground.namespaces.of('/').sockets.size, generations.length * MEMBERS);
  const before = codecs.map(({ written }) => written);
  act(ground);
  await haveWritten(rooms.flat());
  const written = codecs.map((codec, index) => codec.written - (before[index] ?? 0));
  const read = rooms.map((members) => new Set(members.map(({ transport }) => transport.sent.at(-1))));
  for (const { session } of rooms.flat()) session.close('forced close');
  return { written, read };
}

/** A crowd writes in several turns. */
async function haveWritten(members: readonly { session: Session }[]): Promise<void> {
  do await new Promise(setImmediate);
  while (members.some(({ session }) => session.bufferedAmount > 0));
}

const everybody = [first, { codec: engine3, ...old }, { codec: engine4, ...young }];
const textOnly = [
  { codec: engine3Text, ...old },
  { codec: engine4Text, ...young },
];

describe(`a room of ${MEMBERS} members of each generation`, () => {
  it('has a word written three times for three generations', async () => {
    const { written, read } = await count(everybody, ({ namespaces }) =>
      namespaces.of('/').to('room').emit('word', 'once'),
    );
    assert.deepEqual(written, [1, 1, 1]);
    assert.deepEqual(
      read,
      everybody.map(({ reads }) => new Set([reads])),
    );
  });

  it('has it written once more for those of a generation who take text alone', async () => {
    const all = [...everybody, ...textOnly];
    const { written, read } = await count(all, ({ namespaces }) => namespaces.of('/').emit('word', 'once'));
    assert.deepEqual(written, [1, 1, 1, 1, 1]);
    assert.deepEqual(
      read,
      all.map(({ reads }) => new Set([reads])),
    );
  });

  it('has bytes written once for each form of them', async () => {
    const both = [{ codec: engine3, ...old }, { codec: engine4, ...young }, ...textOnly];
    const { written, read } = await count(both, ({ namespaces }) =>
      namespaces.of('/').emit('word', Buffer.from([1])),
    );
    assert.deepEqual(written, [1, 1, 1, 1]);
    for (const texts of read) assert.equal(texts.size, 1);
    assert.match([...(read[3] ?? [])].join(), /\|bAQ==$/);
  });

  it('has a word of one member to the others written as often', async () => {
    const { written } = await count(everybody, ({ namespaces }) => {
      const [socket] = namespaces.of('/').sockets.values();
      socket?.broadcast.except('nobody').emit('word', 'once');
    });
    assert.deepEqual(written, [1, 1, 1]);
  });

  it('has a question with one number for all written as often', async () => {
    const { written } = await count(everybody, ({ namespaces }) => {
      namespaces
        .of('/')
        .timeout(50)
        .emit('word', () => {});
    });
    assert.deepEqual(written, [1, 1, 1]);
  });

  it('has nothing written for those who are not meant', async () => {
    const { written } = await count(everybody, ({ namespaces }) =>
      namespaces.of('/').to('empty').emit('word'),
    );
    assert.deepEqual(written, [0, 0, 0]);
  });
});
