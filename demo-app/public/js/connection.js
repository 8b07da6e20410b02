/** The connection to the server: requests with answers, and what becomes of it. */

/** The server said no; the sentence is for the user. */
export class Refused extends Error {
  constructor({ error, wait }) {
    super(error);
    this.wait = wait;
  }
}

/** There was no answer: the connection is gone or the server took too long. */
export class Unanswered extends Error {}

const PATIENCE = 10_000;
const FULL_HOUSE = 5_000;

export class Connection {
  #line;
  #changed;

  /**
   * @param connect makes the line to the server, by the client that the page has loaded
   * @param changed told `'lost'`, `'full'`; being back is up to whoever catches up after `welcome`
   */
  constructor(connect, transports, changed) {
    this.#changed = changed;
    this.#line = connect(transports, {
      lost: () => changed('lost'),
      refused: (code) => this.#refused(code),
      // The server ended it: the user has signed out, here or in another window.
      ended: signInAgain,
    });
  }

  get up() {
    return this.#line.up;
  }

  open() {
    this.#line.open();
  }

  on(name, listener) {
    this.#line.on(name, listener);
  }

  /** Asks for something. @throws Refused | Unanswered */
  async ask(name, data) {
    // Socket.IO would keep the request for later; whoever asks has a better idea of what to do after a gap.
    if (!this.up) throw new Unanswered('offline');
    const reply = await this.#line.ask(name, data, PATIENCE).catch((error) => {
      throw new Unanswered(error.message);
    });
    if (!reply.ok) throw new Refused(reply);
    return reply;
  }

  /** Says something that needs no answer and may be lost. */
  tell(name, data) {
    if (this.up) this.#line.tell(name, data);
  }

  #refused(code) {
    if (code === 'NAME_NEEDED') signInAgain();
    // Socket.IO does not try again by itself when the server has refused, only when it could not be reached.
    else if (code === 'HOUSE_FULL') {
      this.#changed('full');
      setTimeout(() => this.open(), FULL_HOUSE);
    } else this.#changed('lost');
  }
}

/** The server leads from this page to the form, and back to it. */
function signInAgain() {
  window.location.reload();
}
