/** Waiting with a deadline: a spec that waits in vain says what for. */

/** Milliseconds after which nothing is waited for any more; long, since machines may be busy. */
const DEADLINE = 8_000;

/** Anything that listeners can be put on: servers, sockets, genuine clients of any version. */
export interface Source {
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  off(event: string, listener: (...args: unknown[]) => void): unknown;
}

/** @param what completes the sentence "waited in vain for …" */
export function within<T>(promise: PromiseLike<T>, what: string, deadlineMs = DEADLINE): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`waited in vain for ${what}`)), deadlineMs);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** The arguments of the next event of that name. */
export async function heard(source: Source, event: string): Promise<unknown[]> {
  const [args] = await heardTimes(source, event, 1);
  return args ?? [];
}

/** The arguments of the next few events of that name, in order. */
export function heardTimes(source: Source, event: string, times: number): Promise<unknown[][]> {
  const all: unknown[][] = [];
  let listener: (...args: unknown[]) => void = () => {};
  const promise = new Promise<unknown[][]>((resolve) => {
    listener = (...args) => {
      all.push(args);
      if (all.length === times) resolve(all);
    };
    source.on(event, listener);
  });
  return within(promise, `"${event}"${times > 1 ? `, ${times} times` : ''}`).finally(() =>
    source.off(event, listener),
  );
}

/** A promise with its handle outside. */
export function latch<T = void>(): { readonly promise: Promise<T>; readonly open: (value: T) => void } {
  let open: (value: T) => void = () => {};
  const promise = new Promise<T>((resolve) => {
    open = resolve;
  });
  return { promise, open };
}
