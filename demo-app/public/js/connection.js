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
  #socket;
  #changed;

  /** @param changed told `'lost'`, `'full'`; being back is up to whoever catches up after `welcome` */
  constructor(changed) {
    this.#changed = changed;
    this.#socket = window.io({ reconnectionDelay: 300, reconnectionDelayMax: 4_000, autoConnect: false });
    this.#socket.on('disconnect', (reason) => this.#left(reason));
    this.#socket.on('connect_error', (error) => this.#refused(error));
  }

  get up() {
    return this.#socket.connected;
  }

  open() {
    this.#socket.connect();
  }

  on(name, listener) {
    this.#socket.on(name, listener);
  }

  /** Asks for something. @throws Refused | Unanswered */
  async ask(name, data) {
    // Socket.IO would keep the request for later; whoever asks has a better idea of what to do after a gap.
    if (!this.up) throw new Unanswered('offline');
    const reply = await this.#socket
      .timeout(PATIENCE)
      .emitWithAck(name, data)
      .catch((error) => {
        throw new Unanswered(error.message);
      });
    if (!reply.ok) throw new Refused(reply);
    return reply;
  }

  /** Says something that needs no answer and may be lost. */
  tell(name, data) {
    if (this.up) this.#socket.emit(name, data);
  }

  #left(reason) {
    // The server ended it: the user has signed out, here or in another window.
    if (reason === 'io server disconnect') signInAgain();
    else this.#changed('lost');
  }

  #refused(error) {
    if (error.message === 'NAME_NEEDED') signInAgain();
    // Socket.IO does not try again by itself when the server has refused, only when it could not be reached.
    else if (error.message === 'HOUSE_FULL') {
      this.#changed('full');
      setTimeout(() => this.open(), FULL_HOUSE);
    } else this.#changed('lost');
  }
}

function signInAgain() {
  window.location.assign('/sign-in');
}
