/** Everything that reads what clients say, called by itself: what it is given, and what must hold of what it makes of it. */
import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import fc from 'fast-check';
import type { Codec, Frame } from '../../lib/codec/codec.js';
import { engine3, engine3Text } from '../../lib/codec/engine3.js';
import { engine4, engine4Text } from '../../lib/codec/engine4.js';
import { revision1 } from '../../lib/codec/revision1.js';
import { type Packet, PacketType } from '../../lib/packet.js';
import { readTicket } from '../../lib/router/ticket.js';
import { TextReader } from '../../lib/transport/hixie76-frames.js';
import { readOffer } from '../../lib/transport/hixie76-handshake.js';
import { scripted } from '../../lib/transport/jsonp.js';
import { jsonpPolling } from '../../lib/transport/jsonp-polling.js';
import { damaged } from '../codec/arbitraries.js';
import { compareBody1, compareBody4, compareBytes3, compareText3 } from '../codec/compared-bodies.js';
import { compare as compare1 } from '../codec/compared1.js';
import { compare as compare3 } from '../codec/compared3.js';
import { compare as compare4 } from '../codec/compared4.js';
import { limits } from '../codec/limits.js';
import { assertHarmless, trapIn } from './harm.js';
import { framesOf, MARK, messagesOf, pieces, type Spoken, talkOf, wellFormed } from './sentences.js';
import { trapped } from './traps.js';
import { headerText, target } from './urls.js';

/** One case: what is shown of it, and its two checks, which throw. */
export interface Reading {
  readonly name: string;
  readonly shown: unknown;
  /** What is ours reads it; the time of this counts. */
  read(): void;
  /** What is ours beside the genuine parser. */
  compare(): void;
}

/** Characters beyond which nothing is compared: some genuine parsers take seconds for what we refuse at a glance. */
const MOST_COMPARED = 20_000;

function reader<T>(
  name: string,
  given: fc.Arbitrary<T>,
  read: (value: T) => void,
  compare: (value: T) => unknown = () => {},
): fc.Arbitrary<Reading> {
  return given.map((value) => ({
    name,
    shown: value,
    read: () => read(value),
    compare: () => sizeOf(value) <= MOST_COMPARED && compare(value),
  }));
}

function sizeOf(value: unknown): number {
  return Array.isArray(value) ? value.reduce((sum, part) => sum + sizeOf(part), 0) : String(value).length;
}

/** Whatever is read can be written again, to clients of every generation: programs send on what they are told. */
const writers: readonly Codec[] = [engine4, engine4Text, engine3, engine3Text, revision1];

function readAll(codec: Codec, frames: readonly Frame[]): void {
  const decoder = codec.decoder(limits);
  for (const frame of frames) {
    codec.show(frame);
    const decoded = decoder.decode(frame);
    if (decoded?.type === 'malformed') {
      assert.ok(!decoded.why.includes(MARK));
      return;
    }
    if (decoded && typeof decoded.type === 'number') passOn(decoded);
  }
}

function passOn(packet: Packet): void {
  assert.ok(packet.nsp.length <= limits.maxNameLength);
  assertHarmless(packet);
  if (packet.type !== PacketType.EVENT && packet.type !== PacketType.ACK) return;
  assert.ok(packet.data.length <= limits.maxArguments + 1);
  for (const codec of writers) codec.encode(packet);
}

function readMessages(codec: Codec): (messages: readonly Frame[]) => void {
  return (messages) =>
    readAll(
      codec,
      messages.map((message) => (typeof message === 'string' ? `4${message}` : codec.message(message))),
    );
}

function readBody(codec: Codec): (body: Frame) => void {
  return (body) => readAll(codec, codec.payload.unpack(body).frames);
}

/** The same texts, however the stream is cut. */
function readCut([bytes, cuts]: readonly [Buffer, readonly number[]]): void {
  const whole = new TextReader(limits.maxPayload).read(bytes);
  const reading = new TextReader(limits.maxPayload);
  const texts: string[] = [];
  let over: string | undefined;
  let from = 0;
  for (const to of [...cuts.map((cut) => cut % (bytes.length + 1)).sort(ascending), bytes.length]) {
    const part = reading.read(bytes.subarray(from, to));
    texts.push(...part.texts);
    over ??= part.over;
    from = to;
  }
  assert.deepEqual({ texts, over }, { texts: [...whole.texts], over: whole.over });
}

