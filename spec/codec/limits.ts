/** Bounds for codec specs, and how a spec feeds a decoder. */
import type { Codec, Decoded, DecodeLimits, Frame } from '../../lib/codec/codec.js';

/** The defaults of the options. */
export const limits: DecodeLimits = {
  maxAttachments: 10,
  maxPayload: 1_000_000,
  maxArguments: 1_000,
  maxDepth: 512,
  maxValues: 200_000,
  maxNameLength: 1_024,
  maxNamespaceLength: 256,
};

/** What one new decoder says of each frame in turn. */
export function decodeAll(codec: Codec, frames: readonly Frame[], bounds: DecodeLimits = limits): Decoded[] {
  const decoder = codec.decoder(bounds);
  return frames.map((frame) => decoder.decode(frame));
}

/** What it says of the last one. */
export function decodeLast(codec: Codec, frames: readonly Frame[], bounds: DecodeLimits = limits): Decoded {
  return decodeAll(codec, frames, bounds).at(-1);
}

/** `malformed` and the layer, or the type of anything else; for short tables. */
export function verdict(decoded: Decoded): string {
  if (decoded === undefined) return 'nothing';
  return decoded.type === 'malformed' ? `malformed ${decoded.layer}` : `${decoded.type}`;
}

/** All beginnings of a text or a body, the empty one included. */
export function* cuts<T extends string | Buffer>(whole: T): Generator<T> {
  for (let end = 0; end <= whole.length; end += 1) yield whole.slice(0, end) as T;
}
