/** One client by HTTP long-polling: a connection for its GETs, another for its POSTs, as browsers do it. */
import { HttpLine } from './http.js';

const SEPARATOR = '\x1e';

export class Poller {
  readonly #gets: HttpLine;
  readonly #posts: HttpLine;
  readonly sid: string;
  readonly #path: string;
  #said: Promise<void> = Promise.resolve();

  /** Opens a session. */
  static async open(port: number): Promise<Poller> {
    const [gets, posts] = await Promise.all([HttpLine.open(port), HttpLine.open(port)]);
    const opening = await gets.get('/socket.io/?EIO=4&transport=polling');
    if (!opening.startsWith('0{')) throw new Error(`no opening: ${opening}`);
    const { sid } = JSON.parse(opening.slice(1)) as { sid: string };
    return new Poller(gets, posts, sid);
  }

  /** Opens a session and joins `/`. */
  static async join(port: number): Promise<Poller> {
    const poller = await Poller.open(port);
    const polled = poller.poll();
    await poller.say('40');
    const packets = await polled;
    if (!packets[0]?.startsWith('40{"sid":')) throw new Error(`not joined: ${packets.join(' ')}`);
    return poller;
  }

  constructor(gets: HttpLine, posts: HttpLine, sid: string) {
    this.#gets = gets;
    this.#posts = posts;
    this.sid = sid;
    this.#path = `/socket.io/?EIO=4&transport=polling&sid=${sid}`;
  }

  /** The next packets; a ping among them is answered and left out, and alone it lets us poll again. */
  async poll(): Promise<string[]> {
    for (;;) {
      const packets = (await this.#gets.get(this.#path)).split(SEPARATOR);
      const others = packets.filter((packet) => packet !== '2');
      if (others.length < packets.length) await this.say('3');
      if (others.length > 0) return others;
    }
  }

  /** One POST after the other: a ping may want its answer while another is under way. */
  say(packet: string): Promise<void> {
    this.#said = this.#said.then(() => this.#post(packet));
    return this.#said;
  }

  async #post(packet: string): Promise<void> {
    const answer = await this.#posts.post(this.#path, packet);
    if (answer !== 'ok') throw new Error(`a POST was answered "${answer}"`);
  }

  /** Ends the session; nothing may wait. */
  async leave(): Promise<void> {
    await this.say('1');
    await this.drop();
  }

  /** The session has moved: the server may end our connections. */
  release(): void {
    this.#gets.release();
    this.#posts.release();
  }

  async drop(): Promise<void> {
    await Promise.all([this.#gets.drop(), this.#posts.drop()]);
  }
}
