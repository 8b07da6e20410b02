/** Everything that can be refused, and every reason for an end: closed lists, with what the wire says of each. */

interface Refusal {
  readonly status: number;
  /** The number in Engine.IO's `{ code, message }`; absent where the answer has no such body. */
  readonly wireCode?: number;
  readonly message: string;
}

/** @see engine.io 6, the codes of `connection_error` and of HTTP answers */
const refusals = {
  TRANSPORT_UNKNOWN: { status: 400, wireCode: 0, message: 'Transport unknown' },
  SESSION_UNKNOWN: { status: 400, wireCode: 1, message: 'Session ID unknown' },
  BAD_HANDSHAKE_METHOD: { status: 400, wireCode: 2, message: 'Bad handshake method' },
  BAD_REQUEST: { status: 400, wireCode: 3, message: 'Bad request' },
  FORBIDDEN: { status: 403, wireCode: 4, message: 'Forbidden' },
  ORIGIN_FORBIDDEN: { status: 403, wireCode: 4, message: 'Forbidden' },
  ADMISSION_FAILED: { status: 403, wireCode: 4, message: 'Forbidden' },
  UNSUPPORTED_PROTOCOL_VERSION: { status: 400, wireCode: 5, message: 'Unsupported protocol version' },
  METHOD_NOT_SUPPORTED: { status: 500, message: '' },
  // Down to TOO_MANY_POSTS clients are told as much of the words as names an option; the rest is for those who watch.
  MALFORMED_BODY: { status: 400, message: 'a body that is no payload' },
  BODY_BROKEN_OFF: { status: 400, message: 'a body that broke off' },
  BODY_TIMEOUT: { status: 408, message: 'a body that took longer than bodyTimeout allows' },
  PAYLOAD_TOO_LARGE: { status: 413, message: 'a body of more than maxHttpBufferSize bytes' },
  OVERLAP: { status: 400, message: 'two requests at once' },
  TOO_MANY_POSTS: { status: 429, message: 'too many POSTs at once' },
  TOO_MANY_REQUESTS: { status: 429, wireCode: 3, message: 'Too many requests' },
  SERVER_CLOSED: { status: 503, message: 'Server is shutting down' },
  HANDSHAKE_TIMEOUT: {
    status: 503,
    message: 'The handshake took longer than the option handshakeTimeout allows',
  },
} as const satisfies Record<string, Refusal>;

export type RefusalCode = keyof typeof refusals;

export function isRefusal(code: string): code is RefusalCode {
  return Object.hasOwn(refusals, code);
}

/** Mistakes of the program that uses the library; thrown at the caller. */
export type MisuseCode =
  | 'OPTION_INVALID'
  | 'EVENT_RESERVED'
  | 'EVENT_INVALID'
  | 'NAMESPACE_INVALID'
  | 'SERVER_INVALID'
  | 'SOCKET_CLOSED'
  | 'MAILBOX_TAKEN'
  | 'NOT_SUPPORTED'
  | 'ACK_TIMEOUT';

/** An error with a stable `code`; `status` and `wireCode` are set where a client hears of it. */
export class SocketioError extends Error {
  readonly code: RefusalCode | MisuseCode;
  readonly status: number | undefined;
  readonly wireCode: number | undefined;

  constructor(code: RefusalCode | MisuseCode, message?: string) {
    const refusal: Refusal | undefined = isRefusal(code) ? refusals[code] : undefined;
    super(message ?? refusal?.message ?? code);
    this.name = 'SocketioError';
    this.code = code;
    this.status = refusal?.status;
    this.wireCode = refusal?.wireCode;
  }
}

/**
 * What an error says, whatever was thrown: it may lack a text, or fail when asked for it. Never throws.
 * @param part what is wanted of an error; an error without it says its name and message
 */
export function textOf(error: unknown, part: 'message' | 'stack' = 'message'): string {
  try {
    const text: unknown = Object(error)[part];
    return typeof text === 'string' ? text : String(error);
  } catch {
    // A getter or `toString` that throws; who reports an error must not fail at it.
    return 'an error that cannot be read';
  }
}

/**
 * Why a socket left, as told to `disconnect` and `disconnecting`.
 * @see socket.io 4 documentation, "disconnect"; `slow consumer` is ours (design: backpressure)
 */
export type DisconnectReason =
  | 'transport error'
  | 'transport close'
  | 'forced close'
  | 'ping timeout'
  | 'parse error'
  | 'server shutting down'
  | 'forced server close'
  | 'client namespace disconnect'
  | 'server namespace disconnect'
  | 'slow consumer';
