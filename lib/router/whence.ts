/** Where a request comes from and by what, as far as Express trusts the proxies before it (`trust proxy`). */
import type { IncomingMessage } from 'node:http';

/** What Express puts on a request. */
type Seen = IncomingMessage & { readonly ip?: string; readonly secure?: boolean };

export function addressOf(req: IncomingMessage): string {
  return (req as Seen).ip ?? req.socket.remoteAddress ?? '';
}

/** Whether the request came by TLS. */
export function isSecure(req: IncomingMessage): boolean {
  return (req as Seen).secure ?? 'encrypted' in req.socket;
}
