/** A visitor of one server who asks over HTTP as Engine.IO 3 has it, and notes what is answered. */
import { WebSocket } from 'ws';
import { within } from './patience.js';
import { payloadOf } from './raw-engine3.js';

export const TEXT = 'text/plain;charset=UTF-8';
export const OCTETS = 'application/octet-stream';
export const FORM = 'application/x-www-form-urlencoded';
export const ENTER = '?EIO=3&transport=polling';
export const BACK = `${ENTER}&sid=SID`;

/** Says that all before it has been dealt with. */
const LAST = payloadOf('42["message","last"]');
const ENDED = 'the end';

export class Visitor {
  readonly #url: string;
  /** What has been answered, in order. */
  readonly notes: unknown[] = [];
  #sid = '';

  constructor(url: string) {
    this.#url = url;
  }

  /**
   * Notes the answer: its status, what it is, and what it says.
   * @param query `SID` stands for the session's id
   */
  async ask(query: string, init: RequestInit = {}, path = '/socket.io/'): Promise<void> {
    const { status, type, text } = await this.#fetch(query, init, path);
    // Of what is empty, or is nobody's, the kind does not matter.
    this.notes.push(status === 404 || text === '' ? { status } : { status, type, text: this.#plain(text) });
  }

  /** Comes in, and hears that it is. What is noted begins after it. */
  async enter(query = ''): Promise<void> {
    const { text } = await this.#fetch(`${ENTER}${query}`);
    if (!text.includes('2:40')) await this.#fetch(`${BACK}${query}`);
    this.notes.length = 0;
  }

  /**
   * Says something, and notes what it hears until all has been dealt with or the session is no more. How a bad body is
   * answered is not noted: the genuine servers say `ok` and forget the session.
   */
  async say(body: string | Buffer, type = TEXT, query = ''): Promise<void> {
    const script = query.includes('j=');
    await this.#post(`${BACK}${query}`, body, type);
    await this.#post(
      `${BACK}${query}`,
      script ? `d=${encodeURIComponent(LAST)}` : LAST,
      script ? FORM : TEXT,
    );
    for (let heard = ''; !heard.includes('last'); ) {
      const { status, text } = await this.#fetch(`${BACK}${query}`);
      if (status !== 200 || /\d:1("\);)?$/.test(text)) return void this.notes.push(ENDED);
      heard = this.#plain(text.replace(/1:6(?=\d|$)/, ''));
      if (heard !== '') this.notes.push(heard);
    }
  }

  /** Several polls at once: how they are answered, in no order. */
  async pollTwice(): Promise<void> {
    const polls = [this.#fetch(BACK), this.#fetch(BACK)];
    const all = await Promise.all(polls);
    this.notes.push(
      all.some(({ status }) => status >= 400),
      all.length,
    );
    this.notes.push((await this.#fetch(BACK)).status >= 400 ? ENDED : 'goes on');
  }

  /** What a WebSocket hears: so many frames, or less and its end. */
  async line(query: string, frames: readonly (string | Buffer)[], count: number): Promise<void> {
    const address = `${this.#url.replace('http', 'ws')}/socket.io/?EIO=3&transport=websocket${query}`;
    const socket = new WebSocket(address.replace('SID', this.#sid));
    const heard: string[] = [];
    const over = new Promise<void>((resolve) => {
      const note = (what: string): void => {
        heard.push(what);
        if (heard.length >= count || what === ENDED) resolve();
      };
      socket.on('open', () => {
        for (const frame of frames) socket.send(frame);
      });
      socket.on('message', (data: Buffer, binary) =>
        note(this.#plain(data.toString(binary ? 'hex' : 'utf8'))),
      );
      socket.on('unexpected-response', (_req, res) => {
        heard.push(`refused by ${res.statusCode}`);
        resolve();
      });
      socket.on('error', () => {});
      socket.on('close', () => note(ENDED));
    });
    await within(over, `${count} frames`).finally(() => socket.terminate());
    this.notes.push(...heard);
  }

  #post(query: string, body: string | Buffer, type: string) {
    const data = typeof body === 'string' ? body : new Uint8Array(body);
    return this.#fetch(query, { method: 'POST', body: data, headers: { 'Content-Type': type } });
  }

  async #fetch(query: string, init: RequestInit = {}, path = '/socket.io/') {
    const address = `${this.#url}${path}${query.replace('SID', this.#sid)}`;
    // A connection that breaks off is an answer, too.
    const answer = await within(fetch(address, init), 'an answer', 5_000).catch(() => undefined);
    const type = answer?.headers.get('content-type')?.toLowerCase() ?? '';
    const bytes = answer ? Buffer.from(await answer.arrayBuffer()) : Buffer.of();
    const text = bytes.toString(type === OCTETS ? 'hex' : 'utf8');
    this.#sid ||= /\\?"sid\\?":\\?"([\w-]{20})/.exec(text)?.[1] ?? '';
    return { status: answer?.status ?? 0, type, text };
  }

  /** Without ids, lengths and bounds; that `40` comes with the handshake at 2.5.1 is no difference either. */
  #plain(text: string): string {
    return text
      .replace(/(\\?"sid\\?":\\?")[\w-]{20}/, '$1S')
      .replace(/,\\?"maxPayload\\?":\d+/, '')
      .replace(/\d+:0\{/, 'N:0{')
      .replace(/\}2:40/, '}')
      .replace(/\\+u([0-9a-f]{4})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
      .replace(/\d+:4/g, 'N:4');
  }
}
