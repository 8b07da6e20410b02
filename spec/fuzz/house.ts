/** The fuzzed site from outside: its program, the bystanders who must not notice anything, and all that goes wrong there. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Bystander } from './bystander.js';
import { play } from './player.js';
import { MARK } from './sentences.js';
import type { News, Rest } from './site.js';
import type { Script } from './steps.js';

export type FaultKind =
  | 'crash'
  | 'stall'
  | 'rejection'
  | 'complaint'
  | 'leak'
  | 'no answer'
  | 'reflected'
  | 'verdict'
  | 'trap'
  | 'bystander';

export interface Fault {
  readonly kind: FaultKind;
  readonly text: string;
}

/** Milliseconds in which the last of those who went without a word is missed. */
const SETTLING = 20_000;
/** Milliseconds in which the site has to say what is left: it may be in a turn without end. */
const STUCK = 10_000;

export class House {
  readonly #child: ChildProcess;
  readonly port: number;
  readonly #bystanders: readonly Bystander[];
  readonly #faults: Fault[] = [];
  /** The site's program is over, and all that it said of its end is known. */
  readonly #end: Promise<unknown>;
  #resting: ((rest: Rest | undefined) => void) | undefined;
  #closing = false;
  alive = true;

  static async open(): Promise<House> {
    const child = fork(fileURLToPath(new URL('site.ts', import.meta.url)), {
      execArgv: ['--expose-gc', '--import', 'tsx', '--no-deprecation'],
      stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    });
    const [news] = (await once(child, 'message')) as [News];
    if (!('port' in news)) throw new Error(`The site does not open: ${JSON.stringify(news)}`);
    const bystanders = [new Bystander(news.port, 'websocket'), new Bystander(news.port, 'polling')];
    await Promise.all(bystanders.map((bystander) => bystander.enter()));
    return new House(child, news.port, bystanders);
  }

  private constructor(child: ChildProcess, port: number, bystanders: readonly Bystander[]) {
    this.#child = child;
    this.port = port;
    this.#bystanders = bystanders;
    let complaints = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      complaints = `${complaints}${text}`.slice(-4_000);
    });
    child.on('message', (news: News) => this.#hear(news));
    // The channel breaks before the end of the program is told: whatever is sent in between would be an error of ours.
    child.on('disconnect', () => this.#lose());
    child.on('close', (code, signal) => {
      this.#lose();
      if (!this.#closing) this.#faults.push({ kind: 'crash', text: `${code ?? signal}\n${complaints}` });
    });
    this.#end = new Promise((resolve) => child.once('close', resolve));
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Plays a script. What it alone can show is found here; the rest is found by `faults`. */
  async run(script: Script): Promise<void> {
    const { said, missing, misjudged } = await play(this.port, script);
    if (!this.alive) return;
    for (const bytes of missing) this.#faults.push({ kind: 'no answer', text: JSON.stringify(bytes) });
    for (const text of misjudged) this.#faults.push({ kind: 'verdict', text });
    const heard = said.find((text) => reflects(text, script));
    if (heard !== undefined) this.#faults.push({ kind: 'reflected', text: JSON.stringify(heard) });
  }

  /** What has gone wrong since this was asked last. */
  faults(): Fault[] {
    if (this.alive)
      for (const bystander of this.#bystanders)
        for (const text of bystander.complaints()) this.#faults.push({ kind: 'bystander', text });
    const found = this.#faults.splice(0);
    // Whoever was there when the site died has missed all kinds of things.
    const crashes = found.filter(({ kind }) => kind === 'crash');
    return crashes.length > 0 ? crashes : found;
  }

  /**
   * Waits until all who came have been forgotten.
   * @returns what is left, with a fault if somebody is; `undefined` if the site has come to its end
   */
  async settle(): Promise<Rest | undefined> {
    const begin = performance.now();
    for (;;) {
      const rest = await this.#rest();
      if (!rest) return void (await this.#end);
      // The bystanders' own connections: one each, and one more while a POST is under way.
      const isQuiet = rest.sessions <= 0 && rest.connections <= 2 * this.#bystanders.length;
      if (isQuiet) return rest;
      if (performance.now() - begin > SETTLING) {
        this.#faults.push({ kind: 'leak', text: JSON.stringify(rest) });
        return rest;
      }
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }

  close(): void {
    this.#closing = true;
    for (const bystander of this.#bystanders) bystander.leave();
    if (this.#child.connected) this.#child.disconnect();
  }

  async #rest(): Promise<Rest | undefined> {
    if (!this.alive) return undefined;
    const stuck = setTimeout(() => this.#giveUp(), STUCK);
    const rest = await new Promise<Rest | undefined>((resolve) => {
      this.#resting = resolve;
      this.#child.send(this.#bystanders.length, (error) => error && resolve(undefined));
    });
    clearTimeout(stuck);
    return rest;
  }

  #giveUp(): void {
    this.#closing = true;
    this.#faults.push({ kind: 'stall', text: `a turn of more than ${STUCK} ms` });
    this.#child.kill('SIGKILL');
  }

  #lose(): void {
    this.alive = false;
    this.#resting?.(undefined);
  }

  #hear(news: News): void {
    if ('rest' in news) this.#resting?.(news.rest);
    else if ('fault' in news) this.#faults.push({ kind: news.fault, text: news.text });
  }
}

/**
 * What has to come back: names of namespaces, written as they are or in a script, what the program of `/echo` says,
 * addresses in the handshake of hixie-76. Packets of revision 1 stand one behind the other here, with little between.
 */
const lawful =
  /4[0-4]\/[^,]*,|4[0-4]\\\/(?:\\.|[^,"\\])*|[0-9]:[^:"]*:\\\/(?:\\.|[^:"\\])*|[0-9]:[^:]*:\/(?:(?![0-9]::)[^:])*|Sec-WebSocket-(?:Location|Protocol|Origin): .*|WebSocket-Location: .*/g;

function reflects(text: string, script: Script): boolean {
  if (!text.includes(MARK) || !text.replace(lawful, '').includes(MARK)) return false;
  return !script.some((step) => 'bytes' in step && /echo/.test(step.bytes));
}
