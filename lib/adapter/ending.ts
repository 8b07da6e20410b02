/** The end of an adapter, which may hang on a broker that is gone. */
import type { Adapter } from './contract.js';

/** Milliseconds that an adapter may take to let go of the other nodes. */
const PATIENCE = 5_000;

/** Closes an adapter. Never rejects, and does not wait for ever. @param failed hears what went wrong */
export async function letGo(
  adapter: Pick<Adapter, 'close'>,
  failed: (error: unknown) => void,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('an adapter did not close within 5 seconds')), PATIENCE);
  });
  try {
    await Promise.race([adapter.close(), late]);
  } catch (error) {
    failed(error);
  } finally {
    clearTimeout(timer);
  }
}
