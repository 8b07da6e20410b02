/** What a namespace is put into, by whoever makes it. */
import type { Adapter } from '../adapter/contract.js';
import type { Keeping } from '../adapter/keeper.js';
import type { Codec } from '../codec/codec.js';
import type { Parcel } from '../codec/parcel.js';
import type { NamespaceOptions } from './audience.js';
import type { NamespaceServer } from './home.js';

/** Makes the adapter of one namespace. */
export type CreateAdapter = (host: Keeping<Parcel>) => Adapter;

export interface Surroundings {
  /** Shown to users as `nsp.server`. */
  readonly server: NamespaceServer;
  readonly options: NamespaceOptions;
  /** @default the memory adapter */
  readonly createAdapter?: CreateAdapter;
  /** What the clients read that can come back. @default Engine.IO 4 without a parser */
  readonly codec?: Codec;
}
