/** Which adapter a namespace gets. */
import type { AdapterFactory, Options } from '../options.js';
import type { Adapter } from './contract.js';
import { host } from './host.js';
import type { Keeping, Limited } from './keeper.js';
import { MemoryAdapter } from './memory.js';
import { RecoveringAdapter } from './recovery.js';

/**
 * @param factory a published adapter; without one everything is in memory
 * @param limited told of a bound of ours that is nobody's in particular
 */
export function adapterMaker<Letter>(
  factory: AdapterFactory | undefined,
  { connectionStateRecovery }: Pick<Options, 'connectionStateRecovery'>,
  limited: Limited,
): (nsp: Keeping<Letter>) => Adapter {
  const recovery = connectionStateRecovery && { connectionStateRecovery };
  if (factory && factory !== MemoryAdapter) return (nsp) => host(factory, nsp, recovery ?? {});
  if (!connectionStateRecovery) return (nsp) => new MemoryAdapter(nsp);
  return (nsp) => new RecoveringAdapter(nsp, connectionStateRecovery, limited);
}
