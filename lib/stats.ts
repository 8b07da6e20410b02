/** What `io.stats()` says: how things stand, looked up when it is asked; and what has happened, counted all the while. */
import type { DisconnectReason, RefusalCode } from './errors.js';
import type { Load } from './namespace/load.js';
import type { Namespace } from './namespace/namespace.js';
import type { LimitName, TransportName } from './options.js';
import type { Session } from './session/session.js';
import type { Watch } from './watch/watch.js';

type Counts<Name extends PropertyKey> = Readonly<Partial<Record<Name, number>>>;

/** Frozen, and the same no more when something happens: ask again. What is 0 is absent where there are names. */
export interface Stats {
  /** All sessions, as in `io.engine.clientsCount`. */
  readonly clientsCount: number;
  /** Open sessions, by generation (as in the option `generations`) and transport: `{ 4: { polling: 2, websocket: 7 } }`. */
  readonly sessions: Readonly<Record<number, Counts<TransportName>>>;
  /** Sessions that have shaken hands and have no transport yet. */
  readonly opening: number;
  /** Sessions that have ended for their sockets, and are held until their clients know or are given up. */
  readonly closing: number;
  /** In all namespaces: those that have joined, and those that middlewares still have. */
  readonly sockets: { readonly joined: number; readonly pending: number };
  /** Bytes that wait for clients, as in `socket.bufferedAmount`. */
  readonly bufferedAmount: number;
  /** What `for await` holds for clients that are here: mailboxes, messages in them, bytes of these on the wire. */
  readonly mailboxes: { readonly count: number; readonly messages: number; readonly bytes: number };
  /** Acknowledgements that clients owe. */
  readonly pendingAcks: number;

  /** Since the server was made: clients that were let in. */
  readonly handshakes: number;
  /** Since then: requests and upgrades that were refused, by the code of the refusal. */
  readonly refusals: Counts<RefusalCode>;
  /** Since then: how often a bound was reached, by the option that says how much there may be. */
  readonly limits: Counts<LimitName>;
  /** Since then: sessions that ended, by reason. */
  readonly closes: Counts<DisconnectReason>;
}

/** Looks at each session and each socket once. */
export function takeStock(watch: Watch, sessions: Iterable<Session>, namespaces: Iterable<Namespace>): Stats {
  return Object.freeze({
    ...ofSessions(sessions),
    ...ofSockets(namespaces),
    handshakes: watch.sessions,
    refusals: watch.refusals.shown,
    limits: watch.limits.shown,
    closes: watch.closes.shown,
  });
}

type Open = Record<number, Partial<Record<TransportName, number>>>;

function ofSessions(sessions: Iterable<Session>) {
  const open: Open = {};
  let [clientsCount, opening, closing, bufferedAmount] = [0, 0, 0, 0];
  for (const session of sessions) {
    clientsCount += 1;
    bufferedAmount += session.bufferedAmount;
    if (session.readyState === 'closing') closing += 1;
    else if (!session.carrier) opening += 1;
    else addTo(open, session.birth.protocol, session.carrier.name);
  }
  for (const transports of Object.values(open)) Object.freeze(transports);
  return { clientsCount, sessions: Object.freeze(open), opening, closing, bufferedAmount };
}

function addTo(open: Open, generation: number, transport: TransportName): void {
  const transports = open[generation] ?? {};
  transports[transport] = (transports[transport] ?? 0) + 1;
  open[generation] = transports;
}

function ofSockets(namespaces: Iterable<Namespace>) {
  let [joined, pending] = [0, 0];
  const load: Load = { mailboxes: 0, messages: 0, bytes: 0, acks: 0 };
  for (const namespace of namespaces) {
    joined += namespace.members.size;
    pending += namespace.pending;
    for (const socket of namespace.members.values()) socket.weigh(load);
  }
  const { mailboxes: count, messages, bytes, acks: pendingAcks } = load;
  return {
    sockets: Object.freeze({ joined, pending }),
    mailboxes: Object.freeze({ count, messages, bytes }),
    pendingAcks,
  };
}
