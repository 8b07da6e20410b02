/** All rooms of the chat; bounded. */
import { limits } from './limits.js';
import { Refusal } from './reading.js';
import { Room } from './room.js';

const permanent = ['Lobby', 'Kitchen table', 'Photos'];

export class House {
  readonly #rooms = new Map<string, Room>();
  /** Windows connected now; `chat.ts` counts, `io.use` in `site.ts` refuses. */
  windows = 0;

  constructor() {
    for (const name of permanent) this.#add(new Room(name, { permanent: true }));
  }

  /** @throws Refusal when there is no such room */
  room(name: unknown): Room {
    const room = typeof name === 'string' ? this.#rooms.get(name.toLowerCase()) : undefined;
    if (!room) throw new Refusal('This room is gone.');
    return room;
  }

  /** The room of that name, made if there is none. @throws Refusal when the house is full */
  open(name: string): Room {
    const known = this.#rooms.get(name.toLowerCase());
    if (known) return known;
    if (this.#rooms.size >= limits.rooms) this.#makePlace();
    return this.#add(new Room(name));
  }

  /** Name and last message number of each room, in the order in which they were made. */
  list(): Array<{ name: string; last: number }> {
    return [...this.#rooms.values()].map(({ name, history }) => ({ name, last: history.last }));
  }

  #add(room: Room): Room {
    this.#rooms.set(room.name.toLowerCase(), room);
    return room;
  }

  #makePlace(): void {
    for (const [key, room] of this.#rooms) {
      if (room.permanent || !room.empty) continue;
      this.#rooms.delete(key);
      return;
    }
    throw new Refusal('There are as many rooms as this house holds.');
  }
}