const ascending = (one: number, other: number): number => one - other;

const joined = (codec: Codec, generation: Spoken): fc.Arbitrary<Frame> =>
  talkOf(generation).map((frames) => codec.payload.pack(frames));
const brokenText = (body: fc.Arbitrary<Frame>): fc.Arbitrary<string> => damaged(body.map(String), pieces, 3);
/** Bytes as text of which each character is one. */
const brokenBytes = (body: fc.Arbitrary<Frame>): fc.Arbitrary<Buffer> =>
  damaged(
    body.map((bytes) => Buffer.from(bytes).toString('latin1')),
    fc.constantFrom('\0', '\x01', '\x02', '\xff', '4', '\x04', '\x09', 'x'),
    3,
  ).map((text) => Buffer.from(text, 'latin1'));

const hixie = fc.tuple(
  brokenBytes(
    fc
      .array(framesOf(1), { maxLength: 4 })
      .map((list) => list.flat().map((frame) => `\0${frame}\xff`))
      .map((texts) => Buffer.from(texts.join(''), 'latin1')),
  ),
  fc.array(fc.nat(), { maxLength: 6 }),
);

const forms = damaged(
  fc
    .oneof(framesOf(1), framesOf(3))
    .map((frames) => `d=${encodeURIComponent(wellFormed(String(frames[0])))}`),
  pieces,
);

const request = fc
  .record({ method: fc.constantFrom('GET', 'POST', 'PUT'), url: target, value: headerText })
  .map(({ method, url, value }) => ({
    method,
    url,
    headers: { upgrade: value, connection: value, origin: value },
    rawHeaders: ['Upgrade', value, 'Connection', value, 'Origin', value],
  }));

/** A case of any of them. */
export const readings: fc.Arbitrary<Reading> = fc.oneof(
  reader('Socket.IO 5', messagesOf(4), readMessages(engine4), compare4),
  reader('Socket.IO 4', messagesOf(3), readMessages(engine3), compare3),
  reader(
    'revision 1',
    framesOf(1),
    (frames) => readAll(revision1, frames),
    ([frame]) => compare1(String(frame)),
  ),
  reader('a trap of Socket.IO 5', trapped[4], (frame) => readAll(engine4, [frame])),
  reader('a trap of Socket.IO 4', trapped[3], (frame) => readAll(engine3, [frame])),
  reader('a trap of revision 1', trapped[1], (frame) => readAll(revision1, [frame])),
  reader('Engine.IO 4', talkOf(4), (frames) => readAll(engine4, frames)),
  reader('Engine.IO 3', talkOf(3), (frames) => readAll(engine3, frames)),
  reader('a talk of revision 1', talkOf(1), (frames) => readAll(revision1, frames)),
  reader('a body of Engine.IO 4', brokenText(joined(engine4, 4)), readBody(engine4), compareBody4),
  reader('a text of Engine.IO 3', brokenText(joined(engine3Text, 3)), readBody(engine3), compareText3),
  reader('bytes of Engine.IO 3', brokenBytes(joined(engine3, 3)), readBody(engine3), compareBytes3),
  reader('a body of revision 1', brokenText(joined(revision1, 1)), readBody(revision1), compareBody1),
  reader('a stream of hixie-76', hixie, readCut),
  reader('a form', forms, (body) => {
    for (const envelope of [scripted('0'), jsonpPolling('0')]) envelope.open(body);
  }),
  reader('a request', request, (req) => {
    const { search } = readTicket(req as unknown as IncomingMessage);
    assert.equal(trapIn(search.all), undefined);
  }),
  reader('keys of hixie-76', fc.tuple(headerText, headerText), ([first, second]) => {
    const offer = readOffer({ 'sec-websocket-key1': first, 'sec-websocket-key2': second });
    for (const number of offer?.numbers ?? []) assert.ok(number >= 0 && number <= 0xffffffff);
  }),
);
