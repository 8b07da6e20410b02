/** Which sessions live: id to session, and how many come from where. */
import { Roster } from '../roster.js';
import { Crowd, type CrowdLimits } from './crowd.js';
import type { Session } from './session.js';

export class Registry {
  readonly crowd: Crowd;
  readonly #sessions = new Roster<string, Session>();

  constructor(limits: CrowdLimits) {
    this.crowd = new Crowd(limits);
  }

  get size(): number {
    return this.#sessions.size;
  }

  get(id: string): Session | undefined {
    return this.#sessions.get(id);
  }

  add(session: Session): void {
    this.#sessions.set(session.id, session);
  }

  remove(session: Session): void {
    this.#sessions.delete(session.id);
    this.crowd.leave(session);
  }

  values(): IterableIterator<Session> {
    return this.#sessions.values();
  }
}
