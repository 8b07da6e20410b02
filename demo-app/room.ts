/** One room: its history and who is there. */
import { History } from './history.js';
import { limits } from './limits.js';
import type { User } from './sessions.js';

export class Room {
  readonly name: string;
  /** A room that stays even when it is empty and its place is wanted. */
  readonly permanent: boolean;
  readonly history = new History();
  readonly #people = new Map<string, { user: User; windows: Set<string> }>();

  constructor(name: string, { permanent = false } = {}) {
    this.name = name;
    this.permanent = permanent;
  }

  /** The name under which Socket.IO knows this room; the prefix keeps it apart from socket ids. */
  get channel(): string {
    return `room:${this.name}`;
  }

  get empty(): boolean {
    return this.#people.size === 0;
  }

  /** A window of this user opens the room. @returns whether the user was not here in another window already */
  enter(user: User, window: string): boolean {
    const there = this.#people.get(user.id);
    if (there) there.windows.add(window);
    else this.#people.set(user.id, { user, windows: new Set([window]) });
    return !there;
  }

  /** A window of this user leaves the room. @returns whether it was the last one */
  leave(user: User, window: string): boolean {
    const there = this.#people.get(user.id);
    if (!there?.windows.delete(window) || there.windows.size > 0) return false;
    return this.#people.delete(user.id);
  }

  /** Who is here, each once; the list is cut, the count is not. */
  people(): { count: number; people: User[] } {
    const people = [...this.#people.values()].slice(0, limits.listedPeople).map(({ user }) => user);
    return { count: this.#people.size, people };
  }

  /** Whether somebody else of this name is here. */
  hasNamesake(user: User): boolean {
    const name = user.name.toLowerCase();
    return [...this.#people.values()].some(
      ({ user: other }) => other.id !== user.id && other.name.toLowerCase() === name,
    );
  }
}
