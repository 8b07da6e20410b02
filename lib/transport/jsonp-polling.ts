/**
 * Polling in the script envelope of revision 1: answers call `io.j[…]`, POSTs are forms with one field.
 *
 * How it is used: as the envelope of a `PollingTransport`; `jsonpPolling(query.i)` takes the index as the client sent it.
 */
import type { Frame } from '../codec/codec.js';
import type { Envelope, Letter } from './envelope.js';
import { fieldOf } from './form.js';
import { call, literal, packingLiterally, scriptHeaders } from './script.js';

// answer = "io.j[" index "](" string ");"
// form   = "d=" ( string / payload )       ; clients since 0.8.6 write a JSON string, those before it the bare payload
//
// No payload begins with a quote, so the two can't be taken for each other. Browsers write every line break of a form
// as CR LF; that was the reason for the string, and in a bare payload it has to be undone.

/** Nothing but a number ever stands in a script. */
const INDEX = /^[0-9]{1,9}$/;

const headers = [
  ...scriptHeaders,
  // The filters of that time took an answer that repeats a part of the URL for an attack, and emptied it.
  'X-XSS-Protection',
  '0',
];

/**
 * @param index the place of the page's function that takes the answer; anything but digits is read as 0
 * @see revision 1, "jsonp-polling"
 */
export function jsonpPolling(index: string | readonly string[] | undefined): Envelope {
  const place = typeof index === 'string' && INDEX.test(index) ? index : '0';
  const seal = (text: string): Letter => ({ body: call(`io.j[${place}]`, text), headers });
  return {
    seal: (payload) => seal(literal(payload.toString())),
    sealBatch: (batch, pack) => seal(batch.packed(packingLiterally(pack))),
    open,
  };
}

function open(body: Frame): Frame | undefined {
  if (typeof body !== 'string') return undefined;
  const field = fieldOf(body, 'd');
  if (field?.startsWith('"')) return stringIn(field);
  return field?.replaceAll('\r\n', '\n');
}

/** @returns `undefined` if the text is no JSON string: no client sends that, and no client hears of it */
function stringIn(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'string' ? value : undefined;
  } catch {
    // The bare payload of an old client never begins with a quote: there is nothing to read here.
    return undefined;
  }
}
