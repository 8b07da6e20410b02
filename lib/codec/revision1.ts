/** Socket.IO protocol revision 1: the clients 0.7 to 0.9. */
import { ownText } from '../own-text.js';
import type { AckPacket, ConnectPacket, EventPacket, Packet } from '../packet.js';
import { never, PacketType, RESERVED_EVENTS } from '../packet.js';
import { substituteBinary } from './attachments.js';
import type { Codec, Decoded, DecodeLimits, Frame, Malformed, Shown, Signal } from './codec.js';
import { framing } from './framing.js';
import { disarm, isRecord, NOT_JSON, readJson, scriptJson, Unreadable } from './json.js';
import { crowded, longName, longNamespace, longQuery, oversize, socketFault } from './malformed.js';

// packet   = type ":" [id] ["+"] ":" [endpoint] [":" data] / "0"
// type     = %x30-38          ; disconnect connect heartbeat message json event ack error noop
// id       = 1*15DIGIT        ; with "+" the program answers, without it a bare receipt is owed
// endpoint = "/" *<any character but ":">
// data     = *CHAR            ; colons and line breaks included
const grammar = /^([0-8]):([0-9]{1,15})?(\+)?:(\/[^:]*)?(?::([\s\S]*))?$/;

/** ack-data = id ["+"] [json-array] */
const ackGrammar = /^([0-9]{1,15})(?![0-9])\+?([\s\S]*)$/;

/** Names that the servers of that time kept for themselves. */
const reserved: ReadonlySet<unknown> = new Set([...RESERVED_EVENTS, 'connection', 'error', '$emit']);

/** One packet of a client, cut at its colons. */
interface Fields {
  readonly nsp: string;
  /** What followed a `?` in the namespace. */
  readonly query: string;
  readonly data: string;
  /** How the client wants it acknowledged. */
  readonly ask: { readonly id?: number; readonly receipt?: true };
}

type Reader = (fields: Fields, limits: DecodeLimits) => Decoded;

/** Type 7, an error, never comes from a client and is ignored like all that is unknown. */
const readers: Readonly<Record<string, Reader>> = {
  // The root is the session: its end is the end, and the client need not join it.
  '0': ({ nsp }) => (nsp === '/' ? { type: 'close' } : { type: PacketType.DISCONNECT, nsp }),
  '1': (fields) => (fields.nsp === '/' ? { type: 'open' } : readConnect(fields)),
  // Clients beat only in answer to the server.
  '2': () => ({ type: 'pong' }),
  '3': ({ nsp, data, ask }) => ({
    type: PacketType.EVENT,
    nsp,
    data: ['message', data],
    form: 'text',
    ...ask,
  }),
  '4': readValue,
  '5': readEvent,
  '6': readAck,
  '8': () => ({ type: 'noop' }),
};

/** Clients of that time know no reason to be cut off, so whatever is not understood is ignored; bounds hold. */
function decode(frame: Frame, limits: DecodeLimits): Decoded {
  if (typeof frame !== 'string') return undefined;
  const large = oversize(frame, limits);
  if (large) return large;
  // The paper form of a root disconnect.
  if (frame === '0') return { type: 'close' };
  const [, type = '', id, plus, endpoint = '/', data = ''] = grammar.exec(frame) ?? [];
  const question = endpoint.indexOf('?');
  const nsp = question < 0 ? endpoint : endpoint.slice(0, question);
  const long = longNamespace(nsp, limits) ?? longName(endpoint, limits);
  if (long) return long;
  const query = question < 0 ? '' : endpoint.slice(question);
  return readers[type]?.({ nsp, query, data, ask: readAsk(id, plus) }, limits);
}

function readAsk(id: string | undefined, plus: string | undefined): Fields['ask'] {
  if (id === undefined) return {};
  return plus ? { id: Number(id) } : { id: Number(id), receipt: true };
}

/** The query stands behind the endpoint on paper, and in the data in what the originals' encoders write. */
function readConnect({ nsp, query, data }: Fields): ConnectPacket | Malformed {
  const search = query || data;
  const long = longQuery(search);
  if (long) return long;
  const pairs = disarm(Object.fromEntries(new URLSearchParams(ownText(search))));
  // The client finds its namespace by the very text that it has used.
  const address = query ? { address: ownText(nsp + query) } : {};
  const connect: ConnectPacket = { type: PacketType.CONNECT, nsp: ownText(nsp), ...address };
  return Object.keys(pairs).length === 0 ? connect : { ...connect, data: pairs };
}

/** Bounds hold; what is not JSON is ignored. */
function faultOf(unreadable: Unreadable): Malformed | undefined {
  return unreadable === NOT_JSON ? undefined : socketFault(unreadable.why);
}

