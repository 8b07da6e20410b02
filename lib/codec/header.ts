/** What stands before the JSON in a Socket.IO packet. */
import { PacketType } from '../packet.js';
import type { DecodeLimits, Malformed } from './codec.js';
import { longNamespace, socketFault } from './malformed.js';

/** The head of one packet, and where its JSON begins. */
export interface Header {
  /** As on the wire: 5 and 6 are the binary forms of 2 and 3. */
  readonly type: number;
  /** How many binary messages belong to this packet. */
  readonly attachments: number;
  readonly nsp: string;
  readonly id: number | undefined;
  /** The offset of the JSON, or the length of the text if there is none. */
  readonly end: number;
}

const BINARY_EVENT = 5;
const BINARY_ACK = 6;
const ZERO = 0x30;
const NINE = 0x39;
const HYPHEN = 0x2d;
const SLASH = 0x2f;

/** Most digits of an id: more could not be told apart as numbers. */
const ID_DIGITS = 15;

/**
 * Reads type, attachments, namespace and id.
 * @param at where the packet begins in the text
 * @see message.ts for the grammar
 */
export function readHeader(text: string, at: number, limits: DecodeLimits): Header | Malformed {
  const type = text.charCodeAt(at) - ZERO;
  if (!(type >= 0 && type <= BINARY_ACK)) return socketFault('unknown packet type');
  if (type < BINARY_EVENT) return readAddress(text, at + 1, type, 0, limits);
  const hyphen = digitsEnd(text, at + 1);
  if (text.charCodeAt(hyphen) !== HYPHEN || hyphen === at + 1 || text.charCodeAt(at + 1) === ZERO) {
    return socketFault('the number of attachments is not a positive integer');
  }
  const attachments = Number(text.slice(at + 1, hyphen));
  if (attachments > limits.maxAttachments) return socketFault('more than maxAttachments attachments');
  return readAddress(text, hyphen + 1, type, attachments, limits);
}

/** The namespace and the id. */
function readAddress(
  text: string,
  at: number,
  type: number,
  attachments: number,
  limits: DecodeLimits,
): Header | Malformed {
  let nsp = '/';
  if (text.charCodeAt(at) === SLASH) {
    const comma = text.indexOf(',', at);
    const end = comma < 0 ? text.length : comma;
    nsp = text.slice(at, end);
    // In a CONNECT there may be more than a name; whoever reads that measures the name.
    const fault = type === PacketType.CONNECT ? undefined : longNamespace(nsp, limits);
    if (fault) return fault;
    at = comma < 0 ? end : end + 1;
  }
  const end = digitsEnd(text, at);
  if (end - at > ID_DIGITS) return socketFault(`an id of more than ${ID_DIGITS} digits`);
  return { type, attachments, nsp, id: end > at ? Number(text.slice(at, end)) : undefined, end };
}

function digitsEnd(text: string, at: number): number {
  for (;;) {
    const code = text.charCodeAt(at);
    // NaN at the end of the text is not a digit either.
    if (!(code >= ZERO && code <= NINE)) return at;
    at += 1;
  }
}
