/** What keeps an Engine.IO connection alive or ends it, as text; revisions 3 and 4 write it alike. */
import type { Malformed, Shown, Signal } from './codec.js';
import { engineFault } from './malformed.js';

// signal = type *CHAR                   ; "4" is a message and no signal

const digits: Readonly<Record<Signal['type'], string>> = {
  open: '0',
  close: '1',
  ping: '2',
  pong: '3',
  upgrade: '5',
  noop: '6',
};

/** @see engine.io-protocol v4, "Packet encoding" */
export function writeSignal({ type, data }: Signal): string {
  return digits[type] + (data ?? '');
}

/** Reads a text that is no message. */
export function readSignal(text: string): Signal | Malformed {
  switch (text[0]) {
    case '0':
      return { type: 'open' };
    case '1':
      return { type: 'close' };
    case '2':
      return { type: 'ping', ...dataOf(text) };
    case '3':
      return { type: 'pong', ...dataOf(text) };
    case '5':
      return { type: 'upgrade' };
    case '6':
      return { type: 'noop' };
    case undefined:
      return engineFault('an empty packet');
    default:
      return engineFault('unknown packet type');
  }
}

function dataOf(text: string): { data?: string } {
  return text.length > 1 ? { data: text.slice(1) } : {};
}

const shown: Readonly<Record<string, Shown['type']>> = {
  ...Object.fromEntries(Object.entries(digits).map(([type, digit]) => [digit, type as Shown['type']])),
  '4': 'message',
};

/** What engines hand on in place of a packet that they cannot read. @see engine.io-parser 5 */
export const unreadable: Shown = { type: 'error', data: 'parser error' };

/** Any text, messages included. */
export function showText(text: string): Shown {
  const type = shown[text.charAt(0)];
  if (!type) return unreadable;
  return text.length > 1 ? { type, data: text.slice(1) } : { type };
}
