/** One field of a form, as browsers send it. Written here since others take 65 ms for a million plus signs. */
import { Buffer } from 'node:buffer';

// form  = [ field *( "&" field ) ]
// field = name "=" *( character / "+" / "%" 2HEXDIG )   ; "+" is a space

const PERCENT = 0x25;
const PLUS = 0x2b;
const SPACE = 0x20;

/**
 * @param name one that nobody writes with a `%`
 * @returns what the first field of that name says; percent signs without their digits stay
 * @see URL standard, "application/x-www-form-urlencoded parsing"
 */
export function fieldOf(form: string, name: string): string | undefined {
  const start = placeOf(form, `${name}=`);
  if (start < 0) return undefined;
  const end = form.indexOf('&', start);
  return decoded(Buffer.from(form.slice(start, end < 0 ? form.length : end)));
}

function placeOf(form: string, head: string): number {
  if (form.startsWith(head)) return head.length;
  const at = form.indexOf(`&${head}`);
  return at < 0 ? -1 : at + 1 + head.length;
}

/** In the place of what was written: it only becomes shorter. */
function decoded(bytes: Buffer): string {
  let to = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    const code = byte === PERCENT ? codeAt(bytes, at + 1) : -1;
    if (code >= 0) at += 2;
    bytes[to] = code >= 0 ? code : byte === PLUS ? SPACE : byte;
    to += 1;
  }
  return bytes.toString('utf8', 0, to);
}

function codeAt(bytes: Buffer, at: number): number {
  const high = digit(bytes[at] ?? 0);
  const low = digit(bytes[at + 1] ?? 0);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

function digit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
