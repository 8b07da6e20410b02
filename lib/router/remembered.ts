/** What a connection remembers of the request by which it came: `socket.request`, without what only HTTP needed. */
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { common } from './common-texts.js';
import { isRoute } from './room.js';
import type { Query } from './search.js';

/** What Node puts on a request; `parser` where it is an upgrade. */
const ofNode = [...Reflect.ownKeys(new IncomingMessage(new Socket())), 'parser'];

/** What Express, Connect and this library put there. */
const ofRouters = [
  '_parsedOriginalUrl',
  '_parsedUrl',
  '_query',
  'baseUrl',
  'body',
  'next',
  'originalUrl',
  'params',
  'query',
  'res',
  'route',
];

const usual: ReadonlySet<string | symbol> = new Set([...ofNode, ...ofRouters]);

/** A request, as far as anybody reads it later. */
type Remembered = IncomingMessage & {
  originalUrl?: string;
  baseUrl?: string;
  query?: unknown;
  _query?: unknown;
  client?: unknown;
  params?: object;
  body?: object;
  res?: { readonly locals?: object };
};

/**
 * A request is large, and a server has as many as clients. Where the site's middleware has put nothing on it, a small
 * copy takes its place, with the same prototype and so with what Express offers there; otherwise (a session or a user
 * may point back at it) the request itself stays.
 */
export function remember(req: IncomingMessage, parsed: Query): IncomingMessage {
  return Reflect.ownKeys(req).every(isUsual) && !isTold(req) ? copyOf(req, parsed) : req;
}

/** Whether the stack has said something for later where Express or Node have something of that name. */
function isTold({ res, params, body, client, socket }: Remembered): boolean {
  if (client !== socket) return true;
  for (const place of [res?.locals, params, body]) for (const _ in place) return true;
  return false;
}

function isUsual(key: string | symbol): boolean {
  return usual.has(key) || isRoute(key);
}

function copyOf(req: Remembered, parsed: Query): IncomingMessage {
  const copy = Object.create(prototypeFor(req)) as Remembered;
  const { method, httpVersion, originalUrl, baseUrl, query } = req;
  copy.headers = req.headers;
  copy.socket = req.socket;
  if (httpVersion !== copy.httpVersion) copy.httpVersion = httpVersion;
  if (method !== copy.method && method !== undefined) copy.method = method;
  if (req.url !== undefined) copy.url = common(req.url);
  if (originalUrl !== undefined) copy.originalUrl = common(originalUrl);
  if (baseUrl) copy.baseUrl = common(baseUrl);
  copy._query = parsed;
  if (Object.hasOwn(req, 'query')) copy.query = query;
  return copy;
}

/** The prototypes of copies, by those of requests: an application has one. */
const prototypes = new WeakMap<object, object>();

function prototypeFor(req: IncomingMessage): object {
  const original: object = Object.getPrototypeOf(req);
  let prototype = prototypes.get(original);
  if (!prototype) {
    prototype = Object.create(original, shared);
    prototypes.set(original, prototype as object);
  }
  return prototype as object;
}

/** A stream that has been read to its end. All that Node's methods ask of one stands in its state. */
const spent = new Readable({ autoDestroy: false, read() {} });
spent.resume().push(null);
const ended: object = Reflect.get(spent, '_readableState');

/** What is the same for all, or follows from what a copy has; a program may still write there. */
const shared: PropertyDescriptorMap = {
  aborted: { value: false, writable: true },
  complete: { value: true, writable: true },
  method: { value: 'GET', writable: true },
  httpVersion: { value: '1.1', writable: true },
  httpVersionMajor: { value: 1, writable: true },
  httpVersionMinor: { value: 1, writable: true },
  rawTrailers: { value: Object.freeze([]), writable: true },
  client: derived('client', ({ socket }) => socket),
  upgrade: derived('upgrade', ({ headers }) => headers.upgrade !== undefined),
  rawHeaders: derived('rawHeaders', ({ headers }) =>
    Object.entries(headers).flatMap(([name, value]) => [value ?? []].flat().flatMap((one) => [name, one])),
  ),
  _readableState: derived('_readableState', (copy) => {
    const state: object = Object.create(ended);
    put(copy, '_readableState', state);
    return state;
  }),
};

/** What a copy need not have until somebody wants it. */
function derived(name: string, made: (copy: IncomingMessage) => unknown): PropertyDescriptor {
  return {
    get(this: IncomingMessage) {
      return made(this);
    },
    set(this: IncomingMessage, value) {
      put(this, name, value);
    },
  };
}

function put(copy: IncomingMessage, name: string, value: unknown): void {
  Object.defineProperty(copy, name, { value, writable: true, configurable: true });
}
