/** Signs of life: who asks, how often, and how long an answer may take. */
import type { Transport } from '../transport/transport.js';
import { Alarm, type Sleeper, type Wheel } from './wheel.js';

/**
 * Bytes in a millisecond of a line that is narrow and full: an answer may be behind them. Who just says something now and
 * then has its wait prolonged once, as by the original.
 */
const NARROW = 3;

/** How one generation keeps a connection alive. */
export interface Rhythm {
  /** `carrier`: nobody here; whatever carries the client sees to it. */
  readonly asker: 'server' | 'client' | 'carrier';
  /** Milliseconds between two questions. */
  readonly every: number;
  /** Milliseconds that the answer, or the client's next question, may be late. */
  readonly patience: number;
}

export interface HeartbeatEvents {
  /** Time to ask; of a client that asks itself: time to say that we are still here, though we do not read. */
  ask(): void;
  /** No sign of life for too long. */
  missed(): void;
  /** What carries the client. One that polls shows itself even while it is not read. */
  readonly carrier: Pick<Transport, 'saysGoodbye' | 'arrived' | 'busy'> | undefined;
}

export class Heartbeat implements Sleeper {
  readonly #wheel: Wheel;
  readonly #rhythm: Rhythm;
  readonly #up: HeartbeatEvents;
  readonly #alarm = new Alarm(this);
  /** Between a question of ours and its answer. */
  #waiting = false;
  /** Whether this wait has been prolonged already. */
  #prolonged = false;
  #reading = true;
  /** Whether the client went unread at some moment of this wait: its silence then proves nothing. */
  #excused = false;
  /** Whether the client has shown itself since we last said something while it went unread. */
  #shown = true;
  /** Whether the client has gone unread, and may still be saying what it could not say then, its answers behind it. */
  #behind = false;
  /** Answers that may be on their way. */
  #owed = 0;
  /** What had come of the client when it was judged last, or was asked. */
  #arrived = 0;

  constructor(wheel: Wheel, rhythm: Rhythm, up: HeartbeatEvents) {
    this.#wheel = wheel;
    this.#rhythm = rhythm;
    this.#up = up;
  }

  get asker(): Rhythm['asker'] {
    return this.#rhythm.asker;
  }

  /** What we say: a question, or the answer to the client's. */
  get word(): 'ping' | 'pong' {
    return this.#rhythm.asker === 'server' ? 'ping' : 'pong';
  }

  /** Begins, or begins anew: the client has just shown that it lives. */
  start(): void {
    const { asker, every } = this.#rhythm;
    this.#waiting = false;
    if (asker === 'client') this.#listen();
    else if (asker === 'server') this.#alarm.start(this.#wheel, every);
  }

  /** An answer that nobody waited for is no reason to put the next question off. */
  answered(): void {
    if (this.#owed > 0) this.#owed -= 1;
    // The last answer is behind all that had been waiting.
    if (this.#owed === 0) this.#behind = !this.#reading;
    if (!this.#waiting) {
      if (this.#rhythm.asker === 'client') this.start();
      return;
    }
    const late = this.#excused;
    this.start();
    // The client counts from our question, and its answer may have lain here for long: ask sooner.
    if (late) this.#alarm.start(this.#wheel, this.#rhythm.every / 2);
  }

  /** Some other packet came: it prolongs a running wait, once. Of a client that is behind it is as good as an answer. */
  sign(): void {
    if (this.#behind) this.#excused = true;
    if (this.#excused) return;
    if (!this.#waiting || this.#prolonged) return;
    this.#prolonged = true;
    this.#alarm.start(this.#wheel, this.#rhythm.patience);
  }

  /** The client has polled: it is there, whether we read it or not. */
  shows(): void {
    this.#shown = true;
  }

  /** Whether the client is read at present. One that is not read is never missed, and goes on hearing from us. */
  flow(reading: boolean): void {
    this.#reading = reading;
    if (reading) return;
    this.#behind = true;
    this.#shown = true;
    if (this.#excused) return;
    if (this.#rhythm.asker === 'client') this.#listen();
    else this.#excused = true;
  }

  stop(): void {
    this.#alarm.stop();
  }

  /** @internal */
  rung(heldUp: boolean): void {
    if (this.#rhythm.asker === 'server')
      return this.#waiting && this.#lost ? this.#judge(heldUp) : this.#ask();
    if (this.#lost) return this.#judge(heldUp);
    this.#listen();
    this.#shown = false;
    this.#up.ask();
  }

  /** Silence proves nothing of a client that is not read; that it does not come for what we say, does. */
  get #lost(): boolean {
    return !this.#excused || (this.#up.carrier?.saysGoodbye === true && !this.#shown);
  }

  /** Missed, unless its word may be behind what is coming from it; or, once, our question behind what goes to it. */
  #judge(heldUp: boolean): void {
    const { arrived = 0, busy = false } = this.#up.carrier ?? {};
    const isComing = arrived - this.#arrived >= NARROW * this.#rhythm.patience;
    this.#arrived = arrived;
    if (heldUp) return this.#alarm.lookAgain(this.#wheel);
    // The client, too, waits for a question, and does not know that the last one is as good as answered.
    if (isComing && this.#rhythm.asker === 'server') return this.#ask();
    if (!isComing && (!busy || this.#prolonged)) return this.#up.missed();
    this.#prolonged = !isComing;
    this.#alarm.start(this.#wheel, this.#rhythm.patience);
  }

  /** Asks, and asks again where an unanswered question proves nothing: the client, too, ends after long silence. */
  #ask(): void {
    this.#waiting = true;
    this.#prolonged = false;
    this.#excused = !this.#reading;
    this.#shown = false;
    this.#owed += 1;
    this.#arrived = this.#up.carrier?.arrived ?? 0;
    this.#alarm.start(this.#wheel, this.#rhythm.patience);
    this.#up.ask();
  }

  /** Waits for a question of the client's. */
  #listen(): void {
    const { every, patience } = this.#rhythm;
    this.#excused = !this.#reading;
    this.#prolonged = false;
    this.#arrived = this.#up.carrier?.arrived ?? 0;
    this.#alarm.start(this.#wheel, this.#excused ? patience / 2 : every + patience);
  }
}
