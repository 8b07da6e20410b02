/** What keeps an Engine.IO connection alive or ends it, as text; revisions 3 and 4 write it alike. */
import type { Malformed, Signal } from './codec.js';
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
