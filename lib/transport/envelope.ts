/** How a polling client's payload stands in HTTP bodies: bare, or in something that carries it. */
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Frame } from '../codec/codec.js';

/** The body of an answer, and the headers that say what it is. */
export interface Letter {
  readonly body: Frame;
  readonly headers: OutgoingHttpHeaders;
}

export interface Envelope {
  seal(payload: Frame): Letter;
  /** What the body of a POST carries; `undefined` if that is nothing. */
  open(body: Frame): Frame | undefined;
}

export const bare: Envelope = {
  seal: (payload) => ({
    body: payload,
    headers: {
      'Content-Type': typeof payload === 'string' ? 'text/plain; charset=UTF-8' : 'application/octet-stream',
    },
  }),
  open: (body) => body,
};

/** Answers a poll. */
export function deliver(res: ServerResponse, { body, headers }: Letter): void {
  // Compressing takes time; the client may have gone, and what it did not get is kept already.
  if (res.destroyed || res.headersSent) return;
  res.writeHead(200, { ...headers, 'Content-Length': Buffer.byteLength(body), 'Cache-Control': 'no-store' });
  res.end(body);
}
