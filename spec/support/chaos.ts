/** A line between one client and a site that breaks at random: in all the ways in which lines break. */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { listening } from './listening.js';
import type { Random } from './random.js';

/**
 * How it breaks. `reset`: both ends hear of it. `hole`: nothing arrives any more, and nobody hears of it. `ghost`: the
 * client hears of it, the site does not. `deaf`: the site still hears, and is not heard.
 */
export type Break = 'reset' | 'hole' | 'ghost' | 'deaf';

/** What made the fuse short. */
type Moment = 'anywhere' | 'again' | 'joining' | 'upgrade';

/** How a connection carries what it is given. */
type Pace = 'at once' | 'late' | 'dripping';

const paces: readonly [Pace, ...Pace[]] = ['at once', 'at once', 'at once', 'late', 'dripping'];
/** Milliseconds. */
const MOST_LATE = 25;
/** Bytes of a piece that each are a segment. */
const MOST_SINGLES = 40;

const breaks: readonly [Break, ...Break[]] = ['reset', 'reset', 'ghost', 'ghost', 'hole', 'deaf'];
const calm = Number.POSITIVE_INFINITY;

export class Chaos {
  readonly #server: Server;
  readonly #port: number;
  readonly #random: Random;
  readonly #calls = new Set<Call>();
  /** Bytes of the site that may still pass. */
  #fuse: number;
  #moment: Moment = 'anywhere';
  readonly #usual: number;
  #breaking = false;
  #over = false;
  /** How often it broke, by the moment and by the way. */
  readonly counts: Record<string, number> = {};

  /**
   * @param port where the site listens
   * @param usual bytes between two breaks, on average
   */
  constructor(port: number, random: Random, usual: number) {
    this.#port = port;
    this.#random = random;
    this.#usual = usual;
    this.#fuse = random.whole(0, usual * 2);
    this.#server = createServer((near) => this.#join(near));
  }

  /** @returns the port at which the client finds the site */
  start(): Promise<number> {
    return listening(this.#server);
  }

  get breaks(): number {
    return Object.values(this.counts).reduce((sum, count) => sum + count, 0) / 2;
  }

  /** From now on it holds. */
  calm(): void {
    this.#over = true;
    this.#fuse = calm;
  }

  close(): void {
    this.#server.close();
    for (const call of this.#calls) call.end();
  }

  /** @internal the client says something */
  asked(chunk: Buffer): void {
    const text = chunk.toString('latin1', 0, 200);
    if (!this.#over && text.includes('transport=websocket&sid=') && this.#random.chance(0.3))
      this.#shorten('upgrade', 400);
  }

  /** @internal the site says something: as much as may pass passes */
  answered(chunk: Buffer, pass: (part: Buffer) => void): void {
    if (this.#breaking) return;
    if (!this.#over && chunk.includes('0{"sid"') && this.#random.chance(0.08)) this.#shorten('joining', 200);
    const passing = Math.min(this.#fuse, chunk.length);
    this.#fuse -= passing;
    if (passing > 0) pass(chunk.subarray(0, passing));
    if (passing === chunk.length) return;
    this.#breaking = true;
    // A reset takes back what has been written: what may pass must be on its way.
    setImmediate(() => setImmediate(() => this.#break()));
  }

  /** @internal */
  ended(call: Call): void {
    this.#calls.delete(call);
  }

  #break(): void {
    const how = this.#random.one(breaks);
    for (const name of [how, this.#moment]) this.counts[name] = (this.counts[name] ?? 0) + 1;
    for (const call of this.#calls) call.break(how);
    this.#breaking = false;
    this.#moment = 'anywhere';
    this.#fuse = this.#over ? calm : this.#random.whole(0, this.#usual * 2);
    if (!this.#over && this.#random.chance(0.2)) this.#shorten('again', 900);
  }

  #shorten(moment: Moment, most: number): void {
    this.#moment = moment;
    this.#fuse = Math.min(this.#fuse, this.#random.whole(0, most));
  }

  #join(near: Socket): void {
    this.#calls.add(new Call(near, connect(this.#port, '127.0.0.1'), this, this.#random));
  }
}

/** One connection of the client, and the one to the site that belongs to it. */
class Call {
  readonly #near: Socket;
  readonly #far: Socket;
  readonly #line: Chaos;
  readonly #up: Carriage;
  readonly #down: Carriage;
  #broken: Break | undefined;

  constructor(near: Socket, far: Socket, line: Chaos, random: Random) {
    this.#near = near;
    this.#far = far;
    this.#line = line;
    const pace = random.one(paces);
    this.#up = new Carriage(far, pace, random);
    this.#down = new Carriage(near, pace, random);
    near.on('data', (chunk) => this.#ask(chunk));
    far.on('data', (chunk) => this.#answer(chunk));
    near.on('error', () => {});
    far.on('error', () => {});
    near.on('close', () => this.#nearEnded());
    far.on('close', () => this.#farEnded());
  }

  break(how: Break): void {
    if (this.#broken) return;
    this.#broken = how;
    this.#down.stop();
    if (how !== 'deaf') this.#up.stop();
    if (how === 'reset' || how === 'ghost') this.#near.resetAndDestroy();
    if (how === 'reset') this.#far.resetAndDestroy();
  }

  end(): void {
    this.#near.destroy();
    this.#far.destroy();
  }

  #ask(chunk: Buffer): void {
    this.#line.asked(chunk);
    if (!this.#broken || this.#broken === 'deaf') this.#up.carry(chunk);
  }

  #answer(chunk: Buffer): void {
    if (!this.#broken) this.#line.answered(chunk, (part) => this.#down.carry(part));
  }

  /** A dead line tells nobody of an end. */
  #nearEnded(): void {
    if (!this.#broken || this.#broken === 'deaf') this.#up.end();
    if (this.#far.destroyed) this.#line.ended(this);
  }

  #farEnded(): void {
    if (!this.#broken) this.#down.end();
    if (this.#near.destroyed) this.#line.ended(this);
  }
}

/** One direction of a connection: everything in order, as it comes, or later, or in segments of one byte. */
class Carriage {
  readonly #to: Socket;
  readonly #pace: Pace;
  readonly #random: Random;
  /** What is on its way, the first in front: timers of the same moment go off in any order. */
  #acts: (() => void)[] = [];
  /** When what has come last will be there. */
  #due = 0;

  constructor(to: Socket, pace: Pace, random: Random) {
    this.#to = to.setNoDelay();
    this.#pace = pace;
    this.#random = random;
  }

  carry(chunk: Buffer): void {
    if (this.#pace === 'late') return this.#later(() => this.#to.write(chunk));
    const singles = this.#pace === 'dripping' ? Math.min(MOST_SINGLES, chunk.length) : 0;
    for (let at = 0; at < singles; at++) this.#to.write(chunk.subarray(at, at + 1));
    if (singles < chunk.length) this.#to.write(chunk.subarray(singles));
  }

  /** The other side has ended: so does this one, behind what is on its way. */
  end(): void {
    if (this.#acts.length === 0) this.#to.destroy();
    else this.#later(() => this.#to.destroy());
  }

  /** Nothing more arrives. */
  stop(): void {
    this.#acts = [];
  }

  #later(act: () => void): void {
    const now = performance.now();
    this.#due = Math.max(this.#due, now + this.#random.whole(1, MOST_LATE));
    this.#acts.push(act);
    setTimeout(() => this.#acts.shift()?.(), this.#due - now);
  }
}
