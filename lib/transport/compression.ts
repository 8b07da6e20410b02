/** Bodies of answers to polls, compressed where the client can read that and the site wants it. */
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
  compression: false | HttpCompression,
): Offered | undefined {
  if (!compression || isShort(body, compression.threshold)) return undefined;
  if (batch.spared?.every(Boolean)) return undefined;
  return preferred(res.req.headers['accept-encoding'], offered) as Offered | undefined;
}

/** A UTF-16 code unit takes 3 bytes of UTF-8 at most: most answers need not be measured. */
function isShort(body: Frame, threshold: number): boolean {
  return body.length * 3 < threshold || Buffer.byteLength(body) < threshold;
}

/** Compresses beside the event loop. What can't be compressed is handed back as it is. */
export function compressed(
  letter: Letter,
  encoding: Offered,
  compression: HttpCompression,
  done: (letter: Letter) => void,
): void {
  compressions[encoding](letter.body, compression as ZlibOptions, (error, smaller) => {
    if (error) return done(letter);
    done({ body: smaller, headers: { ...letter.headers, 'Content-Encoding': encoding } });
  });
}
