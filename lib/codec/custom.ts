/** Packets in the words of a user's own parser; what it reads is checked here, since it may check nothing. */
import { Buffer } from 'node:buffer';
import type { Parser } from '../options.js';
import { type EventPacket, never, type Packet, PacketType } from '../packet.js';
import type { Decoded, DecodeLimits, Dialect, Grammar, Malformed, MessageReader } from './codec.js';
import { excessIn } from './extent.js';
import { isRecord, TOO_DEEP, TOO_MANY } from './json.js';
import { crowded, longNamespace, nameFault, socketFault } from './malformed.js';
import { type Flaw, flawIn, isContainer } from './message-pack.js';

/**
 * One encoder for all, and a decoder for each connection that says something.
 * @throws what the parser's `Encoder` throws
 */
export function grammarOf(parser: Parser): Grammar {
  const encoder = new parser.Encoder();
  const write: Grammar['write'] = (packet, dialect) => partsOf(encoder.encode(described(packet, dialect)));
  const isPacked = writesMessagePack(encoder);
  return { write, reader: (dialect, limits) => new ForeignReader(parser, dialect, limits, isPacked) };
}

/** What such a parser reads can be looked at before it does. */
function writesMessagePack(encoder: InstanceType<Parser['Encoder']>): boolean {
  try {
    const [sample, ...others] = partsOf(encoder.encode({ type: PacketType.CONNECT, nsp: '/' }));
    if (!Buffer.isBuffer(sample) || others.length > 0) return false;
    return isContainer(sample) && flawIn(sample, sampleLimits) === undefined;
  } catch {
    // Whatever it writes, it is not that; whoever sends something will hear of it.
    return false;
  }
}

/** A packet as the ecosystem's parsers know it. */
function described(packet: Packet, dialect: Dialect): object {
  switch (packet.type) {
    case PacketType.EVENT:
    case PacketType.ACK: {
      const { type, data, id, nsp } = packet;
      return id === undefined ? { type, data, nsp } : { type, data, id, nsp };
    }
    case PacketType.CONNECT:
      return withData(packet, dialect.connectPayload(packet));
    case PacketType.CONNECT_ERROR:
      return withData(packet, dialect.refusalPayload(packet));
    case PacketType.DISCONNECT:
      return withData(packet, undefined);
    default:
      return never(packet);
  }
}

function withData({ type, nsp }: Packet, data: unknown): object {
  return data === undefined ? { type, nsp } : { type, data, nsp };
}

/** @throws TypeError if it is no list */
function partsOf(written: unknown): (string | Buffer)[] {
  if (Array.isArray(written)) return written.map(asPart);
  throw new TypeError('the Encoder of the option parser must make a list of strings and bytes');
}

/** @throws TypeError for what no connection can carry */
function asPart(part: unknown): string | Buffer {
  if (typeof part === 'string' || Buffer.isBuffer(part)) return part;
  if (part instanceof ArrayBuffer) return Buffer.from(part);
  if (ArrayBuffer.isView(part)) return Buffer.from(part.buffer, part.byteOffset, part.byteLength);
  throw new TypeError('the Encoder of the option parser must make strings and bytes');
}

/** Reads the messages of one connection, in order. */
class ForeignReader implements MessageReader {
  readonly #parser: Parser;
  readonly #dialect: Dialect;
  readonly #limits: DecodeLimits;
  readonly #isPacked: boolean;
  /** Made for the first message: a connection that only looks whether it can carry something needs none. */
  #decoder: InstanceType<Parser['Decoder']> | undefined;
  /** Packets of the message that is being added. */
  #found: unknown[] | undefined;
  #isLate = false;
  /** Messages and bytes of a packet that is not complete yet. */
  #messages = 0;
  #bytes = 0;

  /** @param isPacked whether it reads MessagePack */
  constructor(parser: Parser, dialect: Dialect, limits: DecodeLimits, isPacked: boolean) {
    this.#isPacked = isPacked;
    this.#parser = parser;
    this.#dialect = dialect;
    this.#limits = limits;
  }

  get unfinished(): boolean {
    return this.#messages > 0;
  }

  text(frame: string, at: number): Decoded {
    return this.#add(frame.slice(at));
  }

  binary(bytes: Buffer): Decoded {
    return this.#add(bytes);
  }

  end(): void {
    try {
      this.#decoder?.destroy?.();
    } catch {
      // The connection has ended all the same, and nobody waits for its decoder.
    }
  }

