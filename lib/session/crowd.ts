/** Who comes from one address: how many, how fast, and how many of them are of no use yet; bounded, and forgetful. */
import { SocketioError } from '../errors.js';
import type { Options } from '../options.js';
import { networkOf } from './network.js';
import { Turnstile } from './turnstile.js';

export type CrowdLimits = Pick<
  Options,
  'maxPendingPerAddress' | 'maxSessionsPerAddress' | 'maxHandshakesPerSecond' | 'connectTimeout'
>;

/** Nobody more may come from an address at present. */
export class Crowded extends SocketioError {
  /** Seconds after which it may be tried again. */
  readonly retryAfter: number;

  constructor(message: string, ms: number) {
    super('TOO_MANY_REQUESTS', message);
    this.retryAfter = Math.ceil(ms / 1_000);
  }
}

/** Milliseconds after which somebody may have left. */
const SOMEBODY_LEAVES = 5_000;

/** A session, as far as it is counted. */
export interface Member {
  readonly birth: {
    readonly remoteAddress: string;
    readonly manners: { readonly implied: readonly unknown[] };
  };
}

/** What a newcomer has to do: join, or come with a second request where the first has made it join. */
type Proof = 'join' | 'request';

/** Nothing is kept of an address that nobody has come from lately. */
export class Crowd {
  readonly #limits: CrowdLimits;
  readonly #newcomers = new WeakMap<Member, Proof>();
  /** Newcomers by network. */
  readonly #pending = new Map<string, number>();
  /** All by network; only where that is limited. */
  readonly #members = new Map<string, number>();
  readonly #turnstile: Turnstile | undefined;

  constructor(limits: CrowdLimits) {
    this.#limits = limits;
    const { maxHandshakesPerSecond: rate } = limits;
    this.#turnstile = rate > 0 ? new Turnstile(rate) : undefined;
  }

  /** Why somebody at that address may not even knock, if so; counts as a handshake otherwise. */
  knock(address: string): Crowded | undefined {
    const ms = this.#turnstile?.wait(networkOf(address)) ?? 0;
    if (ms === 0) return this.refusal(address);
    return new Crowded('More than maxHandshakesPerSecond handshakes from this address', ms);
  }

  /** Why nobody more may come from there, if so. */
  refusal(address: string): Crowded | undefined {
    const { maxPendingPerAddress, maxSessionsPerAddress, connectTimeout } = this.#limits;
    const network = networkOf(address);
    if ((this.#pending.get(network) ?? 0) >= maxPendingPerAddress) {
      return new Crowded('maxPendingPerAddress sessions of this address are not in use', connectTimeout);
    }
    if (maxSessionsPerAddress > 0 && (this.#members.get(network) ?? 0) >= maxSessionsPerAddress) {
      return new Crowded('maxSessionsPerAddress sessions of this address are here', SOMEBODY_LEAVES);
    }
    return undefined;
  }

  /** @param polling whether the handshake itself is all that has been seen of it */
  enter(member: Member, polling: boolean): void {
    const { remoteAddress, manners } = member.birth;
    const network = networkOf(remoteAddress);
    this.#newcomers.set(member, polling && manners.implied.length > 0 ? 'request' : 'join');
    add(this.#pending, network, 1);
    if (this.#limits.maxSessionsPerAddress > 0) add(this.#members, network, 1);
  }

  /** It has done what may be a newcomer's proof. */
  proves(member: Member, proof: Proof): void {
    if (this.#newcomers.get(member) === proof) this.#settle(member);
  }

  leave(member: Member): void {
    this.#settle(member);
    if (this.#limits.maxSessionsPerAddress > 0) add(this.#members, networkOf(member.birth.remoteAddress), -1);
  }

  #settle(member: Member): void {
    if (this.#newcomers.delete(member)) add(this.#pending, networkOf(member.birth.remoteAddress), -1);
  }
}

function add(counts: Map<string, number>, network: string, change: 1 | -1): void {
  const count = (counts.get(network) ?? 0) + change;
  if (count > 0) counts.set(network, count);
  else counts.delete(network);
}
