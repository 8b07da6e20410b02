/** Methods that Node makes anew for each connection of an HTTP server, though they are the same for all: kept once. */
import type { Socket } from 'node:net';

type Methods = Pick<Socket, 'on' | 'addListener' | 'prependListener'>;

/** What Node calls each of them; whatever somebody else has put in their place stays. */
const NODES_OWN = 'socketListenerWrap';

let shared: Methods | undefined;

/**
 * They pass on to the HTTP parser who listens to the bytes, and know nothing but their `this`: those of one connection
 * serve any. With their scopes they are 312 bytes, and a polling client has two connections: 6 % of what an idle one weighs.
 */
export function shareMethods(socket: Socket): void {
  if (socket.on === shared?.on || !isNodesOwn(socket)) return;
  const { on, addListener, prependListener } = socket;
  shared ??= { on, addListener, prependListener };
  Object.assign(socket, shared);
}

function isNodesOwn({ on, addListener, prependListener }: Methods): boolean {
  return on.name === NODES_OWN && addListener.name === NODES_OWN && prependListener.name === NODES_OWN;
}
