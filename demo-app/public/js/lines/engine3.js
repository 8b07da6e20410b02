/** The line to the server by clients 1.x and 2.x. */
import { answered } from './answered.js';

/** As in today.js. */
export function connect(transports, told) {
  const socket = window.io({
    transports,
    reconnectionDelay: 300,
    reconnectionDelayMax: 4_000,
    autoConnect: false,
  });
  socket.on('disconnect', (reason) => (reason === 'io server disconnect' ? told.ended() : told.lost()));
  socket.on('connect_error', () => told.lost());
  socket.on('error', (reason) => {
    // An `Error` is a fault of the connection, and `disconnect` follows; a text is what the server has refused with.
    if (typeof reason !== 'string') return;
    // The connection itself would stay, and the next try would be refused for being there already.
    socket.disconnect();
    told.refused(reason);
  });
  return {
    get up() {
      return socket.connected;
    },
    open: () => socket.connect(),
    on: (name, listener) => socket.on(name, listener),
    tell: (name, data) => socket.emit(name, data),
    ask: (name, data, patience) =>
      answered(patience, (answer) => socket.emit(name, withBuffer(data), answer)),
  };
}

/** These clients take an `ArrayBuffer` for bytes; a view of one would go as an object full of numbers. */
function withBuffer(data) {
  if (!data.picture) return data;
  return { ...data, picture: { ...data.picture, bytes: data.picture.bytes.buffer } };
}
