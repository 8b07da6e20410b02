// @ts-check
/** The program that both libraries run, the same source for each: all that the loads ask for. */

/** What every broadcast says. */
export const NEWS = 'a short message that everybody in the room is told';

/**
 * @typedef {(...args: never[]) => void} Listener
 * @typedef {{ on(event: string, listener: Listener): unknown, emit(event: string, ...args: unknown[]): unknown, join(room: string): unknown }} ServedSocket
 * @typedef {{ on(event: 'connection', listener: (socket: ServedSocket) => void): unknown, to(room: string): { emit(event: string, ...args: unknown[]): unknown } }} Served
 */

/** @param {Served} io */
export function program(io) {
  io.on('connection', (socket) => {
    socket.on('echo', (/** @type {unknown} */ what) => socket.emit('echo', what));

    // An acknowledgement each way: the client's question is answered with the client's own answer.
    socket.on('ask', (/** @type {string} */ text, /** @type {(answer: string) => void} */ reply) => {
      socket.emit('asked', text, (/** @type {string} */ answer) => reply(answer));
    });

    socket.on(
      'store',
      (/** @type {{ items: unknown[] }} */ document, /** @type {(count: number) => void} */ reply) => {
        reply(document.items.length);
      },
    );

    socket.on('join', (/** @type {string} */ room, /** @type {() => void} */ reply) => {
      socket.join(room);
      reply();
    });

    socket.on(
      'tell',
      (/** @type {string} */ room, /** @type {number} */ times, /** @type {number} */ turns) => {
        inTurns(turns, () => {
          for (let time = 0; time < times; time++) io.to(room).emit('news', NEWS);
        });
      },
    );
  });
}

/**
 * Once in each of so many turns of the event loop, as a server does that has news all the time.
 * @param {number} turns
 * @param {() => void} act
 */
export function inTurns(turns, act) {
  act();
  if (turns > 1) setImmediate(inTurns, turns - 1, act);
}
