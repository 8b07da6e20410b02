/** The endless page of the htmlfile transport, read as it comes: its chunks, and what its scripts call. */
import { connect, type Socket } from 'node:net';
import { runInNewContext } from 'node:vm';
import { within } from './patience.js';

const SCRIPT = /<script>(.*?)<\/script>/gs;

export class HtmlfilePage {
  readonly socket: Socket;
  #parts: Buffer[] = [];
  #ended = false;
  #look: () => void = () => {};

  constructor(port: number, path = '/', lines: readonly string[] = []) {
    this.socket = connect(port, '127.0.0.1');
    this.socket.on('data', (bytes: Buffer) => {
      this.#parts.push(bytes);
      this.#look();
    });
    this.socket.on('close', () => {
      this.#ended = true;
      this.#look();
    });
    this.socket.on('error', () => {});
    const head = [`GET ${path} HTTP/1.1`, `Host: 127.0.0.1:${port}`, ...lines];
    this.socket.write(`${head.join('\r\n')}\r\n\r\n`);
  }

  get #bytes(): Buffer {
    const bytes = Buffer.concat(this.#parts);
    this.#parts = [bytes];
    return bytes;
  }

  /** Status line and headers. */
  get head(): string {
    const bytes = this.#bytes;
    return bytes.subarray(0, bytes.indexOf('\r\n\r\n')).toString('latin1');
  }

  /** The chunks that are complete, the last and empty one included. */
  get chunks(): Buffer[] {
    const bytes = this.#bytes;
    const head = bytes.indexOf('\r\n\r\n');
    return head === -1 ? [] : chunksOf(bytes.subarray(head + 4));
  }

  get text(): string {
    return Buffer.concat(this.chunks).toString();
  }

  /** What the scripts that have come so far have told the page around them. */
  get told(): string[] {
    const told: string[] = [];
    const document = {};
    const parent = { s: { _: (text: string) => told.push(text) } };
    const bodies = [...this.text.matchAll(SCRIPT)].map(([, body]) => body);
    runInNewContext(bodies.join('\n'), { parent, document });
    return told;
  }

  /** So many frames have come. */
  heard(count: number): Promise<string[]> {
    return this.#until(() => this.told.length >= count, `${count} frames`).then(() => this.told);
  }

  /** So many chunks have come. */
  arrived(count: number): Promise<Buffer[]> {
    return this.#until(() => this.chunks.length >= count, `${count} chunks`).then(() => this.chunks);
  }

  /** The page is complete, or cut. */
  over(): Promise<void> {
    return this.#until(() => this.#ended || this.chunks.at(-1)?.length === 0, 'the end of the page');
  }

  /** Whether the server has said that the page is complete. */
  get complete(): boolean {
    return this.chunks.at(-1)?.length === 0;
  }

  #until(fulfilled: () => boolean, what: string): Promise<void> {
    const promise = new Promise<void>((resolve) => {
      this.#look = () => {
        if (!fulfilled()) return;
        this.#look = () => {};
        resolve();
      };
      this.#look();
    });
    return within(promise, what);
  }
}

/** @see RFC 9112, section 7.1 */
function chunksOf(body: Buffer): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0, line = body.indexOf('\r\n'); line !== -1; line = body.indexOf('\r\n', at)) {
    const end = line + 2 + Number.parseInt(body.toString('latin1', at, line), 16);
    if (body.length < end + 2) break;
    chunks.push(body.subarray(line + 2, end));
    at = end + 2;
  }
  return chunks;
}
