/** Answers that are waited for, from clients or from other nodes: the end of the server fails all of them. */
import { after } from '../adapter/patience.js';
import { timedOut } from './acks.js';

/** What waits for answers. */
export interface Owed {
  /** Waits no longer. */
  fail(error: unknown): void;
}

/**
 * What an adapter has been asked. One whose broker hangs may never answer.
 * @param open where it stands while it is waited for
 * @param timeout milliseconds; without it, as long as the adapter takes
 * @returns the same, but rejected by whoever fails it, or when the time is over
 */
export function owed<Answer>(
  open: Set<Owed>,
  answer: Answer | Promise<Answer>,
  timeout?: number,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const over = (): void => {
      open.delete(question);
      clearTimeout(timer);
    };
    const question: Owed = {
      fail(error) {
        over();
        reject(error);
      },
    };
    const timer = timeout === undefined ? undefined : after(timeout, () => question.fail(timedOut())).unref();
    open.add(question);
    Promise.resolve(answer).then((found) => {
      over();
      resolve(found);
    }, question.fail);
  });
}
