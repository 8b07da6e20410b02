/** Who is in which room of one namespace, both ways round. */
import { EventEmitter } from 'node:events';

/**
 * Rooms and their members. Emits `create-room` (room), `delete-room` (room), `join-room` (room, id) and `leave-room` (room, id).
 * @see socket.io-adapter, from which the names come
 */
export class Rooms extends EventEmitter {
  /** Members of each room; a room without members is not here. */
  readonly rooms: Map<string, Set<string>> = new Map();
  /** Rooms of each socket. */
  readonly sids: Map<string, Set<string>> = new Map();
  /** How often somebody has entered or left a room. */
  protected moves = 0;

  /** Puts a socket into rooms. */
  addAll(id: string, rooms: Set<string>): void {
    const known = this.sids.get(id);
    const joined = known ?? new Set();
    if (known) this.#part(id);
    else this.sids.set(id, joined);
    for (const room of rooms) {
      if (joined.has(room)) continue;
      joined.add(room);
      this.#enter(id, room);
    }
    if (!known) this.#unite(id);
  }

  /** Takes a socket out of one room. */
  del(id: string, room: string): void {
    const joined = this.sids.get(id);
    if (!joined?.has(room)) return;
    this.#part(id);
    joined.delete(room);
    this.#exit(id, room);
  }

  /** Takes a socket out of all rooms and forgets it. */
  delAll(id: string): void {
    const joined = this.sids.get(id);
    if (!joined) return;
    this.#part(id);
    for (const room of joined) this.#exit(id, room);
    this.sids.delete(id);
  }

  /** The rooms of a socket, live; `undefined` for a stranger. */
  socketRooms(id: string): Set<string> | undefined {
    return this.sids.get(id);
  }

  /**
   * Most sockets are in no room but their own, and alone there: one set is then that of their rooms and that of the room's
   * members, 150 bytes less for each. Whoever changes either of them parts them first.
   */
  #unite(id: string): void {
    const joined = this.sids.get(id);
    const members = this.rooms.get(id);
    if (joined?.size === 1 && members?.size === 1 && joined.has(id) && members.has(id))
      this.rooms.set(id, joined);
  }

  #part(id: string): void {
    const members = this.rooms.get(id);
    if (members && members === this.sids.get(id)) this.rooms.set(id, new Set(members));
  }

  #enter(id: string, room: string): void {
    if (room !== id) this.#part(room);
    const known = this.rooms.get(room);
    const members = known ?? new Set();
    if (!known) {
      this.rooms.set(room, members);
      this.emit('create-room', room);
    }
    members.add(id);
    this.moves += 1;
    this.emit('join-room', room, id);
  }

  #exit(id: string, room: string): void {
    const members = this.rooms.get(room);
    if (!members?.delete(id)) return;
    this.moves += 1;
    this.emit('leave-room', room, id);
    // A listener may have put somebody into the room; then it lives on.
    if (members.size > 0 || !this.rooms.delete(room)) return;
    this.emit('delete-room', room);
  }
}
