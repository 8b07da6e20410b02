/** What was said to a site, and what a site was answered: the faults in both. */

/** What one client was heard to say, by its numbers, in the order of their coming. */
export interface Heard {
  readonly traveller: string;
  /** Whether the client says everything again until it has been answered. */
  readonly insists: boolean;
  /** The client has said the numbers from 1 to this one. */
  readonly said: number;
  readonly numbers: readonly number[];
}

/** What came of one's words. */
export interface Hearing {
  readonly faults: readonly string[];
  /** Of an insisting client: how often something came again, as it must sometimes; of another: how much never came. */
  readonly again: number;
  readonly lost: number;
}

/**
 * Nothing is doubled or out of order, whoever says it. Nothing of a client that insists is lost: it says things again,
 * and nobody but the program can tell that it has heard them, by the numbers that they carry. Another client says each
 * thing once: what was on its way when the line broke is lost.
 */
export function auditHeard({ traveller, insists, said, numbers }: Heard): Hearing {
  const faults: string[] = [];
  const seen = new Set<number>();
  let latest = 0;
  let again = 0;
  for (const number of numbers) {
    if (!Number.isInteger(number) || number < 1 || number > said)
      faults.push(`${traveller} never said ${number}`);
    else if (seen.has(number) && insists) again += 1;
    else if (seen.has(number)) faults.push(`${traveller} was heard twice: ${number}`);
    else if (number < latest) faults.push(`${traveller} was heard out of order: ${number} after ${latest}`);
    seen.add(number);
    latest = Math.max(latest, number);
  }
  const lost = said - seen.size;
  if (insists && lost > 0) faults.push(`${traveller} insisted, and ${lost} of ${said} were lost`);
  return { faults, again, lost };
}

/** Questions that a site asks its clients: each is answered once, or fails once. */
export class Questions {
  readonly #settled: (readonly ['answered' | 'failed', answer: unknown][])[] = [];
  answered = 0;
  failed = 0;

  /** @returns the number of a new question, and what is to be called with its answer */
  ask(): readonly [number: number, settle: (error: unknown, answer?: unknown) => void] {
    const settlements: ['answered' | 'failed', answer: unknown][] = [];
    const number = this.#settled.push(settlements) - 1;
    return [
      number,
      (error, answer) => {
        settlements.push(error ? ['failed', undefined] : ['answered', answer]);
        if (error) this.failed += 1;
        else this.answered += 1;
      },
    ];
  }

  get open(): number {
    return this.#settled.filter((settlements) => settlements.length === 0).length;
  }

  /** @param asked numbers that the clients have been asked, by client */
  faults(asked: readonly (readonly number[])[]): string[] {
    const twice = asked.flatMap((numbers) => numbers.filter((number, at) => numbers.indexOf(number) !== at));
    return [
      ...twice.map((number) => `question ${number} was asked twice`),
      ...this.#settled.flatMap((settlements, number) => {
        if (settlements.length !== 1) return [`question ${number} was settled ${settlements.length} times`];
        const [[how, answer]] = settlements as [['answered' | 'failed', unknown]];
        return how === 'answered' && answer !== number ? [`question ${number} was answered ${answer}`] : [];
      }),
    ];
  }
}
