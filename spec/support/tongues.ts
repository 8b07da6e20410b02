/** The three generations by hand: where each of them asks, and how it writes the little that a spec has to say. */

export interface Tongue {
  readonly name: string;
  /** As in the option `generations`. */
  readonly generation: 1 | 3 | 4;
  /** @param query more of it, with an ampersand in front */
  handshake(query?: string): string;
  /** The session's id in the answer to a handshake. */
  sidIn(body: string): string;
  /** Where a session is polled, or found by a WebSocket. @param transport in Engine.IO's words */
  path(transport: string, sid: string): string;
  /** The body of a POST. */
  pack(...packets: string[]): string;
  /** What has to be said to be in a namespace; for `/` nothing, where connecting is enough. */
  join(nsp: string, auth?: string): string[];
  event(name: string, argument?: string): string;
  readonly bye: string;
}

const modern: Tongue = {
  name: 'Engine.IO 4',
  generation: 4,
  handshake: (query = '') => `/socket.io/?EIO=4&transport=polling${query}`,
  sidIn: (body) => /"sid":"([^"]+)"/.exec(body)?.[1] ?? '',
  path: (transport, sid) => `/socket.io/?EIO=4&transport=${transport}&sid=${sid}`,
  pack: (...packets) => packets.join('\x1e'),
  join: (nsp, auth = '') => [nsp === '/' ? `40${auth}` : `40${nsp},${auth}`],
  event: (name, argument = '') => `42${JSON.stringify([name, argument])}`,
  bye: '1',
};

const classic: Tongue = {
  ...modern,
  name: 'Engine.IO 3',
  generation: 3,
  handshake: (query = '') => `/socket.io/?EIO=3&transport=polling${query}`,
  path: (transport, sid) => `/socket.io/?EIO=3&transport=${transport}&sid=${sid}`,
  pack: (...packets) => packets.map((packet) => `${packet.length}:${packet}`).join(''),
  join: (nsp) => (nsp === '/' ? [] : [`40${nsp},`]),
};

const vintage: Tongue = {
  name: 'revision 1',
  generation: 1,
  handshake: (query = '') => `/socket.io/1/?t=1${query}`,
  sidIn: (body) => body.split(':')[0] ?? '',
  path: (transport, sid) => `/socket.io/1/${transport === 'polling' ? 'xhr-polling' : transport}/${sid}?t=1`,
  pack: (...packets) =>
    packets.length === 1
      ? (packets[0] ?? '')
      : packets.map((packet) => `\ufffd${packet.length}\ufffd${packet}`).join(''),
  join: (nsp) => (nsp === '/' ? [] : [`1::${nsp}`]),
  event: (name, argument = '') => `5:::${JSON.stringify({ name, args: [argument] })}`,
  bye: '0::',
};

export const tongues = { modern, classic, vintage } as const;

/** A text frame of a WebSocket as clients send it, up to 125 bytes; the mask changes nothing. */
export function masked(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from([0x81, 0x80 | bytes.length, 0, 0, 0, 0]), bytes]);
}
