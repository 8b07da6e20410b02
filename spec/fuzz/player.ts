/** Plays a script to a site: one connection for each line of it, and all that came back. */
import { connect, type Socket } from 'node:net';
import { type Awaited, closeCodeIn, type Script, type Step } from './steps.js';
import { SID } from './urls.js';

/** Milliseconds that an answer may take: one that is owed, and one that may as well not come. */
const PATIENCE = { owed: 10_000, answer: 150 } as const;
/** Milliseconds in which the site may have its last word. */
const LAST_WORD = 300;

/** An id where a handshake puts it: in JSON, escaped or not, or before the first colon of revision 1. */
const ID = /\\?"sid\\?":\\?"([\w-]{20})\\?"|(?:\r\n\r\n|\(")([\w-]{20}):[0-9]*:/;

/** What came of it. */
export interface Outcome {
  /** Bytes of each line, one character each. */
  readonly said: readonly string[];
  /** What was owed and did not come. */
  readonly missing: readonly string[];
  /** WebSockets that ended otherwise than they had to. */
  readonly misjudged: readonly string[];
}

export async function play(port: number, script: Script): Promise<Outcome> {
  const player = new Player(port);
  try {
    for (const step of script) await player.take(step);
    return await player.end();
  } finally {
    player.close();
  }
}

class Player {
  readonly #port: number;
  readonly #lines = new Map<number, Line>();
  readonly #missing: string[] = [];
  readonly #misjudged: string[] = [];
  #sid = 'x'.repeat(20);

  constructor(port: number) {
    this.#port = port;
  }

  async take(step: Step): Promise<void> {
    const line = this.#line(step.line);
    if ('end' in step) return line.hangUp(step.end);
    const bytes = step.bytes.replaceAll(SID, this.#sid);
    if (typeof step.awaits === 'object') return this.#judge(line, step.awaits.close);
    if ((await line.say(bytes, step.awaits)) === 'missing') this.#missing.push(bytes);
    const [, inJson, first] = ID.exec(line.heard) ?? [];
    this.#sid = inJson ?? first ?? this.#sid;
  }

  /** Everybody goes, and what has been said meanwhile is heard. */
  async end(): Promise<Outcome> {
    const lines = [...this.#lines.values()];
    for (const line of lines) line.hangUp('end');
    await Promise.all(lines.map((line) => line.over(LAST_WORD)));
    return { said: lines.map(({ heard }) => heard), missing: this.#missing, misjudged: this.#misjudged };
  }

  async #judge(line: Line, owed: number): Promise<void> {
    const code = await line.closing();
    if (code !== owed) this.#misjudged.push(`closed with ${code ?? 'nothing'} instead of ${owed}`);
  }

  close(): void {
    for (const line of this.#lines.values()) line.hangUp('reset');
  }

  #line(number: number): Line {
    const known = this.#lines.get(number);
    if (known) return known;
    const line = new Line(connect(this.#port, '127.0.0.1'));
    this.#lines.set(number, line);
    return line;
  }
}

class Line {
  readonly #socket: Socket;
  heard = '';
  #ended = false;
  #look: () => void = () => {};

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('latin1').setNoDelay();
    socket.on('data', (text: string) => {
      this.heard += text;
      this.#look();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#ended = true;
      this.#look();
    });
  }

  async say(bytes: string, awaits: Exclude<Awaited, object>): Promise<'missing' | undefined> {
    const from = this.heard.length;
    if (bytes !== '' && this.#socket.writable) this.#socket.write(bytes, 'latin1');
    // The next piece shall be another segment.
    if (awaits === 'turn') return void (await new Promise((resolve) => setImmediate(resolve)));
    const came = await this.#until(() => this.#ended || isAnswer(this.heard.slice(from)), PATIENCE[awaits]);
    return came || awaits !== 'owed' ? undefined : 'missing';
  }

  /** @returns the code with which the site has closed a WebSocket */
  async closing(): Promise<number | undefined> {
    await this.#until(() => this.#ended || closeCodeIn(this.heard) !== undefined, PATIENCE.owed);
    return closeCodeIn(this.heard);
  }

  hangUp(end: 'end' | 'reset'): void {
    if (end === 'end') this.#socket.end();
    // Node keeps a connection for ever that it shall reset while something else is under way on it.
    else if (this.#isIdle) this.#socket.resetAndDestroy();
    else this.#socket.destroy();
  }

  get #isIdle(): boolean {
    const { connecting, writableEnded, writableLength, destroyed } = this.#socket;
    return !connecting && !writableEnded && !destroyed && writableLength === 0;
  }

  async over(ms: number): Promise<void> {
    await this.#until(() => this.#ended, ms);
  }

  #until(fulfilled: () => boolean, ms: number): Promise<boolean> {
    if (fulfilled()) return Promise.resolve(true);
    return new Promise((resolve) => {
      const settle = (came: boolean): void => {
        clearTimeout(timer);
        this.#look = () => {};
        resolve(came);
      };
      const timer = setTimeout(() => settle(false), ms);
      this.#look = () => fulfilled() && settle(true);
    });
  }
}

/** Whether there is a whole answer over HTTP, or what may be one: a page without end, a switch of protocols. */
function isAnswer(text: string): boolean {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return false;
  const length = /^content-length: ([0-9]+)/im.exec(text.slice(0, end))?.[1];
  return length === undefined || text.length >= end + 4 + Number(length);
}
