/** How a client of revision 1 says in the path what it wants, behind the mount path. */

// path      = mount "/" revision [ "/" [transport] [ "/" [sid] ] ] ["/"]
// revision  = 1*DIGIT
//
// An empty transport with a sid behind it is how a page says that it unloads.

/** Behind a mount path that has been taken off. */
const BEHIND = /^()\/([0-9]{1,9})(?:\/([^/]*)(?:\/([^/]*))?)?\/?$/;
/** Behind some mount path, the longest that leaves something to say. */
const WITHIN = /^(.*)\/([0-9]{1,9})(?:\/([^/]*)(?:\/([^/]*))?)?\/?$/;

export interface Address {
  /** The mount path, without a slash behind it. */
  readonly mount: string;
  readonly revision: string;
  /** Empty where none is named. */
  readonly transport: string;
  readonly sid: string;
}

/**
 * @param whole the path as the client sent it
 * @param rest what is left of it behind the mount path; the same as `whole` where nothing is known of that
 * @returns `undefined` for a path that is not of this form
 */
export function readAddress(whole: string, rest: string): Address | undefined {
  const isMounted = rest.length < whole.length;
  const found = (isMounted ? BEHIND.exec(rest) : null) ?? WITHIN.exec(rest);
  if (!found) return undefined;
  const [tail, before = '', revision = '', transport = '', sid = ''] = found;
  return { mount: whole.slice(0, whole.length - tail.length + before.length), revision, transport, sid };
}