  #add(message: string | Buffer): Decoded {
    const found: unknown[] = [];
    this.#found = found;
    this.#messages += 1;
    this.#bytes += Buffer.byteLength(message);
    try {
      return this.#fault() ?? this.#flaw(message) ?? this.#decode(message, found);
    } catch {
      // Hostile input has found something that the parser does not expect; only its sender shall feel it.
      return socketFault(REFUSED);
    } finally {
      this.#found = undefined;
    }
  }

  #decode(message: string | Buffer, found: readonly unknown[]): Decoded {
    this.#decoder ??= this.#open();
    this.#decoder.add(message);
    if (found.length === 0) return undefined;
    this.#messages = 0;
    this.#bytes = 0;
    if (found.length > 1) return socketFault('the parser finds several packets in one message');
    return read(found[0], this.#dialect, this.#limits, this.#isPacked);
  }

  #flaw(message: string | Buffer): Malformed | undefined {
    if (!this.#isPacked || typeof message === 'string') return undefined;
    const { maxDepth, maxValues } = this.#limits;
    // The packet itself is a level.
    const flaw = flawIn(message, { maxDepth: maxDepth + 1, maxValues });
    return flaw && socketFault(flaws[flaw]);
  }

  #open(): InstanceType<Parser['Decoder']> {
    const decoder = new this.#parser.Decoder();
    decoder.on('decoded', (packet: unknown) => {
      if (this.#found) this.#found.push(packet);
      else this.#isLate = true;
    });
    return decoder;
  }

  #fault(): Malformed | undefined {
    if (this.#isLate) return socketFault('the parser has found a packet when no message was added');
    if (this.#messages > this.#limits.maxAttachments + 1)
      return socketFault('more than maxAttachments attachments');
    if (this.#bytes > this.#limits.maxPayload) return socketFault('more than maxHttpBufferSize bytes');
    return undefined;
  }
}

const REFUSED = 'the parser refuses it';
const flaws: Readonly<Record<Flaw, string>> = {
  'no single value': REFUSED,
  'too deep': TOO_DEEP.why,
  'too many values': TOO_MANY.why,
};
/** Of a packet without data. */
const sampleLimits = { maxDepth: 2, maxValues: 100 };
/** Types as parsers of older protocols may give them: events and acknowledgements with binary data. */
const BINARY_EVENT = 5;
const BINARY_ACK = 6;

/** @param isSurveyed whether it is known how deep it is */
function read(found: unknown, dialect: Dialect, limits: DecodeLimits, isSurveyed: boolean): Decoded {
  if (!isRecord(found)) return socketFault('the parser finds no packet');
  const { type, nsp, data } = found;
  const id = found.id ?? undefined;
  if (typeof nsp !== 'string' || !nsp.startsWith('/')) return socketFault('a namespace without slash');
  if (!isId(id)) return socketFault('an id that is no number');
  const excess = isSurveyed ? undefined : excessIn(data, limits);
  if (excess) return excess;
  if (type === PacketType.CONNECT) return readConnect(dialect, nsp, data, limits);
  const fault = longNamespace(nsp, limits);
  if (fault) return fault;
  switch (type) {
    case PacketType.DISCONNECT:
      return data === undefined ? { type, nsp } : socketFault('a DISCONNECT with a payload');
    case PacketType.EVENT:
    case BINARY_EVENT:
      return readEvent(nsp, id, data, limits);
    case PacketType.ACK:
    case BINARY_ACK:
      return readAck(nsp, id, data, limits);
    default:
      return socketFault('a packet that no client sends');
  }
}

function isId(id: unknown): id is number | undefined {
  return id === undefined || (Number.isSafeInteger(id) && Number(id) >= 0);
}

function readConnect(dialect: Dialect, address: string, payload: unknown, limits: DecodeLimits): Decoded {
  const connect = dialect.readConnect(address, payload);
  if (connect === undefined || connect.type === 'malformed') return connect;
  return longNamespace(connect.nsp, limits) ?? connect;
}

function readEvent(nsp: string, id: number | undefined, data: unknown, limits: DecodeLimits): Decoded {
  if (!Array.isArray(data)) return socketFault('the data of an event is not an array');
  const fault = nameFault(data[0], limits) ?? crowded(data.length - 1, limits);
  if (fault) return fault;
  const event: EventPacket = { type: PacketType.EVENT, nsp, data };
  if (id !== undefined) event.id = id;
  return event;
}

function readAck(nsp: string, id: number | undefined, data: unknown, limits: DecodeLimits): Decoded {
  if (!Array.isArray(data)) return socketFault('the data of an acknowledgement is not an array');
  // An acknowledgement of nothing answers no question: ignored.
  return (
    crowded(data.length, limits) ?? (id === undefined ? undefined : { type: PacketType.ACK, nsp, id, data })
  );
}
