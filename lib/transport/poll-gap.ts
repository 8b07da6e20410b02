/** How long polling clients that have got their answers may stay away before they come for the next ones. */
import { Deadline, SECOND_LOOK } from '../deadline.js';
import type { BodyLimits } from './body.js';

/** Deployed Python clients refuse an answer of more packets. */
export const FEW_FRAMES = 16;
/** Most bytes of one answer: what a narrow line takes within the time that a heartbeat may be late. */
export const MOST_BYTES = 524_288;
/** Milliseconds without progress after which a last answer is given up. */
export const LAST_ANSWER = 30_000;

/** How long the client may take for what, and how much it is told at once. */
export type PollingLimits = BodyLimits & {
  /** Absent where nobody looks at them. */
  readonly gaps?: PollGaps;
  /** Most packets of one answer. @default FEW_FRAMES */
  readonly mostFrames?: number;
};

/** An answer of more characters may be on its way for long: only heartbeats tell then whether the client is there. */
const LONG_ANSWER = 8_192;
/** Milliseconds in which a client whose poll was cut may poll again; Chromium repeats a request by itself. */
const CUT_POLL_GRACE = 1_000;

export interface PollGapEvents {
  /** Whether a body of its own is on the way: over a narrow line, its poll may be behind that. */
  readonly busy: boolean;
  /** The client has stayed away for too long. */
  failed(reason: 'ping timeout' | 'transport error', why: string): void;
}

/** Those of all clients of a server: one that is there costs nothing, neither a timer for each poll nor any memory. */
export class PollGaps {
  readonly #patience: number;
  readonly #away: Absences;
  readonly #doubted = new Absences(SECOND_LOOK, (client) => {
    if (client.busy) this.#away.begin(client);
    else client.failed('ping timeout', 'no poll within pollTimeout');
  });

  readonly #cut = new Absences(CUT_POLL_GRACE, (client) =>
    client.failed('transport error', 'poll connection closed prematurely'),
  );

  /** @param patience milliseconds; 0: any time, others judge that */
  constructor(patience: number) {
    this.#patience = patience;
    this.#away = new Absences(patience, (client) => this.#doubted.begin(client));
  }

  /**
   * The client has been answered.
   * @param length of the answer, in characters or bytes
   * @returns whether it may be on its way for long
   */
  begin(client: PollGapEvents, length: number): boolean {
    const isLong = length > LONG_ANSWER;
    if (this.#patience > 0 && !isLong) this.#away.begin(client);
    return isLong;
  }

  /** Its poll was lost; it may have lost no more than that. */
  lost(client: PollGapEvents): void {
    this.end(client);
    this.#cut.begin(client);
  }

  /** The client has come, or is waited for no longer. */
  end(client: PollGapEvents): void {
    if (!this.#away.end(client) && !this.#doubted.end(client)) this.#cut.end(client);
  }
}

/** Clients in the order of their going; one timer, for the first of them. */
class Absences {
  readonly #most: number;
  readonly #over: (client: PollGapEvents) => void;
  readonly #since = new Map<PollGapEvents, number>();
  #timer: Deadline | undefined;

  /** @param most milliseconds of one absence */
  constructor(most: number, over: (client: PollGapEvents) => void) {
    this.#most = most;
    this.#over = over;
  }

  begin(client: PollGapEvents): void {
    // Whole milliseconds: a fraction would be an object of its own.
    this.#since.set(client, Math.ceil(performance.now()));
    this.#timer ??= this.#lookIn(this.#most);
  }

  /** @returns whether it was away */
  end(client: PollGapEvents): boolean {
    return this.#since.delete(client);
  }

  #lookIn(ms: number): Deadline {
    return new Deadline(Math.ceil(ms), () => this.#look());
  }

  #look(): void {
    this.#timer = undefined;
    const latest = performance.now() - this.#most;
    for (const [client, since] of this.#since) {
      if (since > latest) {
        this.#timer = this.#lookIn(since - latest);
        return;
      }
      this.#since.delete(client);
      this.#over(client);
    }
  }
}
