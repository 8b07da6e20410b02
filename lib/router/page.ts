/** Which page asks for a script: browsers name no `Origin` then, though any page may load one, with the user's cookies. */
import type { IncomingHttpHeaders } from 'node:http';

/** A page that does not say where it stands; nobody's own origin. */
const HIDDEN = 'null';

/**
 * The origin that is to be judged where an answer is a script. A page can hide where it stands, and cannot lie: browsers
 * of today say themselves whose page it is (to `https:` and `localhost`), and old ones send the `Referer`.
 * @returns `undefined` for a page of our own, and where nothing is said: proxies and old browsers may be silent
 * @see Fetch Metadata Request Headers, "Sec-Fetch-Site"
 */
export function pageOf({ origin, referer, 'sec-fetch-site': site }: IncomingHttpHeaders): string | undefined {
  if (origin !== undefined) return origin;
  if (site === 'same-origin' || site === 'none') return undefined;
  if (referer) return URL.canParse(referer) ? new URL(referer).origin : HIDDEN;
  return site === undefined ? undefined : HIDDEN;
}
