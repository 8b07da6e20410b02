/** How requests of one dialect are served: its steps, its endpoints, and the form of its refusals. */
import type { ServerResponse } from 'node:http';
import type { SocketioError } from '../errors.js';
import type { Step, Visit } from './checks.js';
import type { Ticket } from './ticket.js';

export interface Dialect {
  /** What a request that has come through the site's stack has to pass. */
  readonly steps: readonly Step[];
  /** Somebody new, who has passed. */
  enter(visit: Visit): void;
  /** A request that names a session. @throws {SocketioError} what the client is told */
  serve(visit: Visit): void;
  /** @returns the status of the answer */
  refuse(res: ServerResponse, error: SocketioError, ticket: Ticket): number;
}
