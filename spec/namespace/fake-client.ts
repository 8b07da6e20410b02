/** A client without a network: it joins, speaks, and keeps what it was sent as it was at that moment. */
import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import type { Codec } from '../../lib/codec/codec.js';
import type { Parcel } from '../../lib/codec/parcel.js';
import { Emitter } from '../../lib/emitter.js';
import type { NamespaceOptions } from '../../lib/namespace/audience.js';
import type { CarrierEvents, Conn, ConnEvents } from '../../lib/namespace/connection.js';
import type { NamespaceServer } from '../../lib/namespace/home.js';
import type { Namespace } from '../../lib/namespace/namespace.js';
import { Namespaces } from '../../lib/namespace/namespaces.js';
import type { Socket } from '../../lib/namespace/socket.js';
import type { Arrival, Extent, SendFlags, Wire } from '../../lib/namespace/wire.js';
import type { ErrorContext, LimitName } from '../../lib/options.js';
import { type EventPacket, type Packet, PacketType } from '../../lib/packet.js';

/** Assertions that failed inside a listener: there they are errors of the application, and would go unseen. */
const failures: unknown[] = [];

afterEach(() => assert.deepEqual(failures.splice(0), []));

/** How often a packet has been written; one for all receivers of a broadcast. */
export const written = { times: 0 };

const codec: Codec = {
  name: 'engine4',
  slot: 0,
  payload: { pack: () => '', unpack: () => ({ frames: [] }) },
  encode(packet) {
    written.times += 1;
    return [JSON.stringify(packet)];
  },
  signal: () => '',
  decoder: () => ({ decode: () => undefined }),
  show: () => ({ type: 'message' }),
  message: () => '',
};

export class FakeClient implements Wire {
  /** All packets, in order. */
  readonly received: Packet[] = [];
  readonly flags: (SendFlags | undefined)[] = [];
  /** What `close` was told. */
  readonly closings: Extent[] = [];
  /** What `flow` was told. */
  readonly flows: boolean[] = [];
  /** Bounds that have been reached. */
  readonly limits: LimitName[] = [];
  readonly id: string;
  readonly conn: Conn;
  #socket: Socket | undefined;

  constructor(id: string) {
    this.id = id;
    this.conn = Object.assign(new Emitter<ConnEvents>(), {
      id: `conn-of-${id}`,
      protocol: 4,
      transport: Object.assign(new Emitter<CarrierEvents>(), { name: 'websocket', writable: true }),
      remoteAddress: '::1',
      readyState: 'open' as const,
      request: { headers: {} } as IncomingMessage,
      upgrading: false,
      upgraded: false,
      bufferedAmount: 7,
      drained: () => Promise.resolve(),
      close: () => {},
      send: () => this.conn,
      write: () => this.conn,
    });
  }

  /** As a connection does, this one sends its socket away before it ends. */
  carry(socket: Socket): void {
    this.#socket = socket;
  }

  send(parcel: Parcel, flags?: SendFlags): undefined {
    const [frame] = parcel.encoded(codec).frames;
    this.received.push(JSON.parse(String(frame)) as Packet);
    this.flags.push(flags);
  }

  close(extent: Extent): void {
    this.closings.push(extent);
    if (extent === 'connection') this.#socket?.disconnect();
  }

  flow(open: boolean): void {
    this.flows.push(open);
  }

  /** Names and arguments of the events that came. */
  get events(): unknown[][] {
    return this.received.flatMap((packet) => (packet.type === PacketType.EVENT ? [packet.data] : []));
  }

  /** Answers to this client's own events. */
  get answers(): unknown[][] {
    return this.received.flatMap((packet) =>
      packet.type === PacketType.ACK ? [[packet.id, ...packet.data]] : [],
    );
  }

  /** The number that the latest event wants to be answered with. */
  get asked(): number {
    const event = this.received.findLast((packet): packet is EventPacket => packet.type === PacketType.EVENT);
    if (event?.id === undefined) throw new Error('nothing was asked');
    return event.id;
  }

  arrival(auth: Record<string, unknown> = {}): Arrival {
    const request = { headers: {} } as IncomingMessage;
    return {
      id: this.id,
      wire: this,
      client: {
        id: this.conn.id,
        conn: this.conn,
        request,
        limited: (limit) => this.limits.push(limit),
      },
      handshake: {
        headers: {},
        time: '',
        address: '::1',
        xdomain: false,
        secure: false,
        issued: 0,
        url: '/socket.io/?EIO=4',
        query: {},
        auth,
      },
    };
  }
}

/** A client and its socket. */
export interface Guest {
  readonly client: FakeClient;
  readonly socket: Socket;
  /** The client emits. */
  says(name: string, ...args: unknown[]): void;
  /** The client emits and wants an answer. */
  asks(id: number, name: string, ...args: unknown[]): void;
  /** The client answers. */
  answers(id: number, ...args: unknown[]): void;
}

/** Namespaces, and the errors that went to `onError`. */
export interface World {
  readonly namespaces: Namespaces;
  readonly root: Namespace;
  readonly created: Namespace[];
  readonly errors: { error: unknown; event: string | undefined; socket: unknown }[];
  /** A client asks to join. */
  join(id?: string, nsp?: Namespace): Guest;
}

let count = 0;

export function world(options: Partial<NamespaceOptions> = {}): World {
  const errors: World['errors'] = [];
  const created: Namespace[] = [];
  const all: NamespaceOptions = {
    maxPendingAcks: 10_000,
    ackTimeout: 0,
    mailboxMessages: 256,
    mailboxBytes: 1_048_576,
    cleanupEmptyChildNamespaces: true,
    ...options,
    onError: (error, context: ErrorContext) => {
      if (error instanceof assert.AssertionError) failures.push(error);
      errors.push({ error, event: context.event, socket: context.socket });
      options.onError?.(error, context);
    },
  };
  const server = { of: (name: string) => namespaces.of(name) } as unknown as NamespaceServer;
  const namespaces: Namespaces = new Namespaces({ server, options: all }, (one) => created.push(one));
  const root = namespaces.of('/');
  count += 1;
  return {
    namespaces,
    root,
    created,
    errors,
    join: (id = `guest-${++count}`, nsp = root) => guest(new FakeClient(id), nsp),
  };
}

function guest(client: FakeClient, namespace: Namespace): Guest {
  const socket = namespace.connect(client.arrival());
  client.carry(socket);
  const nsp = namespace.name;
  const type = PacketType.EVENT;
  return {
    client,
    socket,
    says: (name, ...args) => socket.receive({ type, nsp, data: [name, ...args] }, 10),
    asks: (id, name, ...args) => socket.receive({ type, nsp, id, data: [name, ...args] }, 10),
    answers: (id, ...data) => socket.receive({ type: PacketType.ACK, nsp, id, data }, 10),
  };
}

/** Lets everything that waits for a tick happen. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
