/** How a polling client's payload stands in HTTP bodies: bare, or in something that carries it. */
import type { Frame, PayloadFormat } from '../codec/codec.js';
import type { Batch } from './transport.js';

/** Headers as names and values in turn: Node writes such a list as it is, and makes no table of it first. */
export type HeaderPairs = readonly string[];

/** The body of an answer, and the headers that say what it is. */
export interface Letter {
  readonly body: Frame;
  readonly headers: HeaderPairs;
}

export interface Envelope {
  seal(payload: Frame): Letter;
  /** The same for what many may be sent: what is alike for all of them is made once. */
  sealBatch(batch: Batch, pack: PayloadFormat['pack']): Letter;
  /** What the body of a POST carries; `undefined` if that is nothing. */
  open(body: Frame): Frame | undefined;
}

const text = ['Content-Type', 'text/plain; charset=UTF-8'];
const bytes = ['Content-Type', 'application/octet-stream'];

function seal(payload: Frame): Letter {
  return { body: payload, headers: typeof payload === 'string' ? text : bytes };
}

export const bare: Envelope = {
  seal,
  sealBatch: (batch, pack) => seal(batch.packed(pack)),
  open: (body) => body,
};
