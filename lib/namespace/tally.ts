/** The answers to one broadcast, from all clients on all nodes. */
import { after } from '../adapter/patience.js';
import { textOf } from '../errors.js';
import { timedOut } from './acks.js';
import type { Owed } from './owed.js';

/** The error of an incomplete tally. */
export interface TallyError extends Error {
  /** The answers that came in time. */
  responses?: unknown[];
}

/** Takes all answers, each the first argument of one client's; or an error and those that came. */
export type TallyListener = (error: TallyError | null, responses: unknown[]) => void;

/** An error that has the answers which came; adapters reject with whatever they like. */
export function incomplete(error: unknown, responses: unknown[]): TallyError {
  return Object.assign(takesMore(error) ? error : new Error(textOf(error)), { responses });
}

function takesMore(error: unknown): error is Error {
  try {
    return error instanceof Error && Object.isExtensible(error);
  } catch {
    // A Proxy that fails at every look.
    return false;
  }
}

/** Counts until every node has said how many clients it asked, and every client has answered. */
export class Tally implements Owed {
  readonly #open: Set<Owed>;
  readonly #listener: TallyListener;
  readonly #responses: unknown[] = [];
  #nodesExpected: number | undefined;
  #nodesHeard = 0;
  #clients = 0;
  #timer: NodeJS.Timeout | undefined;
  #settled = false;

  /**
   * @param open where this one stands from its start until it is settled: whoever owns that can end it early
   * @param listener called once
   */
  constructor(open: Set<Owed>, listener: TallyListener) {
    this.#open = open;
    this.#listener = listener;
  }

  /** @param timeout milliseconds in which everything must have come */
  start(timeout: number): void {
    if (this.#settled) return;
    this.#open.add(this);
    this.#timer = after(timeout, () => this.fail(timedOut()));
    // Who waits for answers does not hold the process; the server does.
    this.#timer.unref();
  }

  /** How many nodes there are. */
  expect(nodes: number): void {
    this.#nodesExpected = nodes;
    this.#check();
  }

  /** One node has asked so many clients. */
  asked(clients: number): void {
    this.#nodesHeard += 1;
    this.#clients += clients;
    this.#check();
  }

  /** One client has answered; only its first argument counts. */
  answered(response: unknown): void {
    if (this.#settled) return;
    this.#responses.push(response);
    this.#check();
  }

  /** Ends the counting with an error and what has come. */
  fail(error: unknown): void {
    this.#settle(incomplete(error, this.#responses));
  }

  #check(): void {
    if (this.#nodesHeard === this.#nodesExpected && this.#responses.length === this.#clients)
      this.#settle(null);
  }

  #settle(error: TallyError | null): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#open.delete(this);
    clearTimeout(this.#timer);
    this.#listener(error, this.#responses);
  }
}
