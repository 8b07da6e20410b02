/** Somebody at the fuzzed site who does nothing but what is lawful: nothing may be lost, and nobody may be kept waiting for ever. */
import { type Socket as Client, io as connect } from 'socket.io-client';

/** Milliseconds between two questions, and those that an answer may take: others keep this machine busy, too. */
const PAUSE = 20;
const PATIENCE = 8_000;

export class Bystander {
  readonly #client: Client;
  readonly #way: string;
  readonly #faults: string[] = [];
  #tock: number | undefined;
  #number = 0;
  #asked = 0;
  #leaving = false;

  constructor(port: number, way: 'websocket' | 'polling') {
    this.#way = way;
    this.#client = connect(`http://127.0.0.1:${port}`, {
      transports: [way],
      reconnection: false,
      forceNew: true,
      extraHeaders: { Origin: 'http://h.example' },
    });
    this.#client.on('tock', (number: number) => this.#hear(number));
    this.#client.on('disconnect', (why, details) => {
      const more = details instanceof Error ? details : { description: details?.description };
      if (!this.#leaving)
        this.#complain(`was sent away: ${why}, ${(more as { description?: unknown }).description}`);
    });
  }

  async enter(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#client.on('connect', resolve);
      this.#client.on('connect_error', reject);
    });
    this.#client.emit('watch');
    this.#ask();
  }

  /** What it has noticed since it was asked last. */
  complaints(): string[] {
    const silence = performance.now() - this.#asked;
    if (this.#client.connected && silence > PATIENCE) this.#complain(`waits for ${silence.toFixed(0)} ms`);
    return this.#faults.splice(0);
  }

  leave(): void {
    this.#leaving = true;
    this.#client.disconnect();
  }

  #ask(): void {
    if (this.#leaving) return;
    const number = ++this.#number;
    this.#asked = performance.now();
    this.#client.emit('tick', number, (answer: number) => {
      if (answer !== number) this.#complain(`asked ${number}, was answered ${answer}`);
      setTimeout(() => this.#ask(), PAUSE);
    });
  }

  #hear(number: number): void {
    if (this.#tock !== undefined && number !== this.#tock + 1)
      this.#complain(`heard ${number} after ${this.#tock}`);
    this.#tock = number;
  }

  #complain(text: string): void {
    this.#faults.push(`by ${this.#way}: ${text}`);
  }
}
