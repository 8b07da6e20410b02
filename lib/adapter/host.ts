/** Adapters of the ecosystem in a namespace of ours, and broadcasts through any adapter, whatever it does then. */
import { isThenable, type OnError } from '../emitter.js';
import type { AdapterFactory } from '../options.js';
import type { EventPacket } from '../packet.js';
import type { Adapter, BroadcastOptions, Hospitable } from './contract.js';
import { remembers } from './offsets.js';
import { type HostOptions, REMOTE_PATIENCE_MS, View } from './view.js';

/** The view of each hosted adapter. */
const views: WeakMap<object, View<unknown>> = new WeakMap();

/**
 * Hosts an adapter of the ecosystem.
 * @param factory called with `new` and the view of the namespace; arrow functions without
 * @throws what the factory throws
 */
export function host<Letter>(factory: AdapterFactory, nsp: Hospitable<Letter>, opts: HostOptions): Adapter {
  const view = new View(nsp, opts);
  const make = factory as (nsp: unknown) => Adapter;
  const adapter: Adapter = 'prototype' in factory ? Reflect.construct(factory, [view]) : make(view);
  views.set(adapter, view as View<unknown>);
  view.offsets.used = remembers(adapter) && opts.connectionStateRecovery !== undefined;
  // Others would write offsets that lead nowhere.
  if (!view.offsets.used) view.server.opts = {};
  return adapter;
}

/** Whether a hosted adapter keeps the sessions of clients that may come back. */
export function keepsSessions(adapter: Adapter): boolean {
  return views.get(adapter)?.offsets.used === true;
}

/** One broadcast, with or without acknowledgements. */
export interface Spreading {
  readonly packet: EventPacket;
  readonly options: BroadcastOptions;
  /** Hands it to the adapter. */
  by(options: BroadcastOptions): void | Promise<void>;
  /** Hears that the other nodes could not be told. */
  readonly failed: OnError;
  /** Hears besides that nobody could be told: no answer will come. */
  readonly nobody?: OnError | undefined;
}

/**
 * Broadcasts through an adapter. If a hosted one fails to tell the other nodes, this node's sockets get the packet
 * all the same.
 * @throws what encoding the packet throws, and what our own adapter throws
 */
export function spread(adapter: Adapter, spreading: Spreading): void {
  const { options, by, failed, packet } = spreading;
  const view = views.get(adapter);
  if (!view) return settle(by(options), failed);
  view.offsets.sent(packet);
  view.patience = options.flags?.timeout ?? REMOTE_PATIENCE_MS;
  try {
    tell(view, spreading, (error) => rescue(view, spreading, error));
  } finally {
    view.patience = REMOTE_PATIENCE_MS;
  }
}

/** @throws what encoding the packet throws */
function tell(view: View<unknown>, { packet, options, by, failed }: Spreading, heard: OnError): void {
  try {
    settle(by(options), heard, failed);
  } catch (error) {
    // Where the sockets of this node are being told, it is the packet that is at fault.
    if (view.delivers(packet)) throw error;
    heard(error);
  }
}

/** The sockets of this node shall be told, if they are not yet; an adapter that fails at that, too, is beyond help. */
function rescue(view: View<unknown>, spreading: Spreading, error: unknown): void {
  const { packet, options, failed, nobody } = spreading;
  failed(error);
  if (view.delivers(packet)) return;
  if (options.flags?.local) return nobody?.(error);
  const nearby = { ...spreading, options: { ...options, flags: { ...options.flags, local: true } } };
  tell(view, nearby, (failure) => rescue(view, nearby, failure));
}

/** A promise that is rejected is nobody else's, and so is what whoever hears of it throws. */
function settle(result: unknown, heard: OnError, failed = heard): void {
  if (isThenable(result)) Promise.resolve(result).catch(heard).catch(failed);
}
