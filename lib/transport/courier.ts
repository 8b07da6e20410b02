/** How a connection comes from `ws`, which shakes hands for us, into a transport of ours. */
import { constants } from 'node:buffer';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { FrameLimits } from './frames.js';
import { nobody, type Transport } from './transport.js';
import { WebSocketTransport } from './websocket.js';
import { DeflateTransport } from './websocket-deflate.js';

/**
 * Takes the place of a `WebSocket` for connections that are not compressed: a real one has an emitter, two streams and
 * ten listeners, more memory than all else that an idle connection has.
 *
 * `ws` documents that its class may be replaced, and means subclasses. What it does with one is `new`, to set
 * `_protocol`, and `setSocket`; a spec holds on to that.
 */
export class Courier {
  readonly limits: FrameLimits;

  constructor(limits: FrameLimits) {
    this.limits = limits;
  }

  /** The answer has been written. @throws for a connection that is a WebSocket already */
  setSocket(socket: Duplex, head: Buffer): void {
    if (socket.listeners('error').includes(endFollows)) throw new Error('a WebSocket already');
    socket.on('error', endFollows);
    // The site's idle limit for requests is not one for this connection.
    if (socket instanceof Socket) socket.setTimeout(0).setNoDelay();
    // The HTTP server leaves its connections half open. Node ends our side then, behind what still waits.
    socket.allowHalfOpen = false;
    if (head.length > 0) socket.unshift(head);
  }
}

/** For the option `WebSocket` of `WebSocketServer`. @param maxPayload most bytes of one message */
export function couriers(maxPayload: number, maxFragments: number): typeof WebSocket {
  // A longer text could be received, but not be made a string.
  const limits = { maxBytes: Math.min(maxPayload, constants.MAX_STRING_LENGTH), maxFragments };
  const courier = class extends Courier {
    constructor() {
      super(limits);
    }
  };
  return courier as unknown as typeof WebSocket;
}

/**
 * A transport that has told nothing yet: call `reportTo` in the same turn.
 * @param connection what `handleUpgrade` has called back with
 * @param socket the stream under it
 * @param threshold bytes below which nothing is compressed, where that has been negotiated
 */
export function carry(connection: WebSocket | Courier, socket: Duplex, threshold: number): Transport {
  if (connection instanceof Courier) return new WebSocketTransport(socket, connection.limits, nobody);
  return new DeflateTransport(connection, socket, nobody, threshold);
}

/** An error ends the connection, which is heard of by its end. */
function endFollows(): void {}
