/** Single headers of a request. */
import type { IncomingMessage } from 'node:http';

/**
 * One header, as `req.headers` has it. Node makes that table when it is first asked for; of most requests two or three
 * headers are all that is ever read.
 * @param name in lower case
 */
export function headerOf(req: IncomingMessage, name: string): string | undefined {
  const { rawHeaders } = req;
  let found: string | undefined;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const other = rawHeaders[index] ?? '';
    if (other.length !== name.length || other.toLowerCase() !== name) continue;
    // Said twice: Node knows which headers are lists.
    if (found !== undefined) return tabled(req, name);
    found = rawHeaders[index + 1];
  }
  return found ?? (rawHeaders.length === 0 ? tabled(req, name) : undefined);
}

/** The same, as the site's stack has left it: middleware may change the table. @param name in lower case */
export function tabled({ headers }: IncomingMessage, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

/**
 * What a request keeps of its headers while it waits is, of a browser's, more than all else that it keeps: 3 KB. Where it
 * says the same as an earlier one, that one's lines take the place of its own. The table that Node has made, of HTTP/1.1 at
 * least, is dropped; whoever asks gets it anew, made of the lines.
 * @param earlier names and values in turn
 */
export function lighten(req: IncomingMessage, earlier: readonly string[] = []): void {
  if (req.httpVersionMajor !== 1) return;
  const lines = areEqual(req.rawHeaders, earlier) ? earlier : req.rawHeaders;
  Object.assign(req, { rawHeaders: lines, headers: undefined });
}

function areEqual(some: readonly string[], others: readonly string[]): boolean {
  if (some.length !== others.length) return false;
  for (let at = 0; at < some.length; at += 1) if (some[at] !== others[at]) return false;
  return true;
}
