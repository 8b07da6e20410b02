/** The handshake of the WebSocket drafts hixie-76 (Flash, Safari 5) and hixie-75: who asks lawfully, and what is answered. */
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Duplex } from 'node:stream';
import { Deadline } from '../deadline.js';

/** Raw bytes behind the request's header block; behind some proxies they come only after our headers have gone. */
const CHALLENGE = 8;
const GREATEST = 0xffffffff;

/** A lawful request of one of the drafts. */
export interface Offer {
  /** The numbers in the keys; absent in hixie-75, which has neither keys nor a challenge. */
  readonly numbers?: readonly [number, number];
  readonly origin: string | undefined;
  readonly protocol: string | undefined;
}

/** Whether a request wants a WebSocket as the drafts wrote it, lawfully or not; RFC 6455 has one key and a version. */
export function isDraft(headers: IncomingHttpHeaders): boolean {
  return headers['sec-websocket-key'] === undefined && headers['sec-websocket-version'] === undefined;
}

/** @returns `undefined` for keys that nobody who speaks the draft would send */
export function readOffer(headers: IncomingHttpHeaders): Offer | undefined {
  const { origin } = headers;
  const key1 = headers['sec-websocket-key1'];
  const key2 = headers['sec-websocket-key2'];
  const offer = { origin, protocol: headers['sec-websocket-protocol'] };
  if (key1 === undefined && key2 === undefined) return offer;
  const first = numberIn(String(key1 ?? ''));
  const second = numberIn(String(key2 ?? ''));
  return first === undefined || second === undefined ? undefined : { ...offer, numbers: [first, second] };
}

/** The digits of a key as one number, divided by the number of its spaces. */
function numberIn(key: string): number | undefined {
  const digits = key.replace(/[^0-9]/g, '');
  const spaces = key.length - key.replaceAll(' ', '').length;
  // Without spaces it may be a header that a script was able to set: not a browser's own request.
  const number = Number(digits) / spaces;
  return digits !== '' && Number.isInteger(number) && number <= GREATEST ? number : undefined;
}

/** The proof that the request has been understood. @see hixie-76, section 5.2 */
export function proofOf([first, second]: readonly [number, number], challenge: Buffer): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32BE(first, 0);
  bytes.writeUInt32BE(second, 4);
  return createHash('md5').update(bytes).update(challenge).digest();
}

/**
 * The 101. The client compares origin and address with its own.
 * @param address the URL that the client connected to: `ws://` or `wss://`, its `Host`, path and query
 * @param lines header lines of the site's stack
 */
export function headersOf(offer: Offer, address: string, lines: readonly string[]): Buffer {
  const { numbers, origin, protocol } = offer;
  const prefix = numbers ? 'Sec-' : '';
  const head = [
    `HTTP/1.1 101 ${numbers ? 'WebSocket' : 'Web Socket'} Protocol Handshake`,
    'Upgrade: WebSocket',
    'Connection: Upgrade',
    ...(origin === undefined ? [] : [`${prefix}WebSocket-Origin: ${origin}`]),
    `${prefix}WebSocket-Location: ${address}`,
    ...(protocol === undefined ? [] : [`${prefix}WebSocket-Protocol: ${protocol}`]),
    ...lines,
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1');
}

/** How long is waited for what stands behind the headers. */
export interface Patience {
  readonly timeoutMs: number;
  /** It has not come. */
  late?(): void;
}

/** A connection on which the headers of a lawful offer can be written. */
export interface Greeting {
  readonly socket: Duplex;
  /** First bytes behind the request, if any came with it. */
  readonly head: Buffer;
  readonly offer: Offer;
  readonly headers: Buffer;
}

/**
 * Answers with headers and proof, in one write if the challenge is there.
 * @param patience for the challenge; then the connection ends
 * @param ready gets the bytes behind the challenge; not called if the client goes away meanwhile
 */
export function greet(
  { socket, head, offer: { numbers }, headers }: Greeting,
  patience: Patience,
  ready: (rest: Buffer) => void,
): void {
  if (!numbers || head.length >= CHALLENGE) {
    const proof = numbers ? proofOf(numbers, head.subarray(0, CHALLENGE)) : Buffer.alloc(0);
    socket.write(Buffer.concat([headers, proof]));
    return ready(numbers ? head.subarray(CHALLENGE) : head);
  }
  socket.write(headers);
  awaitChallenge(socket, head, patience, (bytes) => {
    socket.write(proofOf(numbers, bytes.subarray(0, CHALLENGE)));
    ready(bytes.subarray(CHALLENGE));
  });
}

function awaitChallenge(
  socket: Duplex,
  head: Buffer,
  { timeoutMs, late }: Patience,
  arrived: (bytes: Buffer) => void,
): void {
  let bytes = head;
  const deadline = new Deadline(timeoutMs, () => {
    socket.destroy();
    late?.();
  });
  const read = (chunk: Buffer): void => {
    bytes = Buffer.concat([bytes, chunk]);
    if (bytes.length < CHALLENGE) return;
    leave();
    arrived(bytes);
  };
  // Both sides of the connection are ours alone: it would stay half open.
  const ended = (): void => void socket.destroy();
  const leave = (): void => {
    deadline.stop();
    socket.pause();
    socket.off('data', read);
    socket.off('end', ended);
    socket.off('close', leave);
  };
  socket.on('data', read);
  socket.on('end', ended);
  socket.on('close', leave);
}
