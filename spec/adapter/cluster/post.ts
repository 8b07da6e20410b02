/** One server of a cluster, whoever made it, and everything that the battery has it do. */

/** What this library and the genuine one have in common, as far as the battery needs it. */
export interface Server extends Selection {
  on(event: string, listener: (...args: never[]) => void): unknown;
  serverSideEmit(event: string, ...args: unknown[]): unknown;
  serverSideEmitWithAck(event: string, ...args: unknown[]): Promise<unknown[]>;
  of(name: string): { readonly adapter: { serverCount(): Promise<number> } };
}

interface Selection {
  readonly local: Selection;
  to(rooms: string[]): Selection;
  except(rooms: string[]): Selection;
  timeout(ms: number): { emitWithAck(event: string, ...args: unknown[]): Promise<unknown> };
  emit(event: string, ...args: unknown[]): unknown;
  fetchSockets(): Promise<Member[]>;
  socketsJoin(rooms: string[]): void;
  socketsLeave(rooms: string[]): void;
  disconnectSockets(close: boolean): void;
}

interface Member extends Found {
  timeout(ms: number): { emit(event: string, ...args: unknown[]): unknown };
}

interface Found {
  readonly id: string;
  readonly rooms: Set<string>;
  readonly data: unknown;
  readonly handshake: { readonly auth: unknown };
}

interface Joining {
  readonly id: string;
  readonly handshake: { readonly auth: { readonly name: string; readonly rooms: readonly string[] } };
  data: { name?: string };
  join(rooms: string[]): unknown;
  on(event: string, listener: (reply: (answer: string) => void) => void): unknown;
}

/** Who is meant; everybody where nothing is said. */
export interface Target {
  readonly rooms?: string[];
  readonly except?: string[];
  readonly local?: boolean;
}

/** A socket as another process may hear of it. */
export interface Described {
  readonly id: string;
  readonly rooms: readonly string[];
  readonly data: unknown;
  readonly auth: unknown;
}

/** Makes a server ready; every verb can be called from another process. */
export class Post {
  readonly #name: string;
  readonly #io: Server;
  /** What other servers have said. */
  readonly #told: unknown[][] = [];

  constructor(name: string, io: Server) {
    this.#name = name;
    this.#io = io;
    io.on('connection', (socket: Joining) => this.#welcome(socket));
    io.on('told', (...args: unknown[]) => this.#told.push(args));
    io.on('asked', (question: string, reply: (answer: string) => void) => reply(`${name} heard ${question}`));
  }

  emit(target: Target, event: string, ...args: unknown[]): void {
    this.#select(target).emit(event, ...args);
  }

  ask(target: Target, event: string, ...args: unknown[]): Promise<unknown> {
    return this.#select(target)
      .timeout(4_000)
      .emitWithAck(event, ...args);
  }

  async fetch(target: Target): Promise<Described[]> {
    const found = await this.#select(target).fetchSockets();
    return found.map(({ id, rooms, data, handshake }) => ({
      id,
      rooms: [...rooms],
      data,
      auth: handshake.auth,
    }));
  }

  join(target: Target, rooms: string[]): void {
    this.#select(target).socketsJoin(rooms);
  }

  leave(target: Target, rooms: string[]): void {
    this.#select(target).socketsLeave(rooms);
  }

  disconnect(target: Target): void {
    this.#select(target).disconnectSockets(true);
  }

  /** Asks one socket, wherever it lives, as `fetchSockets` gives it. */
  async askOne(room: string, event: string, ...args: unknown[]): Promise<unknown> {
    const [member] = await this.#select({ rooms: [room] }).fetchSockets();
    return new Promise((resolve, reject) => {
      member?.timeout(4_000).emit(event, ...args, (error: Error | null, answer: unknown) => {
        if (error) reject(error);
        else resolve(answer);
      });
    });
  }

  tellServers(...args: unknown[]): void {
    this.#io.serverSideEmit('told', ...args);
  }

  askServers(question: string): Promise<unknown[]> {
    return this.#io.serverSideEmitWithAck('asked', question);
  }

  told(): unknown[][] {
    return this.#told.splice(0);
  }

  count(): Promise<number> {
    return this.#io.of('/').adapter.serverCount();
  }

  #welcome(socket: Joining): void {
    const { name, rooms } = socket.handshake.auth;
    socket.data.name = name;
    socket.join([...rooms]);
    socket.on('where', (reply) => reply(this.#name));
  }

  #select({ rooms, except, local }: Target): Selection {
    let selection: Selection = this.#io;
    if (local) selection = selection.local;
    if (rooms) selection = selection.to(rooms);
    return except ? selection.except(except) : selection;
  }
}
