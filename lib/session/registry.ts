/** Which sessions live: id to session. */
import type { Session } from './session.js';

export class Registry {
  readonly #sessions = new Map<string, Session>();

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
  }

  values(): IterableIterator<Session> {
    return this.#sessions.values();
  }
}
