/** The line to the server by clients 3.x and 4.x. */

/**
 * Every file of this folder has a `connect` like this one.
 * @param told `lost()`: it tries again by itself, `refused(code)`: it does not, `ended()`: the server wants us gone
 * @returns `up`, `open()`, `on(name, listener)`, `tell(name, data)`, and `ask(name, data, patience)`, a promise
 */
export function connect(transports, told) {
  const socket = window.io({
    transports,
    reconnectionDelay: 300,
    reconnectionDelayMax: 4_000,
    autoConnect: false,
  });
  socket.on('disconnect', (reason) => (reason === 'io server disconnect' ? told.ended() : told.lost()));
  socket.on('connect_error', (error) => (socket.active ? told.lost() : told.refused(error.message)));
  return {
    get up() {
      return socket.connected;
    },
    open: () => socket.connect(),
    on: (name, listener) => socket.on(name, listener),
    tell: (name, data) => socket.emit(name, data),
    ask: (name, data, patience) => socket.timeout(patience).emitWithAck(name, data),
  };
}
