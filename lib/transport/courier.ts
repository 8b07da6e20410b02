/** How a connection comes from `ws`, which shakes hands for us, into a transport of ours. */
import { constants } from 'node:buffer';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { DeflateConnection } from './deflate-connection.js';
import { nobody, type Transport } from './transport.js';
import { type ConnectionLimits, WebSocketTransport } from './websocket.js';
import { type CarryOptions, DeflateTransport } from './websocket-deflate.js';

/**
 * Takes the place of a `WebSocket` for connections that are not compressed: a real one has an emitter, two streams and
 * ten listeners, more memory than all else that an idle connection has.
 *
 * `ws` documents that its class may be replaced, and means subclasses. What it does with one is `new`, to set
 * `_protocol`, and `setSocket`; a spec holds on to that.
 */
export class Courier {
  readonly limits: ConnectionLimits;

  constructor(limits: ConnectionLimits) {
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

/** For the option `WebSocket` of `WebSocketServer`. */
export function couriers({ maxBytes, ...others }: ConnectionLimits): typeof WebSocket {
  // A longer text could be received, but not be made a string.
  const limits = { ...others, maxBytes: Math.min(maxBytes, constants.MAX_STRING_LENGTH) };
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
 */
export function carry(
  connection: WebSocket | Courier,
  socket: Duplex,
  { threshold, maxControlFrames }: CarryOptions,
): Transport {
  if (connection instanceof Courier) return new WebSocketTransport(socket, connection.limits, nobody);
  if (!(connection instanceof DeflateConnection)) throw new TypeError('a WebSocket of somebody else');
  return new DeflateTransport(connection, socket, nobody, { threshold, maxControlFrames });
}

/** An error ends the connection, which is heard of by its end. */
function endFollows(): void {}
