/** The line to the server by clients 0.7 to 0.9, which know text only: bytes travel as `{ base64 }`, both ways. */
import { answered } from './answered.js';

const RETRY = 4_000;

/** As in today.js. */
export function connect(transports, told) {
  const socket = window.io.connect('', {
    transports,
    'auto connect': false,
    'reconnection delay': 300,
    'reconnection limit': RETRY,
    'max reconnection attempts': Number.POSITIVE_INFINITY,
  });
  const connection = socket.socket;
  const open = () => connection.connected || connection.connect();
  let leaving = false;

  socket.on('disconnect', (reason) => {
    if (reason !== 'booted') told.lost();
    else if (!leaving) told.ended();
  });
  socket.on('connect_failed', refused);
  // A text comes from a server that refuses, or is empty when there is none; all else is followed by `disconnect`.
  socket.on('error', (reason) => typeof reason === 'string' && refused());

  /** The client learns no reason and gives up: whether one is signed in is seen from the page. */
  async function refused() {
    hangUp();
    try {
      const page = await fetch(window.location, { redirect: 'manual' });
      told.refused(page.type === 'opaqueredirect' ? 'NAME_NEEDED' : 'HOUSE_FULL');
    } catch {
      told.lost();
      setTimeout(open, RETRY);
    }
  }

  function hangUp() {
    leaving = true;
    if (connection.connected) connection.disconnect();
    leaving = false;
    // After a refused handshake it would wait for the end of this one before it begins another.
    connection.connecting = false;
  }

  return {
    get up() {
      return connection.connected;
    },
    open,
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
