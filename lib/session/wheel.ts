/** Alarms of many sessions on few timers: one queue for each length of time, one timer for each queue. */
import { LATE, SECOND_LOOK } from '../deadline.js';

/** Whoever has an alarm. A session has one in any case: a closure for each would be memory for nothing. */
export interface Sleeper {
  /** It is time. @param heldUp whether the process has been held up: `lookAgain` before anybody is judged */
  rung(heldUp: boolean): void;
}

/** Something that may ring once. */
export class Alarm {
  readonly #sleeper: Sleeper;
  #queue: Queue | undefined;
  #isSecond = false;
  /** @internal */
  at = 0;
  /** @internal */
  previous: Alarm | undefined;
  /** @internal */
  next: Alarm | undefined;

  constructor(sleeper: Sleeper) {
    this.#sleeper = sleeper;
  }

  get set(): boolean {
    return this.#queue !== undefined;
  }

  /** Rings in `ms` milliseconds, and no longer at the time that was set before. */
  start(wheel: Wheel, ms: number): void {
    this.stop();
    this.#isSecond = false;
    this.#queue = wheel.queue(ms);
    this.#queue.push(this);
  }

  /** Rings once more when those have been heard who spoke while we were held up. */
  lookAgain(wheel: Wheel): void {
    this.start(wheel, SECOND_LOOK);
    this.#isSecond = true;
  }

  stop(): void {
    this.#queue?.remove(this);
    this.#queue = undefined;
  }

  /** @internal */
  ring(heldUp: boolean): void {
    this.#queue = undefined;
    this.#sleeper.rung(heldUp && !this.#isSecond);
  }
}

export class Wheel {
  readonly #queues = new Map<number, Queue>();

  /** How many timers run at the moment. */
  get timers(): number {
    let timers = 0;
    for (const queue of this.#queues.values()) if (queue.running) timers++;
    return timers;
  }

  /** @internal */
  queue(ms: number): Queue {
    let queue = this.#queues.get(ms);
    if (!queue) {
      queue = new Queue(ms);
      this.#queues.set(ms, queue);
    }
    return queue;
  }
}

/** Alarms of one length: the first to be set is the first to ring, so the list is always in order. */
class Queue {
  readonly #ms: number;
  /** What is due within this time rings together: one wake-up for many. */
  readonly #slack: number;
  #first: Alarm | undefined;
  #last: Alarm | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(ms: number) {
    this.#ms = ms;
    this.#slack = Math.min(50, ms / 100);
  }

  get running(): boolean {
    return this.#timer !== undefined;
  }

  push(alarm: Alarm): void {
    // Whole milliseconds: a fraction would be an object of its own.
    alarm.at = Math.ceil(performance.now()) + this.#ms;
    alarm.previous = this.#last;
    alarm.next = undefined;
    if (this.#last) this.#last.next = alarm;
    else this.#first = alarm;
    this.#last = alarm;
    if (!this.#timer) this.#arm(this.#ms);
  }

  remove(alarm: Alarm): void {
    if (alarm.previous) alarm.previous.next = alarm.next;
    else this.#first = alarm.next;
    if (alarm.next) alarm.next.previous = alarm.previous;
    else this.#last = alarm.previous;
    alarm.previous = undefined;
    alarm.next = undefined;
    // The timer of an emptied queue runs out by itself: heartbeats would otherwise arm one each time.
    if (this.#first || this.#ms < 1_000) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #arm(ms: number): void {
    this.#timer = setTimeout(() => this.#wake(), Math.max(1, Math.ceil(ms)));
    this.#timer.unref();
  }

  /** Timers come before what has arrived meanwhile: whoever spoke while the process was busy is heard before he is judged. */
  #wake(): void {
    const isLate = this.#first && performance.now() - this.#first.at > LATE;
    if (isLate) setImmediate(() => this.#due(true));
    else this.#due(false);
  }

  #due(heldUp: boolean): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const due = performance.now() + this.#slack;
    try {
      for (let alarm = this.#first; alarm && alarm.at <= due; alarm = this.#first) {
        this.remove(alarm);
        alarm.ring(heldUp);
      }
    } finally {
      // If one throws, the others still ring.
      if (this.#first && !this.#timer) this.#arm(this.#first.at - performance.now());
    }
  }
}
