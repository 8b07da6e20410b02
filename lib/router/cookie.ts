/** The cookie that tells a sticky balancer which node a client belongs to. Never read by this library. */
import type { ServerResponse } from 'node:http';
import { serialize } from 'cookie';
import onHeaders from 'on-headers';
import type { CookieOptions } from '../option-checks.js';
import { isSecure } from './ticket.js';

/** Sets it when the headers leave, beside those that the site's stack sets at that moment; `Secure` where the request was. @see RFC 6265 */
export function giveCookie(res: ServerResponse, sid: string, cookie: CookieOptions | undefined): void {
  if (!cookie) return;
  const { name, secure = isSecure(res.req), ...attributes } = cookie;
  onHeaders(res, () => res.appendHeader('Set-Cookie', serialize(name, sid, { ...attributes, secure })));
}
