/** One kept-alive HTTP connection: requests one after the other, bodies by their `Content-Length`. */
import { Tcp } from './tcp.js';

export class HttpLine {
  readonly #host: string;
  #tcp: Tcp | undefined;
  /** An answer that is not whole yet. */
  #begun: Buffer | undefined;
  #answered: ((body: string) => void) | undefined;

  static async open(port: number): Promise<HttpLine> {
    const line = new HttpLine(port);
    line.#tcp = await Tcp.open(port, (chunk) => line.#chunk(chunk));
    return line;
  }

  constructor(port: number) {
    this.#host = `127.0.0.1:${port}`;
  }

  /** @throws unless the answer is 200 */
  get(path: string): Promise<string> {
    return this.#ask(`GET ${path} HTTP/1.1\r\n${this.#common()}\r\n`);
  }

  /** @throws unless the answer is 200 */
  post(path: string, body: string): Promise<string> {
    const length = Buffer.byteLength(body);
    const headers = `Content-Type: text/plain;charset=UTF-8\r\nContent-Length: ${length}\r\n`;
    return this.#ask(`POST ${path} HTTP/1.1\r\n${headers}${this.#common()}\r\n${body}`);
  }

  /** From now on the server may end the connection. */
  release(): void {
    this.#tcp?.release();
  }

  async drop(): Promise<void> {
    await this.#tcp?.drop();
  }

  #common(): string {
    return `Accept: */*\r\nHost: ${this.#host}\r\nConnection: keep-alive\r\n`;
  }

  #ask(request: string): Promise<string> {
    if (this.#answered) throw new Error('one request at a time');
    return new Promise((resolve) => {
      this.#answered = resolve;
      this.#tcp?.write(request);
    });
  }

  #chunk(chunk: Buffer): void {
    const bytes = this.#begun ? Buffer.concat([this.#begun, chunk]) : chunk;
    const body = bodyOf(bytes);
    this.#begun = body === undefined ? Buffer.from(bytes) : undefined;
    if (body === undefined) return;
    const answered = this.#answered;
    if (!answered) throw new Error(`an answer that nobody asked for: ${body}`);
    this.#answered = undefined;
    answered(body);
  }
}

/**
 * The body of one answer, once all of it is there.
 * @throws unless the answer is 200, and the only one
 */
function bodyOf(bytes: Buffer): string | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const head = bytes.toString('latin1', 0, headEnd);
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length === undefined) throw new Error(`an answer without length: ${head}`);
  const end = headEnd + 4 + Number(length);
  if (bytes.length < end) return undefined;
  const body = bytes.toString('utf8', headEnd + 4, end);
  if (!head.startsWith('HTTP/1.1 200')) throw new Error(`not 200: ${head}\n${body}`);
  if (bytes.length > end) throw new Error(`more than one answer: ${body}`);
  return body;
}
