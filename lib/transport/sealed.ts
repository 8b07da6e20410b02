/** Answers that may be more than a string or a body can hold: that is seen when they are made, and is their client's end alone. */
import type { PayloadFormat } from '../codec/codec.js';
import { textOf } from '../errors.js';
import type { Envelope, Letter } from './envelope.js';
import type { PollGapEvents } from './poll-gap.js';
import type { Batch } from './transport.js';

/** What carries the batch; `undefined` if it cannot be written: to try again would fail again, and hold up what is behind. */
export function sealed(
  envelope: Envelope,
  batch: Batch,
  pack: PayloadFormat['pack'],
  up: Pick<PollGapEvents, 'failed'>,
): Letter | undefined {
  try {
    return envelope.sealBatch(batch, pack);
  } catch (error) {
    up.failed('transport error', `a message that cannot be written: ${textOf(error)}`);
    return undefined;
  }
}
