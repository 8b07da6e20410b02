/** A connection as users see it, `socket.conn`; what nobody listens to costs nothing. */
import { Buffer } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { Codec, Frame } from '../codec/codec.js';
import { sizeOf } from '../codec/parcel.js';
import { Emitter } from '../emitter.js';
import type { DisconnectReason } from '../errors.js';
import type {
  CarrierEvents,
  ConnEvents,
  CreatedPacket,
  Sent,
  Conn as View,
} from '../namespace/connection.js';
import type { Transport } from '../transport/transport.js';
import { Carriage } from './carriage.js';
import type { Pace } from './farewell.js';
import type { Hearing } from './hearing.js';
import type { Birth, Household } from './household.js';
import { Lookout } from './lookout.js';
import type { Outbox } from './outbox.js';

export type ReadyState = View['readyState'];

/** The session behind it. */
export interface Watched {
  readonly birth: Birth;
  readonly readyState: ReadyState;
  readonly carrier: Transport | undefined;
  readonly upgrading: boolean;
  close(reason: DisconnectReason, description?: unknown, lingerMs?: number, pace?: Pace): void;
}

const outgoing: ReadonlySet<string | symbol> = new Set(['packetCreate', 'flush', 'drain']);
const incoming: ReadonlySet<string | symbol> = new Set(['packet', 'data', 'message', 'heartbeat']);

/** Why a connection has ended, in Engine.IO's words: it knows no namespaces and no server that leaves. */
const reasons: Partial<Record<DisconnectReason, string>> = {
  'server shutting down': 'forced close',
  'forced server close': 'forced close',
};

export class Conn extends Emitter<ConnEvents> implements View {
  readonly #session: Watched;
  readonly #outbox: Outbox;
  readonly #failed: Household['failed'];
  /** Whether it began by polling. */
  readonly #polled: boolean;
  #hears = false;
  #watches = false;
  #carriage: Carriage;
  /** Of a transport that is being tried. */
  #candidate: Carriage | undefined;
  #end: readonly unknown[] = ['forced close', undefined];

  constructor(session: Watched, outbox: Outbox, failed: Household['failed']) {
    super();
    this.#session = session;
    this.#outbox = outbox;
    this.#failed = failed;
    this.#carriage = this.#carriageOf(session.carrier);
    this.#polled = !/^websocket$/i.test(session.birth.request?.headers.upgrade ?? '');
  }

  get id(): string {
    return this.#session.birth.id;
  }

  get protocol(): number {
    return this.#session.birth.protocol;
  }

  get remoteAddress(): string {
    return this.#session.birth.remoteAddress;
  }

  get request(): IncomingMessage {
    return this.#session.birth.request;
  }

  set request(request: IncomingMessage | null) {
    this.#session.birth.request = request as IncomingMessage;
  }

  get readyState(): ReadyState {
    return this.#session.readyState;
  }

  /** The same object as long as the same transport carries it. */
  get transport(): Carriage {
    const { carrier } = this.#session;
    if (this.#carriage.carries(carrier)) return this.#carriage;
    const tried = this.#candidate?.carries(carrier) === true ? this.#candidate : undefined;
    this.#carriage = tried ?? this.#carriageOf(carrier);
    return this.#carriage;
  }

  get upgrading(): boolean {
    return this.#session.upgrading;
  }

  get upgraded(): boolean {
    return this.#polled && this.transport.name === 'websocket';
  }

  get bufferedAmount(): number {
    return this.#outbox.bytes;
  }

  drained(): Promise<void> {
    return this.#outbox.drained();
  }

  send(data: string | ArrayBuffer | NodeJS.ArrayBufferView, options?: object | Sent, sent?: Sent): this {
    const told = typeof options === 'function' ? (options as Sent) : sent;
    if (this.readyState !== 'open') return this;
    const frames = [this.#codec.message(typeof data === 'string' ? data : bytesOf(data))];
    this.#outbox.add({ frames, bytes: sizeOf(frames) });
    if (told) void this.#confirm(told);
    return this;
  }

  write(data: string | ArrayBuffer | NodeJS.ArrayBufferView, options?: object | Sent, sent?: Sent): this {
    return this.send(data, options, sent);
  }

  close(discard = false): void {
    this.#session.close('forced close', undefined, undefined, discard ? 'brisk' : 'patient');
  }

  /** @internal a frame has come; it is shown, and then acted on */
  hear(frame: Frame, hearing: Hearing): void {
    if (!this.#hears) return hearing.hear(frame);
    const packet = this.#codec.show(frame);
    this.#show('packet', packet);
    this.#tell('packet', packet);
    if (packet.type === 'message') {
      this.#tell('data', packet.data);
      this.#tell('message', packet.data);
    }
    if (this.readyState !== 'open') return;
    hearing.hear(frame);
    if (packet.type !== 'ping' && packet.type !== 'pong') return;
    // The wrong side has asked: that has ended the connection.
    if (this.readyState === 'open') this.#tell('heartbeat');
  }

  /** @internal */
  tries(transport: Transport): void {
    this.#candidate = this.#carriageOf(transport);
    this.#tell('upgrading', this.#candidate);
  }

  /** @internal */
  moved(): void {
    // The one that was left, since nobody has looked at the new one yet.
    this.#show('close');
    this.#tell('upgrade', this.transport);
  }

  /** @internal */
  ending(reason: DisconnectReason, description: unknown): void {
    this.#end = [reasons[reason] ?? reason, description];
    if (reason === 'transport error') this.#show('error', description);
  }

  /** @internal */
  ended(): void {
    this.#show('close');
    this.#tell('close', ...this.#end);
  }

  protected override listening(event: string | symbol): void {
    if (incoming.has(event)) this.#hears = true;
    if (!outgoing.has(event) || this.#watches) return;
    this.#watches = true;
    const told = {
      created: (packet: CreatedPacket): void => this.#tell('packetCreate', packet),
      flushed: (packets: CreatedPacket[]): void => this.#tell('flush', packets),
      drained: (): void => this.#drained(),
    };
    this.#outbox.watchedBy(new Lookout(this.#codec, told));
  }

  get #codec(): Codec {
    return this.#session.birth.codec;
  }

  #carriageOf(transport: Transport | undefined): Carriage {
    return new Carriage(transport, (event) => this.listening(event));
  }

  #drained(): void {
    this.#show('drain');
    this.#tell('drain');
  }

  async #confirm(sent: Sent): Promise<void> {
    await this.drained();
    if (this.readyState !== 'open') return;
    try {
      sent(this.transport);
    } catch (error) {
      this.#failed(error, 'drain');
    }
  }

  #tell(event: keyof ConnEvents, ...args: unknown[]): void {
    if (this.listenerCount(event) > 0) this.dispatch(event, args, (error) => this.#failed(error, event));
  }

  /** The same to those who watch what carries it. */
  #show(event: keyof CarrierEvents, ...args: unknown[]): void {
    const carriage = this.#carriage;
    if (carriage.listenerCount(event) > 0)
      carriage.dispatch(event, args, (error) => this.#failed(error, event));
  }
}

function bytesOf(data: ArrayBuffer | NodeJS.ArrayBufferView): Buffer {
  return data instanceof ArrayBuffer
    ? Buffer.from(data)
    : Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}
