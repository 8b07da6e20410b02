/** Bodies of several packets read by us and by the genuine parsers; each comparison throws where they differ. */
import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import * as engine from 'engine.io-parser';
import { engine3 } from '../../lib/codec/engine3.js';
import { engine4 } from '../../lib/codec/engine4.js';
import { framing } from '../../lib/codec/framing.js';
import { plainPayload } from '../../lib/codec/payload3.js';
import { decodePayload, type EnginePacket, engines } from './engine3-genuine.js';
import { decodeAll, decodeLast, verdict } from './limits.js';
import { genuine } from './revision1-genuine.js';

/** Engine.IO 4, bodies and the frames in them; only base64 is read more strictly. */
export function compareBody4(body: string): void {
  const theirs = engine.decodePayload(body);
  const { frames, fault } = engine4.payload.unpack(body);
  const isFaulty = theirs.at(-1)?.type === 'error';
  const unreadable = frames.findIndex((frame) => engine.decodePacket(frame as string).type === 'error');
  assert.equal(isFaulty, fault !== undefined || unreadable >= 0);
  for (const frame of frames) {
    const { type, data } = engine.decodePacket(frame as string);
    const isBase64 = String(frame)[0] === 'b';
    const isRefused = verdict(decodeAll(engine4, [frame])[0]) === 'malformed engine';
    if (!isBase64) assert.equal(isRefused, type === 'error');
    else if (!isRefused) assert.deepEqual(data, Buffer.from(String(frame).slice(1), 'base64'));
  }
}

/**
 * Engine.IO 3 as text; only base64 and lengths are read more strictly, and what may be text of clients 1.x is read as that.
 * @returns how many packets there are
 */
export function compareText3(body: string): number {
  const theirs = decodePayload(engines['2.x'], body);
  const { frames, fault } = plainPayload.unpack(body);
  readsAsDoubled(engine3.payload.unpack(body).frames.map(String), frames.map(String));
  const ours: EnginePacket[] = frames.map((frame) => engines['2.x'].decodePacket(frame, null, false));
  const bad = ours.findIndex(({ type }) => type === 'error');
  if (bad >= 0) ours.length = bad;
  if (bad >= 0 || fault) ours.push({ type: 'error', data: 'parser error' });
  if (hasOddLength(body)) assert.deepEqual(ours.slice(0, -1), theirs.slice(0, ours.length - 1));
  else assert.deepEqual(ours, theirs);
  for (const frame of frames) {
    const { type } = engines['2.x'].decodePacket(frame, null, false);
    const isRefused = verdict(decodeLast(engine3, [frame])) === 'malformed engine';
    if (String(frame)[0] !== 'b') assert.equal(isRefused, type === 'error');
  }
  return frames.length;
}

/** The same texts, or those whose UTF-8 bytes they are as characters. */
function readsAsDoubled(texts: readonly string[], written: readonly string[]): void {
  if (isDeepStrictEqual(texts, written)) return;
  // Half a surrogate pair is one unreadable character to us, and three to Node.
  const shown = (list: readonly string[]): string[] => list.map((text) => text.replace(/\ufffd+/g, '\ufffd'));
  assert.deepEqual(shown(texts), shown(written.map((text) => Buffer.from(text, 'latin1').toString())));
}

/** Whether the first length that is not of digits is a number all the same: with spaces, or in another notation. */
function hasOddLength(body: string): boolean {
  let rest = body;
  for (let found = /^([0-9]{1,15}):/.exec(rest); found; found = /^([0-9]{1,15}):/.exec(rest)) {
    const end = found[0].length + Number(found[1]);
    if (end > rest.length) return false;
    rest = rest.slice(end);
  }
  const length = rest.slice(0, Math.max(0, rest.indexOf(':')));
  return length !== '' && !Number.isNaN(Number(length));
}

/** Engine.IO 3 as bytes: the same packets, or the first of them. @returns whether we have read all */
export function compareBytes3(body: Buffer): boolean {
  const theirs = decodePayload(engines['2.x'], body);
  const { frames, fault } = engine3.payload.unpack(body);
  const ours = frames.map((frame) => engines['2.x'].decodePacket(frame, null, false));
  if (!fault) assert.deepEqual(ours, theirs);
  // Without a mark somewhere they give up before the first packet.
  else if (theirs[0]?.type !== 'error') assert.deepEqual(ours, theirs.slice(0, ours.length));
  return fault === undefined;
}

/** Revision 1: the same packets, or the first of them. */
export function compareBody1(body: string): void {
  // A length below zero leads the original back to where it has been: it is not asked.
  if (/\ufffd[^\ufffd]*-/.test(body)) return;
  const ours = framing.unpack(body).frames.map(String).map(genuine.decodePacket);
  assert.deepEqual(ours, genuine.decodePayload(body).slice(0, ours.length));
}
