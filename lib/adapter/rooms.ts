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

  /** Puts a socket into rooms. */
  addAll(id: string, rooms: Set<string>): void {
    const joined = this.sids.get(id) ?? new Set();
    this.sids.set(id, joined);
    for (const room of rooms) {
      if (joined.has(room)) continue;
      joined.add(room);
      this.#enter(id, room);
    }
  }

  /** Takes a socket out of one room. */
  del(id: string, room: string): void {
    if (this.sids.get(id)?.delete(room)) this.#exit(id, room);
  }

  /** Takes a socket out of all rooms and forgets it. */
  delAll(id: string): void {
    const joined = this.sids.get(id);
    if (!joined) return;
    for (const room of joined) this.#exit(id, room);
    this.sids.delete(id);
  }

  /** The rooms of a socket, live; `undefined` for a stranger. */
  socketRooms(id: string): Set<string> | undefined {
    return this.sids.get(id);
  }

  #enter(id: string, room: string): void {
    const known = this.rooms.get(room);
    const members = known ?? new Set();
    if (!known) {
      this.rooms.set(room, members);
      this.emit('create-room', room);
    }
    members.add(id);
    this.emit('join-room', room, id);
  }

  #exit(id: string, room: string): void {
    const members = this.rooms.get(room);
    if (!members?.delete(id)) return;
    this.emit('leave-room', room, id);
    // A listener may have put somebody into the room; then it lives on.
    if (members.size > 0 || !this.rooms.delete(room)) return;
    this.emit('delete-room', room);
  }
}
