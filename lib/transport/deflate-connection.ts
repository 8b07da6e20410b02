/** A WebSocket of `ws` that says why it ends, as ours do. */
import { WebSocket } from 'ws';
import { type Fault, faults } from './frame-faults.js';

/** Errors of what a client has sent, by the codes of `ws`: its words quote what came, and do not name our options. */
const faultsOfWs: Readonly<Record<string, Fault>> = {
  WS_ERR_UNSUPPORTED_MESSAGE_LENGTH: faults.tooLarge,
  WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH: faults.tooLarge,
  WS_ERR_TOO_MANY_BUFFERED_PARTS: faults.tooManyFragments,
  WS_ERR_UNEXPECTED_RSV_1: faults.reservedBit,
  WS_ERR_UNEXPECTED_RSV_2_3: faults.reservedBit,
  WS_ERR_INVALID_OPCODE: faults.misplaced,
  WS_ERR_EXPECTED_FIN: faults.fragmentedControl,
  WS_ERR_INVALID_CONTROL_PAYLOAD_LENGTH: faults.controlLength,
  WS_ERR_EXPECTED_MASK: faults.unmasked,
  WS_ERR_INVALID_CLOSE_CODE: faults.closeCode,
  WS_ERR_INVALID_UTF8: faults.notUtf8,
};

/** What an error says of the client's frames; nothing if it is about something else. */
export function faultOfWs(error: Error & { readonly code?: string }): Fault | undefined {
  const { code = '' } = error;
  return faultsOfWs[code] ?? (code.startsWith('Z_') ? faults.notDeflated : undefined);
}

export class DeflateConnection extends WebSocket {
  /** Of the end that waits for its words. */
  #code: number | undefined;

  /**
   * We give a text, be it empty. `ws` itself gives none: with what it makes of an error, which it tells next, or with
   * what the client has said, of which only the code goes back. @see RFC 6455, section 5.5.1
   */
  override close(code?: number, why?: string | Buffer): void {
    if (typeof why === 'string') super.close(code, why);
    else if (code !== undefined && why === undefined) this.#code = code;
    else super.close(code);
  }

  /** The words for an error that has been told. */
  explain(why: string): void {
    const code = this.#code;
    this.#code = undefined;
    if (code !== undefined) super.close(code, why);
  }
}
