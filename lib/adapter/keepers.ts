/** Which adapter keeps the places of clients that may come back, and how. */
import type { Adapter } from './contract.js';
import { keepsSessions } from './host.js';
import { HostedPlaces } from './hosted-places.js';
import type { Keeper, Keeping } from './keeper.js';
import { RecoveringAdapter } from './recovery.js';

const hosted: WeakMap<Adapter, HostedPlaces<unknown>> = new WeakMap();

/** @returns `undefined` for an adapter that cannot */
export function keeperOf<Letter>(adapter: Adapter, nsp: Keeping<Letter>): Keeper<Letter> | undefined {
  if (adapter instanceof RecoveringAdapter) return adapter as RecoveringAdapter<Letter>;
  if (!keepsSessions(adapter)) return undefined;
  const known = hosted.get(adapter) as HostedPlaces<Letter> | undefined;
  if (known) return known;
  const places = new HostedPlaces(nsp, adapter);
  hosted.set(adapter, places as HostedPlaces<unknown>);
  return places;
}