function readValue({ nsp, data, ask }: Fields, limits: DecodeLimits): Decoded {
  // What `json.send(undefined)` writes.
  const value = data === '' ? null : readJson(data, limits);
  if (value instanceof Unreadable) return faultOf(value);
  return { type: PacketType.EVENT, nsp, data: ['message', value], form: 'json', ...ask };
}

function readEvent({ nsp, data, ask }: Fields, limits: DecodeLimits): Decoded {
  const event = readJson(data, limits);
  if (event instanceof Unreadable) return faultOf(event);
  if (!isRecord(event) || typeof event.name !== 'string' || reserved.has(event.name)) return undefined;
  const args: unknown[] = Array.isArray(event.args) ? event.args : [];
  const fault = longName(event.name, limits) ?? crowded(args.length, limits);
  return fault ?? { type: PacketType.EVENT, nsp, data: [event.name, ...args], ...ask };
}

function readAck({ nsp, data }: Fields, limits: DecodeLimits): Decoded {
  const [, id, json] = ackGrammar.exec(data) ?? [];
  if (id === undefined) return undefined;
  const args = readJson(json ?? '', limits);
  if (args instanceof Unreadable && args !== NOT_JSON) return faultOf(args);
  const list: unknown[] = Array.isArray(args) ? args : [];
  return crowded(list.length, limits) ?? { type: PacketType.ACK, nsp, id: Number(id), data: list };
}

/** Text only: binary data becomes an object that says how to read it. */
function write(value: unknown): string {
  return scriptJson(substituteBinary(value, (bytes) => ({ base64: bytes.toString('base64') })));
}

/** @param data is left out, with its colon, when empty: the originals did so */
function compose(type: string, id: string, nsp: string, data = ''): string {
  const head = `${type}:${id}:${nsp === '/' ? '' : nsp}`;
  return data === '' ? head : `${head}:${data}`;
}

/** @throws what `JSON.stringify` throws, and `RangeError` for a cycle */
function encode(packet: Packet): string {
  switch (packet.type) {
    case PacketType.CONNECT:
      return compose('1', '', packet.nsp);
    case PacketType.DISCONNECT:
      return compose('0', '', packet.nsp);
    case PacketType.EVENT:
      return encodeEvent(packet);
    case PacketType.ACK:
      return encodeAck(packet);
    case PacketType.CONNECT_ERROR:
      // Reason 2, unauthorized: the only one that fires the client's `connect_failed`.
      return compose('7', '', packet.nsp, '2');
    default:
      return never(packet);
  }
}

function encodeEvent({ nsp, data, id, form }: EventPacket): string {
  // No client acknowledges an event that lacks the plus.
  const ask = id === undefined ? '' : `${id}+`;
  const [name, ...args] = data;
  // Types 3 and 4 have room for one value; more of them still arrive as the event `message`.
  if (form && args.length <= 1) return encodeSend(ask, nsp, form, args[0]);
  return compose('5', ask, nsp, write(args.length === 0 ? { name: `${name}` } : { name: `${name}`, args }));
}

/** What has no text of its own travels as JSON even if text was wanted. */
function encodeSend(ask: string, nsp: string, form: 'text' | 'json', value: unknown): string {
  const isText = form === 'text' && (typeof value !== 'object' || value === null);
  return isText ? compose('3', ask, nsp, String(value ?? '')) : compose('4', ask, nsp, write(value));
}

function encodeAck({ nsp, id, data }: AckPacket): string {
  return compose('6', '', nsp, data.length === 0 ? `${id}` : `${id}+${write(data)}`);
}

/** Revision 1 has no upgrades; what would end a poll for one is a noop. */
const signals: Readonly<Record<Signal['type'], string>> = {
  open: '1::',
  close: '0::',
  ping: '2::',
  pong: '2::',
  upgrade: '8::',
  noop: '8::',
};

/** Of this generation everything is a message but what keeps the connection, which has the same words both ways. */
function show(frame: Frame): Shown {
  const [type] = Object.entries(signals).find(([, text]) => text === frame) ?? ['message'];
  return type === 'message' ? { type, data: frame } : { type: type as Signal['type'] };
}

/** @see revision 1, "Packets"; the parsers of socket.io 0.9 */
export const revision1: Codec = {
  name: 'revision1',
  slot: 3,
  payload: framing,
  encode: (packet) => [encode(packet)],
  signal: ({ type }) => signals[type],
  decoder: (limits) => ({ decode: (frame) => decode(frame, limits) }),
  show,
  message: (data) => compose('3', '', '/', data.toString()),
};
