/** What sockets and selections may know of their namespace. */
import type { Adapter, SocketDescription } from '../adapter/contract.js';
import type { Options } from '../options.js';
import type { Owed } from './owed.js';

/** The options that matter here. */
export type NamespaceOptions = Pick<
  Options,
  | 'onError'
  | 'maxPendingAcks'
  | 'ackTimeout'
  | 'mailboxMessages'
  | 'mailboxBytes'
  | 'cleanupEmptyChildNamespaces'
  | 'connectionStateRecovery'
>;

/** Those who can be spoken to. */
export interface Audience {
  readonly name: string;
  readonly adapter: Adapter;
  readonly options: NamespaceOptions;
  /** Connected sockets. */
  readonly members: { get(id: string): SocketDescription | undefined };
  /** The next acknowledgement's number. */
  readonly ids: { next: number };
  /** Whether anybody has ever listened in on what a client here is told. */
  overheard: boolean;
  /** What answers are waited for. */
  readonly owed: Set<Owed>;
}
