/** What a generation's clients expect when they join, as a value: what is joined, under which id, who may be spoken to. */
import type { DisconnectReason } from '../errors.js';
import type { Handshake } from '../namespace/wire.js';
import { type Packet, PacketType } from '../packet.js';
import { newId } from './id.js';

export interface Manners {
  /** What a client has said by connecting alone. */
  readonly implied: readonly Packet[];
  /** Whether its clients can come back for what they have missed. */
  readonly returns?: true;
  /** Whether what makes no sense in a namespace is passed over; otherwise it ends the connection. */
  readonly forgiving: boolean;
  /** Whether the client speaks in a namespace before it knows that it has joined: it is heard once it has. */
  readonly hasty: boolean;
  /** The namespace that is the connection: leaving it ends all. */
  readonly base: string | undefined;
  /** What a client's own goodbye means to the application, and whether it is said in return. */
  readonly farewell: { readonly reason: DisconnectReason; readonly answered: boolean };
  /** The id of this session's socket in a namespace. */
  idFor(nsp: string, sid: string): string;
  /** The handshake of a socket: that of the connection, and what the client said when it asked for the namespace. */
  introduce(handshake: Handshake, auth: Handshake['auth']): Handshake;
}

/** What a connection has said for itself before it asks for a namespace. */
export const unspoken: Handshake['auth'] = Object.freeze({});

/** Every namespace is asked for, and in each the client is somebody else. @see socket.io-protocol v5 */
export const asking: Manners = {
  implied: [],
  returns: true,
  forgiving: false,
  hasty: false,
  base: undefined,
  farewell: { reason: 'transport close', answered: false },
  idFor: () => newId(),
  // Most clients have one socket: it takes what the connection has, and only others get copies.
  introduce: (handshake, auth) =>
    handshake.auth === unspoken ? Object.assign(handshake, { auth }) : anew(handshake, auth),
};

/** What the program has put on the first one (who somebody is, what he may do) is said of one namespace, and stays there. */
function anew(
  { headers, time, address, xdomain, secure, issued, url, query }: Handshake,
  auth: Handshake['auth'],
): Handshake {
  return { headers, time, address, xdomain, secure, issued, url, query, auth };
}

/**
 * Whoever connects is in `/`, and is called after the session everywhere: clients make up their ids themselves. What
 * they say of themselves stands in the address of the namespace, and counts as a part of the query.
 * @see socket.io-protocol v4
 */
export const arriving: Manners = {
  ...asking,
  implied: [{ type: PacketType.CONNECT, nsp: '/' }],
  forgiving: true,
  idFor: (nsp, sid) => (nsp === '/' ? sid : `${nsp}#${sid}`),
  introduce: (handshake, auth) => ({
    ...handshake,
    query: { ...(auth as Handshake['query']), ...handshake.query },
    auth,
  }),
};

/**
 * The same, but `/` is the connection itself, and nobody waits for the answer before speaking in another namespace.
 * @see revision 1, "Session life" and "Namespaces"
 */
export const present: Manners = {
  ...arriving,
  hasty: true,
  base: '/',
  farewell: { reason: 'client namespace disconnect', answered: true },
};
