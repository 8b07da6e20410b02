/** What a program is told once in its life: it is probably not what its author meant. */
import process from 'node:process';

const warned = new Set<string>();

/** Warns of the process, the first time that this code comes. */
export function warnOnce(code: string, text: string): void {
  if (warned.has(code)) return;
  warned.add(code);
  process.emitWarning(text, { code });
}
