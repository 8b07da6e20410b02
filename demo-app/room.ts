/** One room: its history and who is there. */
import { History } from './history.js';
import { limits } from './limits.js';
import type { User } from './sessions.js';

export class Room {
  readonly name: string;
  /** A room that stays even when it is empty and its place is wanted. */
  readonly permanent: boolean;
  readonly history = new History();
  readonly #people = new Map<string, { user: User; windows: Map<string, number> }>();

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

  /**
   * A window of this user opens the room.
   * @param protocol the revision that the window's client speaks
   * @returns whether the list of people is another one now
   */
  enter(user: User, window: string, protocol: number): boolean {
    const windows = this.#people.get(user.id)?.windows ?? new Map<string, number>();
    const isNews = ![...windows.values()].includes(protocol);
    this.#people.set(user.id, { user, windows: windows.set(window, protocol) });
    return isNews;
  }

  /** A window of this user leaves the room. @returns whether the list of people is another one now */
  leave(user: User, window: string): boolean {
    const windows = this.#people.get(user.id)?.windows;
    const protocol = windows?.get(window);
    if (!windows || protocol === undefined) return false;
    windows.delete(window);
    if (windows.size === 0) this.#people.delete(user.id);
    return ![...windows.values()].includes(protocol);
  }

  /** Who is here, each once, and by which revisions of the protocol; the list is cut, the count is not. */
  people(): { count: number; people: Array<User & { protocols: number[] }> } {
    const people = [...this.#people.values()].slice(0, limits.listedPeople).map(({ user, windows }) => ({
      ...user,
      protocols: [...new Set(windows.values())],
    }));
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
