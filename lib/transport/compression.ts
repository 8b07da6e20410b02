/** Bodies of answers to polls, compressed where the client can read that and the site wants it. */
import { Buffer } from 'node:buffer';
import type { ServerResponse } from 'node:http';
import { deflate, gzip, type ZlibOptions } from 'node:zlib';
import type { Frame } from '../codec/codec.js';
import type { HttpCompression } from '../option-compression.js';
import { preferred } from './encoding.js';
import type { Letter } from './envelope.js';
import type { Batch } from './transport.js';

const offered = ['gzip', 'deflate'] as const;

type Offered = (typeof offered)[number];
type Compress = (
  body: Frame,
  options: ZlibOptions,
  done: (error: Error | null, smaller: Buffer) => void,
) => void;

const compressions: Readonly<Record<Offered, Compress>> = { gzip, deflate };

/** The compression of this answer, if any; `undefined` costs small answers no more than a look at their length. */
export function encodingFor(
  res: ServerResponse,
  batch: Batch,
  body: Frame,
  { threshold }: HttpCompression,
): Offered | undefined {
  if (isShort(body, threshold)) return undefined;
  if (batch.spared?.every(Boolean)) return undefined;
  return preferred(res.req.headers['accept-encoding'], offered) as Offered | undefined;
}

/** A UTF-16 code unit takes 3 bytes of UTF-8 at most: most answers need not be measured. */
function isShort(body: Frame, threshold: number): boolean {
  return body.length * 3 < threshold || Buffer.byteLength(body) < threshold;
}

/**
 * The letter made smaller; `undefined` if it goes as it is.
 * @param isBare whether all who are sent the batch get the same body
 */
export function shrink(
  res: ServerResponse,
  batch: Batch,
  letter: Letter,
  isBare: boolean,
  compression: false | HttpCompression,
): Promise<Letter> | undefined {
  const encoding = compression && encodingFor(res, batch, letter.body, compression);
  if (!compression || !encoding) return undefined;
  return isBare ? compressed(batch, letter, encoding, compression) : compress(letter, encoding, compression);
}

/** What has been made of a batch, or is being made, for all who are sent the same bare body. */
const shared = new WeakMap<Batch, Partial<Record<Offered, Promise<Letter>>>>();

/** Compresses beside the event loop, once for all who share the batch. What can't be compressed stays as it is. */
export function compressed(
  batch: Batch,
  letter: Letter,
  encoding: Offered,
  compression: HttpCompression,
): Promise<Letter> {
  const made = shared.get(batch) ?? {};
  shared.set(batch, made);
  made[encoding] ??= compress(letter, encoding, compression);
  return made[encoding];
}

/** The same for a body that nobody else gets. */
export function compress(letter: Letter, encoding: Offered, compression: HttpCompression): Promise<Letter> {
  return new Promise((resolve) => {
    compressions[encoding](letter.body, compression as ZlibOptions, (error, smaller) => {
      if (error) resolve(letter);
      else resolve({ body: smaller, headers: [...letter.headers, 'Content-Encoding', encoding] });
    });
  });
}
