/** The policy file that Flash asks for before it opens a socket: on the HTTP port, where the parser has stumbled over it. */
import { Buffer } from 'node:buffer';
import type { Duplex } from 'node:stream';
import type { FlashPolicy } from '../option-flash.js';

/** What Flash sends, all of it. @see revision 1, "flashsocket" */
const REQUEST = '<policy-file-request/>\0';
/** Milliseconds in which the rest of a request, and the end of the connection, must come. */
export const PATIENCE = 5_000;

const HEAD =
  '<?xml version="1.0"?><!DOCTYPE cross-domain-policy SYSTEM "http://www.macromedia.com/xml/dtds/cross-domain-policy.dtd">';

/** @returns the XML; Flash reads it up to the end of the connection */
export function policyFile({ domains, ports }: FlashPolicy): string {
  const list = ports.join();
  const rules = domains.map(
    (domain) => `<allow-access-from domain="${escaped(domain)}" to-ports="${escaped(list)}"/>`,
  );
  return `${HEAD}<cross-domain-policy>${rules.join('')}</cross-domain-policy>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Writes the file and ends the connection; what else the client says is thrown away. */
export function hand(socket: Duplex, file: string): void {
  const deadline = setTimeout(() => socket.destroy(), PATIENCE).unref();
  socket.on('error', () => socket.destroy());
  socket.on('close', () => clearTimeout(deadline));
  // Closing in front of unread bytes would reset the connection, and the file might not arrive.
  socket.resume();
  socket.end(file);
}

/** What Node tells of a request that its parser could not read. */
interface ParserError extends Error {
  readonly code?: unknown;
  readonly rawPacket?: unknown;
}

/** A connection that may be asking for the file, as far as it has come. */
interface Asking {
  readonly text: string;
  readonly deadline: NodeJS.Timeout;
}

/** Watches what an HTTP server could not read, and answers what is a request for the file. */
export class PolicyDesk {
  readonly #file: string;
  readonly #asking = new WeakMap<Duplex, Asking>();

  constructor(policy: FlashPolicy) {
    this.#file = policyFile(policy);
  }

  /**
   * @param pass lets Node deal with it as if we were not here; called if a request that has begun does not go on
   * @returns whether it is taken
   */
  takes(error: ParserError, socket: Duplex, pass: () => void): boolean {
    const before = this.#asking.get(socket);
    if (before) this.#forget(socket, before);
    const piece = pieceOf(error);
    const text = `${before?.text ?? ''}${piece ?? ''}`;
    if (!piece || !REQUEST.startsWith(text) || !isAlone(socket, text)) return false;
    if (text === REQUEST) hand(socket, this.#file);
    else this.#wait(socket, text, pass);
    return true;
  }

  /** The request comes in pieces; the parser stumbles over each. */
  #wait(socket: Duplex, text: string, pass: () => void): void {
    const giveUp = (): void => {
      this.#asking.delete(socket);
      if (!socket.destroyed) pass();
    };
    this.#asking.set(socket, { text, deadline: setTimeout(giveUp, PATIENCE).unref() });
  }

  #forget(socket: Duplex, { deadline }: Asking): void {
    clearTimeout(deadline);
    this.#asking.delete(socket);
  }
}

/** What the parser could not read, if no method of HTTP begins so. */
function pieceOf({ code, rawPacket }: ParserError): string | undefined {
  if (code !== 'HPE_INVALID_METHOD' || !Buffer.isBuffer(rawPacket)) return undefined;
  return rawPacket.toString('latin1');
}

/** Whether nothing else has ever been said on the connection, by either side. */
function isAlone(socket: Duplex, text: string): boolean {
  const { bytesRead, bytesWritten } = socket as {
    readonly bytesRead?: number;
    readonly bytesWritten?: number;
  };
  return bytesRead === text.length && bytesWritten === 0;
}
