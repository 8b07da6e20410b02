/** Every option with its unit, default and bound. */
import type { IncomingMessage } from 'node:http';
import type { Anything } from './events.js';
import type { CookieOptions, RecoveryOptions } from './option-checks.js';
import type { HttpCompression, PerMessageDeflate } from './option-compression.js';
import type { Cors, CorsOptions, CorsQuestion } from './option-cors.js';
import type { FlashPolicy } from './option-flash.js';

export type TransportName = 'polling' | 'websocket' | 'jsonp' | 'htmlfile' | 'flashsocket';

/** A protocol generation: revision 1 (clients 0.7 to 0.9), Engine.IO 3 (1.x, 2.x), Engine.IO 4 (3.x, 4.x). */
export type Generation = 1 | 3 | 4;

/** What `createAdapter()` of the published adapters returns, or a class; called with `new` for each namespace. */
export type AdapterFactory = ((nsp: Anything) => object) | (new (nsp: Anything) => object);

/** How packets are written inside of Engine.IO messages: `socket.io-msgpack-parser`, or one of your own. */
export interface Parser {
  /** One for the whole server. Makes a list of messages of each packet: strings or bytes. */
  readonly Encoder: new () => { encode(packet: Anything): Anything };
  /** One for each client. It emits `decoded` while a packet's last message is added. */
  readonly Decoder: new () => {
    add(message: Anything): unknown;
    on(event: 'decoded', listener: (packet: Anything) => void): unknown;
    destroy?(): unknown;
  };
}

/** Where an error came from. `socket` is absent for errors that no single client caused. */
export interface ErrorContext {
  readonly socket?: unknown;
  /** The event, or what else was under way: `connection`, `serve`, `middleware`, `acknowledgement`, `parser`, `allowRequest`, … */
  readonly event?: string;
}

