/** What stands behind the address of a namespace. */
import { parse } from 'node:querystring';
import { ownText } from '../own-text.js';
import { disarm } from './json.js';

/**
 * Its parameters, as the original servers read them: those that are named more than once are lists.
 * @param query with or without its question mark
 */
export function readQuery(query: string): Record<string, unknown> {
  const text = query.startsWith('?') ? query.slice(1) : query;
  return disarm({ ...parse(ownText(text)) });
}
