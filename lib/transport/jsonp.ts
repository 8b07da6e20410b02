/** Polling in a script envelope: answers are scripts that call the page, POSTs are forms. For browsers without CORS. */
import type { Frame } from '../codec/codec.js';
import type { Envelope, Letter } from './envelope.js';
import { fieldOf } from './form.js';
import { call, scriptHeaders as headers, literal, packingLiterally } from './script.js';

// answer = "___eio[" index "](" string ");"   ; a string that is the same in JSON and in every JavaScript
// form   = "d=" payload                       ; a line feed is written as a backslash and "n",
//                                             ; a backslash before "n" is doubled

/**
 * @param index digits: the place of the page's function that takes the answer
 * @see engine.io-protocol v3, "JSONP"
 */
export function scripted(index: string): Envelope {
  const callee = `___eio[${index}]`;
  const seal = (text: string): Letter => ({ body: call(callee, text), headers });
  return {
    seal: (payload) => seal(literal(payload.toString())),
    sealBatch: (batch, pack) => seal(batch.packed(packingLiterally(pack))),
    open,
  };
}

/** A body without the field carries nothing; the originals answered it with `ok`. */
function open(body: Frame): Frame | undefined {
  if (typeof body !== 'string') return undefined;
  const payload = fieldOf(body, 'd');
  // Not by one expression with a function: a body of nothing else would hold up everybody.
  return payload?.split('\\\\n').map(withBreaks).join('\\n');
}

function withBreaks(part: string): string {
  return part.split('\\n').join('\n');
}
