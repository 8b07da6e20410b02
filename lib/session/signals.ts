/** Signals as they are written: one without data is the same for every client, and is made once. */
import type { Codec, Signal } from '../codec/codec.js';
import { sizeOf } from '../codec/parcel.js';
import { Trail } from './trail.js';

const made = new WeakMap<Codec, Map<Signal['type'], Trail>>();

/** A signal that may be queued, or sent alone. */
export function written(codec: Codec, signal: Signal): Trail {
  if (signal.data !== undefined) return write(codec, signal);
  const ofCodec = made.get(codec) ?? new Map<Signal['type'], Trail>();
  made.set(codec, ofCodec);
  const trail = ofCodec.get(signal.type) ?? write(codec, signal);
  ofCodec.set(signal.type, trail);
  return trail;
}

function write(codec: Codec, signal: Signal): Trail {
  const frames = [codec.signal(signal)];
  return new Trail({ frames, bytes: sizeOf(frames) });
}
