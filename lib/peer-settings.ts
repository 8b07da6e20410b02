/** What all clients have in common where their sessions meet their sockets. */
import type { Namespaces } from './namespace/namespaces.js';
import type { Options } from './options.js';
import type { AnteroomBounds } from './session/anteroom.js';
import type { AuthBounds } from './session/auths.js';
import type { EntireLimits } from './session/entire.js';
import type { Session } from './session/session.js';
import type { Wheel } from './session/wheel.js';
import type { Watch } from './watch/watch.js';

export interface PeerSettings extends AnteroomBounds, AuthBounds, EntireLimits {
  readonly namespaces: Namespaces;
  readonly wheel: Wheel;
  readonly connectTimeout: number;
  readonly maxNamespaces: number;
  readonly maxEventsPerSecond: number;
  readonly watch: Watch;
  readonly onError: Options['onError'];
  /** The session is in a namespace: told once. */
  readonly joined: (session: Session) => void;
  /** The session has ended and may be forgotten. */
  readonly ended: (session: Session) => void;
}
