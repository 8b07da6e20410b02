// @ts-check
/** The same bytes on the wire without a library: what `program.mjs` would have said, cut out of the text by hand. */
import { randomBytes } from 'node:crypto';
import { inTurns, NEWS } from './program.mjs';

/** The packet that every member of a room is sent. */
export const news = `42${JSON.stringify(['news', NEWS])}`;

/** The first packet of each connection. @param {number} pingInterval milliseconds */
export function greeting(pingInterval) {
  const sid = randomBytes(15).toString('base64url');
  return `0${JSON.stringify({ sid, upgrades: [], pingInterval, pingTimeout: 20_000, maxPayload: 1_000_000 })}`;
}

const ECHO = '42["echo"';

/** What introduces an attachment; only echoes have one here. */
const BINARY = '451-';

/**
 * Whether this goes back as it came; seen without making a text of it all.
 * @param {Buffer} bytes
 * @param {boolean} isBinary
 */
export function isEcho(bytes, isBinary) {
  if (isBinary) return true;
  const start = bytes.toString('latin1', 0, ECHO.length);
  return start === ECHO || start.startsWith(BINARY);
}

/**
 * Everything else that a load says.
 * @param {{ send(text: string): unknown, join(): void, tell(times: number): void }} line
 * @param {string} text
 */
export function answer(line, text) {
  if (text === '3') return;
  if (text === '40') return line.send(`40{"sid":"${randomBytes(15).toString('base64url')}"}`);
  const [, type, id, json = ''] = /^4([23])(\d*)(.*)$/s.exec(text) ?? [];
  if (type === '3') return line.send(text);
  const [event, first, second, third] = JSON.parse(json);
  if (event === 'ask') return line.send(`42${id}["asked",${JSON.stringify(first)}]`);
  if (event === 'store') return line.send(`43${id}[${first.items.length}]`);
  if (event === 'join') {
    line.join();
    return line.send(`43${id}[]`);
  }
  if (event === 'tell') return inTurns(third, () => line.tell(second));
  throw new Error(`no answer to ${text}`);
}
