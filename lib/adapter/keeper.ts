/** Who keeps the places of clients that lose their connection, as namespaces see it; `Letter` as in the contract. */
import type { LimitName } from '../options.js';
import type { EventPacket } from '../packet.js';
import type { BroadcastFlags, Hospitable, Members, Resident } from './contract.js';

/** A socket that may come back. */
export interface Holder<Letter> extends Resident<Letter> {
  readonly place: Place<Letter> | undefined;
  /** What carries its connection at the moment. */
  readonly carrier: string;
  /** Sends, without a word to listeners for outgoing events. @returns whether there are such listeners */
  post(letter: Letter, flags: BroadcastFlags): boolean;
  notifyOutgoingListeners(packet: EventPacket): void;
  /** Its client has come again over another connection: this one is dead, though nobody has noticed yet. */
  supersede(): void;
}

/** A namespace whose clients may come back. `Kept` is an event that has become bytes. */
export interface Keeping<Letter> extends Hospitable<Letter> {
  readonly members: Members<Holder<Letter>>;
  /**
   * @param plain whether it is not to be compressed
   * @throws what encoding throws
   */
  keep(letter: Letter, plain: boolean): Kept;
  revive(kept: Kept): Letter;
  /** Hears what went wrong with the adapter. */
  failed(error: unknown): void;
  /** Hears that nobody is awaited any more. */
  vacate(): void;
}

/** An event as bytes: nothing that the program does to its arguments changes it any more. */
export interface Kept {
  readonly bytes: number;
  readonly frames: readonly unknown[];
  /** Whether it leaves uncompressed. */
  readonly plain?: true;
}

/** Hears that a bound has been reached. */
export type Limited = (limit: LimitName) => void;

/** What a client leaves behind when it may come back. */
export interface Belongings {
  readonly rooms: Iterable<string>;
  readonly data: unknown;
}

/** The place of one client: kept while it is there, and for a while after it has been lost. */
export interface Place<Letter> {
  /** The secret by which its client claims it. */
  readonly pid: string;
  /** Whether listeners for outgoing events are told when the adapter delivers. */
  readonly relays?: boolean;
  /** Speaks to its client: at once if it is there, and when it comes back if not. */
  tell(packet: EventPacket, flags: BroadcastFlags): void;
  /** A broadcast has been sent to it. @param mark the last number of the part of the history before this one */
  delivered(number: number, mark: number): void;
  /** Somebody comes back for it, and has not joined yet. */
  claim(claimant: Holder<Letter>): void;
  /** It has joined: from now on it misses nothing. */
  take(holder: Holder<Letter>): void;
  /** It has gone; for ever, if it leaves nothing behind. */
  leave(belongings: Belongings | undefined): void;
}

/** Whether so much, sent now, would arrive as one piece or not at all. */
export type Entire = (frames: number, bytes: number) => boolean;

/** A place found again. */
export interface Found<Letter> extends Belongings {
  readonly id: string;
  readonly place: Place<Letter>;
  /**
   * What its client has missed until now, in order; to be sent at once.
   * @returns `undefined` if that cannot be known any more: then it has to come again, as somebody new
   */
  missed(entire: Entire, carrier: string): readonly Letter[] | undefined;
  /** Its client has gone before it could be told. */
  decline(): void;
}

/** Gives places, and finds them again. */
export interface Keeper<Letter> {
  /** Whether somebody is awaited who could not come back to another keeper of this name. */
  readonly awaiting: boolean;
  place(holder: Holder<Letter>): Place<Letter>;
  /**
   * @param offset where the client says that it stands; `undefined` if it has seen no event
   * @param judged whether middlewares will think before it has joined
   * @param limited told of a bound for which it cannot come back
   */
  recall(
    pid: string,
    offset: unknown,
    judged: boolean,
    limited?: Limited,
  ): Found<Letter> | undefined | Promise<Found<Letter> | undefined>;
}
