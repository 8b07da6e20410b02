/** The line to the server by clients 0.7 to 0.9, which know text only: bytes travel as `{ base64 }`, both ways. */
import { answered } from './answered.js';

/** As in today.js. */
export function connect(transports, told) {
  const socket = window.io.connect('', {
    transports,
    'auto connect': false,
    'reconnection delay': 300,
    'reconnection limit': 4_000,
    'max reconnection attempts': Number.POSITIVE_INFINITY,
  });
  const connection = socket.socket;
  socket.on('disconnect', (reason) => (reason === 'booted' ? told.ended() : told.lost()));
  // While it tries again by itself, an error is one more vain attempt.
  socket.on('error', (reason) => (connection.reconnecting ? told.lost() : told.refused(reason)));
  socket.on('connect_failed', (reason) => told.refused(reason));
  return {
    get up() {
      return connection.connected;
    },
    open() {
      // After a refusal the client still believes that it is connecting, and would do nothing.
      connection.connecting = false;
      connection.connect();
    },
    on: (name, listener) => socket.on(name, (data) => listener(withBytes(data))),
    tell: (name, data) => socket.emit(name, data),
    ask: async (name, data, patience) =>
      withBytes(await answered(patience, (answer) => socket.emit(name, withText(data), answer))),
  };
}

function withText(data) {
  if (!data.picture) return data;
  const signs = Array.from(data.picture.bytes, (byte) => String.fromCharCode(byte));
  return { ...data, picture: { ...data.picture, bytes: { base64: btoa(signs.join('')) } } };
}

function withBytes(value) {
  if (typeof value !== 'object' || value === null) return value;
  if (typeof value.base64 === 'string')
    return Uint8Array.from(atob(value.base64), (sign) => sign.charCodeAt(0));
  for (const [name, member] of Object.entries(value)) value[name] = withBytes(member);
  return value;
}
