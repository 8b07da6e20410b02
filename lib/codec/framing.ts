/** Several revision-1 packets in one HTTP body, each behind its length in UTF-16 code units. */
import { partOf } from '../own-text.js';
import type { Frame, PayloadFormat } from './codec.js';

// payload = "" / packet / 1*( mark length mark packet )
// mark    = U+FFFD                      ; no packet begins with it, but a packet may contain it
// length  = 1*DIGIT                     ; UTF-16 code units, not bytes

const MARK = '\ufffd';

/** A length longer than any body; digits beyond it mean the same. */
const LENGTH = /^[0-9]{1,15}$/;

function pack(frames: readonly Frame[]): string {
  const [first, ...others] = frames;
  if (first === undefined) return '';
  if (others.length === 0) return first.toString();
  let body = '';
  for (const frame of frames) {
    const text = frame.toString();
    body += `${MARK}${text.length}${MARK}${text}`;
  }
  return body;
}

/** A fault ends the reading but not the connection: these clients never heard of being cut off for one. */
function unpack(body: Frame): { readonly frames: string[] } {
  const text = body.toString();
  if (!text.startsWith(MARK)) return { frames: text === '' ? [] : [text] };
  const frames: string[] = [];
  let at = 0;
  while (text[at] === MARK) {
    const start = text.indexOf(MARK, at + 1) + 1;
    // `start` is 0 if there is no second mark, and then there is no number either.
    const length = text.slice(at + 1, Math.max(at + 1, start - 1));
    if (!LENGTH.test(length)) break;
    at = start + Number(length);
    // No frame begins with a colon: the length was too short and cut the head of a packet, which must not be believed.
    if (text[at] === ':') break;
    // What is said as text goes to the program as it stands here.
    frames.push(partOf(text, start, at));
  }
  return { frames };
}

/** @see revision 1, "Payload framing" */
export const framing: PayloadFormat = { pack, unpack };
