/** Binary messages as text, where a transport or a client takes only text. */
import { Buffer } from 'node:buffer';

/** @see RFC 4648, section 4; the padding may be missing, other alphabets and line breaks may not occur */
const alphabet = /^[A-Za-z0-9+/]*={0,2}$/;

/** The bytes that a text stands for; `undefined` if it is not base64. */
export function readBase64(text: string): Buffer | undefined {
  if (!alphabet.test(text)) return undefined;
  const padding = text.indexOf('=');
  const isWhole = padding < 0 ? text.length % 4 !== 1 : text.length % 4 === 0;
  return isWhole ? Buffer.from(text, 'base64') : undefined;
}
