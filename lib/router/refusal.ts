/** What `connection_error` tells of a request that was refused. */
import type { IncomingMessage } from 'node:http';
import { type RefusalCode, SocketioError } from '../errors.js';
import type { ObservedRefusal } from '../watch/events.js';
import { addressOf, type Ticket } from './ticket.js';

type Asker = Omit<ObservedRefusal, 'code' | 'status'>;

/** @see engine.io 6, `connection_error` */
export interface RefusedRequest {
  readonly req: IncomingMessage;
  /** 0 to 5; 3 for what is not in Engine.IO's list. */
  readonly code: number;
  readonly message: string;
  /** What exactly was wrong. */
  readonly context: Readonly<Record<string, unknown>>;
}

/** A refusal that knows more of its cause than its code says. */
export class Refusal extends SocketioError {
  readonly context: RefusedRequest['context'];

  constructor(code: RefusalCode, context: RefusedRequest['context']) {
    super(code);
    this.context = context;
  }
}

type Context = (error: SocketioError, ticket: Ticket) => RefusedRequest['context'];

/** Where the code says enough to find the cause in the request. */
const contexts: Partial<Record<SocketioError['code'], Context>> = {
  TRANSPORT_UNKNOWN: (_error, { search }) => ({ transport: search.all.transport }),
  SESSION_UNKNOWN: (_error, { sid }) => ({ sid }),
  BAD_HANDSHAKE_METHOD: (_error, { method }) => ({ method }),
  ORIGIN_FORBIDDEN: () => ({ message: undefined }),
  ADMISSION_FAILED: () => ({ message: undefined }),
  FORBIDDEN: ({ code, message }) => ({ message: message === textOf(code) ? undefined : message }),
  // Whoever names no revision speaks the oldest that did so.
  UNSUPPORTED_PROTOCOL_VERSION: (_error, { generation, search }) => ({
    protocol: generation ?? (Number(search.all.EIO) || 3),
  }),
};

const BAD_REQUEST = 3;

/** @param error as the client is told */
export function describeRefusal(req: IncomingMessage, error: SocketioError, ticket: Ticket): RefusedRequest {
  const { wireCode: code = BAD_REQUEST } = error;
  const context =
    error instanceof Refusal ? error.context : (contexts[error.code]?.(error, ticket) ?? unfit(error));
  return { req, code, message: textOf(error.code), context };
}

/** What observers are told of whoever was refused. */
export function describeAsker(req: IncomingMessage, { generation, transport, upgrade }: Ticket): Asker {
  return {
    ...(generation && { generation }),
    ...(transport && { transport }),
    upgrade,
    address: addressOf(req),
  };
}

function unfit({ code, message }: SocketioError): RefusedRequest['context'] {
  return code === 'BAD_REQUEST' ? { name: 'TRANSPORT_HANDSHAKE_ERROR' } : { name: code, message };
}

/** What a code says where nobody has put it otherwise. */
function textOf(code: SocketioError['code']): string {
  return new SocketioError(code).message;
}