export interface Options {
  /**
   * Ways to connect that are offered, of `polling`, `websocket`, `jsonp`, `htmlfile` and `flashsocket`, each to the
   * generations that know it; the last two are of revision 1 alone. @default ['polling', 'websocket']
   */
  readonly transports: readonly TransportName[];
  /** Which clients are served. @default [1, 3, 4] */
  readonly generations: readonly Generation[];
  /** `false` takes Engine.IO 3 from `generations`. @default true */
  readonly allowEIO3: boolean;
  /** Whether a polling client may move to a better transport. @default true */
  readonly allowUpgrades: boolean;
  /** Milliseconds between two heartbeats. @default 25_000 */
  readonly pingInterval: number;
  /**
   * Milliseconds that a heartbeat's answer may take. It may take longer while 3 KB in a second or more are coming from the client, its
   * answer behind them, and once as long where a long answer to a poll goes ahead of the question. @default 20_000
   */
  readonly pingTimeout: number;
  /**
   * Milliseconds that the switch to a better transport may take; again as long while a POST, or a long answer to a poll, is
   * on its way, since the client waits for it. @default 10_000
   */
  readonly upgradeTimeout: number;
  /**
   * Milliseconds in which a polling client must have come for its next answer once it has got one; 0: its heartbeats
   * alone tell. Not for revision 1, whose clients are told `pingInterval + pingTimeout`. @default 15_000
   */
  readonly pollTimeout: number;
  /** Milliseconds in which a new client must have joined a namespace; 0: the default. @default 15_000 */
  readonly connectTimeout: number;
  /**
   * Milliseconds that the site's stack may take to answer an upgrade; then 503. One for a path that is not ours, beside
   * other listeners, may wait for one of them as long; then 404. An answer that a middleware has begun before it went on
   * is cut if it has not been ended then, and `onError` hears of it. @default 10_000
   */
  readonly handshakeTimeout: number;
  /**
   * Milliseconds that the first request of a connection may take to be asked, on each HTTP server that leads here. For
   * later ones it lowers `server.headersTimeout`, which Node looks at twice a minute. 0: what the server itself allows.
   * @default 15_000
   */
  readonly headersTimeout: number;
  /**
   * Milliseconds that one POST body may take to arrive. A third of them is for anything; all of them are for a body of
   * which a quarter of `maxHttpBufferSize` has come, and in between as much more as has come of that. @default 30_000
   */
  readonly bodyTimeout: number;
  /** Most frames of one WebSocket message. @default 1_024 */
  readonly maxFragments: number;
  /** Most WebSocket pings and pongs of one client in a second. @default 100 */
  readonly maxControlFrames: number;
  /**
   * Most bytes of one message with all its attachments, or of one POST body; and of memory for what a client says of itself
   * (`auth`) in several namespaces together. @default 1_000_000
   */
  readonly maxHttpBufferSize: number;
  /** Most binary attachments of one packet, and most places in it where they belong. @default 10 */
  readonly maxAttachments: number;
  /**
   * Milliseconds in which a hundredth of `maxHttpBufferSize` has to come of the binary attachments of one packet, or all
   * that is missing of them. @default 10_000
   */
  readonly attachmentTimeout: number;
  /** Most arguments of one event, its name not counted. @default 1_000 */
  readonly maxArguments: number;
  /** Most levels of nesting in what a client sends. @default 512 */
  readonly maxDepth: number;
  /**
   * Most objects and lists of one packet. A name that stands where it has not stood in any object of the packet before,
   * behind the same names, counts as four; numbers among the names of an object count as one each, and are one list more.
   * @default 200_000, or one for each five bytes of a larger `maxHttpBufferSize`
   */
  readonly maxValues: number;
  /** Most UTF-16 code units in the name of an event. @default 1_024 */
  readonly maxNameLength: number;
  /** Most UTF-16 code units in the name of a namespace that a client asks for. @default 256 */
  readonly maxNamespaceLength: number;
  /** Most namespaces that one client may be in. @default 100 */
  readonly maxNamespaces: number;
  /**
   * Events of one client that are heard in a second; it is not read until the next one if it says more. 0: any number.
   * @default 0
   */
  readonly maxEventsPerSecond: number;
  /**
   * Most sessions of one address (an IPv6 network of 64 bits counts as one) that are not in use yet: in no namespace, or
   * with no sign of life since the handshake that put them into one. One more is refused with 429. @default 1_000
   */
  readonly maxPendingPerAddress: number;
  /** Most sessions of one address, in use or not; one more is refused with 429. 0: any number. @default 0 */
  readonly maxSessionsPerAddress: number;
  /**
   * New sessions of one address in a second, in the long run; ten times as many may come at once. Others are refused
   * with 429. 0: any number. @default 0
   */
  readonly maxHandshakesPerSecond: number;
  /**
   * Whether a namespace that a client's name made (`io.of(/pattern/)`) goes with its last client; with
   * `connectionStateRecovery`, when none of those who were lost there is awaited any more. @default true
   */
  readonly cleanupEmptyChildNamespaces: boolean;
  /** Bytes waiting for one client above which the write deadline runs; no more than `hardBufferLimit`. @default 1_048_576 */
  readonly softBufferLimit: number;
  /**
   * Milliseconds in which a client above `softBufferLimit` must take as many bytes as that, in the long run; else it is
   * closed as `slow consumer`, a quarter of the time later at most. @default 10_000
   */
  readonly writeDeadline: number;
  /**
   * Bytes of memory waiting for one client at which it is closed as `slow consumer` at once: each frame counts as what it
   * has on the wire, and 64 more. @default 16_777_216
   */
  readonly hardBufferLimit: number;
  /** Acknowledgements that one socket may owe; one more fails at once. @default 10_000 */
  readonly maxPendingAcks: number;
  /**
   * Milliseconds after which an acknowledgement without a `timeout()` gives its place to a new one where
   * `maxPendingAcks` are owed, or up to a quarter of the time later; `onError` hears of it. Until then it is waited for as
   * long as the client stays. 0: for ever. @default 60_000
   */
  readonly ackTimeout: number;
  /** Messages that a mailbox (`for await`) holds before its client is no longer read. @default 256 */
  readonly mailboxMessages: number;
  /** Bytes that a mailbox holds before its client is no longer read. @default 1_048_576 */
  readonly mailboxBytes: number;
  /** Whether the site's middleware judges a session once, when it is born, or on every request. @default 'once' */
  readonly admit: 'once' | 'every';
  /** Origins allowed beside the server's own: exact ones, or `'*'` for all. @default [] */
  readonly origins: readonly string[];
  /**
   * Origins that are let in, by the options of the `cors` package, and the headers that tell browsers so. Where it is
   * set, it alone decides: CORS headers that the site's stack has put on the same response are replaced. @default none
   */
  readonly cors?: Cors;
  /**
   * Whether the bundles of the installed `socket.io-client` are served under the mount path, such as
   * `/socket.io/socket.io.js`. @default true
   */
  readonly serveClient: boolean;
  /** No difference here: the mount path is served with and without a slash at its end. @default true */
  readonly addTrailingSlash: boolean;
  /** Another way to write packets, which all clients must share; not for revision 1. @default Socket.IO's own */
  readonly parser?: Parser;
  /**
   * A cookie with the session's id on the answer to a handshake; `true` or a part of
   * `{ name: 'io', path: '/', httpOnly: true, sameSite: 'lax' }`. @default none
   */
  readonly cookie?: CookieOptions;
  /** Answers Flash's question whether it may connect, for `flashsocket`. @default not answered */
  readonly flashPolicy?: FlashPolicy;
  /** Asked on each handshake; calls back with an error text or a verdict. */
  readonly allowRequest?: (
    req: IncomingMessage,
    done: (error: string | null | undefined, success: boolean) => void,
  ) => void;
  /** A client that returns in time gets what it has missed, and finds its id, rooms and data again. @default off */
  readonly connectionStateRecovery?: RecoveryOptions;
  /** Joins the nodes of a cluster: a published adapter. @default in memory, for a single node */
  readonly adapter?: AdapterFactory;
  /**
   * Compression of WebSocket messages (RFC 7692): options of `ws`; messages below `threshold` bytes (1_024) leave as
   * they are, and so does what is sent with `compress(false)`. @default false
   */
  readonly perMessageDeflate: false | PerMessageDeflate;
  /**
   * Compression (gzip, deflate) of answers to polls: `threshold` is the least number of bytes, the others are options
   * of `node:zlib`. An answer of which all packets were sent with `compress(false)` leaves as it is. Whoever can put
   * text of his own beside a secret, and see how long the answer is, may guess the secret (BREACH): send such events
   * with `compress(false)`, or switch this off. @default { threshold: 1_024 }
   */
  readonly httpCompression: false | HttpCompression;
  /** Hears every error of a handler, listener or middleware. @default a line on stderr, for ten of one event in a second */
  readonly onError: (error: unknown, context: ErrorContext) => void;
}

/** Options that are numbers: how much there may be of something, or how long it may take. */
export type LimitName =
  | { [Name in keyof Options]-?: Options[Name] extends number ? Name : never }[keyof Options]
  | 'connectionStateRecovery.maxLogBytes';

/** Options that users may write in another form. */
type Written =
  | 'origins'
  | 'cookie'
  | 'cors'
  | 'perMessageDeflate'
  | 'httpCompression'
  | 'connectionStateRecovery';

/** What a user may give: any part of the options; one origin may stand without a list. */
export type UserOptions = Partial<Omit<Options, Written>> & {
  readonly origins?: string | readonly string[];
  readonly cookie?: boolean | Partial<CookieOptions>;
  readonly cors?: false | CorsOptions | CorsQuestion;
  readonly perMessageDeflate?: boolean | Record<string, unknown>;
  readonly httpCompression?: boolean | Partial<HttpCompression>;
  readonly connectionStateRecovery?: boolean | Partial<RecoveryOptions>;
};
