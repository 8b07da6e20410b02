/** What has happened since a server was made: counted, told to observers, and written as debug lines. */
import { debuglog } from 'node:util';
import { type DisconnectReason, isRefusal, type SocketioError, textOf } from '../errors.js';
import { limitNamed } from '../option-reading.js';
import type { LimitName, TransportName } from '../options.js';
import { Counter } from './counter.js';
import { channels, type DiagnosticsEvents, type ObservedClient, type ObservedRefusal } from './events.js';

/** A session, as far as it is told of. */
export interface Subject {
  readonly number: number;
  readonly birth: { readonly protocol: number; readonly remoteAddress: string };
  readonly carrier: { readonly name: TransportName } | undefined;
}

/** `status` where the answer has another one than its error. */
type Asker = Omit<ObservedRefusal, 'code' | 'status'> & { readonly status?: number };

/** Lines of `NODE_DEBUG=socketio`. */
const line = debuglog('socketio');

export class Watch {
  readonly refusals = new Counter<ObservedRefusal['code']>();
  readonly closes = new Counter<DisconnectReason>();
  readonly limits = new Counter<LimitName>();
  #sessions = 0;

  /** Sessions since the start. */
  get sessions(): number {
    return this.#sessions;
  }

  /** @returns the number of the next session */
  count(): number {
    this.#sessions += 1;
    return this.#sessions;
  }

  /** A client has been let in, and has its first transport. */
  opened(subject: Subject): void {
    if (heeded('socketio:handshake')) tell('socketio:handshake', clientOf(subject));
  }

  /** It has moved to another transport. */
  moved(subject: Subject): void {
    if (heeded('socketio:upgrade')) tell('socketio:upgrade', clientOf(subject));
  }

  /**
   * @param about whom and what; asked only if somebody listens
   * @param subject the session that was named, if it is here
   */
  refused(error: SocketioError, about: () => Asker, subject?: Subject): void {
    const { code, status = 400 } = error;
    if (!isRefusal(code)) return;
    this.refusals.add(code);
    if (heeded('socketio:refusal')) tell('socketio:refusal', { code, status, ...about() });
    this.#noteLimit(error.message, subject);
  }

  /** A WebSocket to which a polling client wanted to move has been sent away; the client goes on polling. */
  repelled(subject: Subject, why: string): void {
    const code = 'BAD_REQUEST';
    this.refusals.add(code);
    const { protocol: generation, remoteAddress: address } = subject.birth;
    if (heeded('socketio:refusal'))
      tell('socketio:refusal', {
        code,
        status: 101,
        generation,
        transport: 'websocket',
        upgrade: true,
        address,
      });
    this.#noteLimit(why, subject);
  }

  /** @param description as users get it in `disconnect`: words of ours, or an error of the connection */
  closed(subject: Subject, reason: DisconnectReason, description: unknown): void {
    this.closes.add(reason);
    const why = wordsOf(description);
    if (heeded('socketio:close'))
      tell('socketio:close', { ...clientOf(subject), reason, ...(why && { why }) });
    this.#noteLimit(why, subject);
  }

  /** A bound has been reached, though nobody has been refused or closed for it. */
  limited(limit: LimitName, subject?: Subject): void {
    this.limits.add(limit);
    if (heeded('socketio:limit')) tell('socketio:limit', { limit, ...(subject && clientOf(subject)) });
  }

  /** Told before the end, while it can still be seen how much waits. */
  slow(subject: Subject, why: string, bufferedAmount: number): void {
    if (!heeded('socketio:slow-consumer')) return;
    tell('socketio:slow-consumer', { ...clientOf(subject), why, bufferedAmount });
  }

  /** Whoever is turned away for a bound hears which option says so: those words tell us, too. */
  #noteLimit(words: string | undefined, subject?: Subject): void {
    const limit = words && limitNamed(words);
    if (limit) this.limited(limit, subject);
  }
}

/** Whether anybody wants to know. */
function heeded(event: keyof DiagnosticsEvents): boolean {
  return line.enabled || channels[event].hasSubscribers;
}

function tell<Name extends keyof DiagnosticsEvents>(event: Name, message: DiagnosticsEvents[Name]): void {
  if (line.enabled) line(`${event.slice('socketio:'.length)} ${JSON.stringify(message)}`);
  channels[event].publish(message);
}

function clientOf({ number, birth, carrier }: Subject): ObservedClient {
  const { protocol: generation, remoteAddress: address } = birth;
  return { session: number, generation, ...(carrier && { transport: carrier.name }), address };
}

/** Words of ours, or what an error of the connection says; neither contains what the client has sent. */
function wordsOf(description: unknown): string | undefined {
  return description === undefined ? undefined : textOf(description);
}
