/** The load generator's process: does what the runner orders over IPC, and ends at the first thing that is not as it should be. */
import type { Load, Size } from './load.js';
import { type LoadName, loads } from './loads.js';

/** What the runner may order, one after the other; each server has a load of its own, known by its port. */
export type Order = { readonly port: number } & (
  | { readonly open: LoadName; readonly size: Size }
  | { readonly segment: number }
  | { readonly close: true }
);

const opened = new Map<number, Load>();

process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);
// A runner that has gone has no more use for us.
process.on('disconnect', () => process.exit());
process.on('message', async (order: Order) => {
  process.send?.(await obey(order));
});
process.send?.({ ready: true });

async function obey(order: Order): Promise<object> {
  const { port } = order;
  if ('open' in order) opened.set(port, await loads[order.open]({ ...order.size, port }));
  if ('segment' in order) return opened.get(port)?.segment(order.segment) ?? {};
  if ('close' in order) await opened.get(port)?.close();
  return {};
}

function fail(error: unknown): void {
  const failed = error instanceof Error ? error.message : String(error);
  if (process.connected) process.send?.({ failed }, () => process.exit(1));
  else process.exit(1);
}
