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
 * Node itself has asked for the table, of HTTP/1.1 at least, and a request that waits would keep it: of a browser's, a
 * kilobyte. Whoever asks again gets it anew, from the list of lines that stays.
 */
export function dropTable(req: IncomingMessage): void {
  if (req.httpVersionMajor === 1) Object.assign(req, { headers: undefined });
}
