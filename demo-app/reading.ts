/** Turns what clients send into values: everything from outside is `unknown` until it has passed here. */
import { limits } from './limits.js';
import { type Picture, pictureType } from './picture.js';

/** A request that is refused; its sentence is shown to the user who made it. */
export class Refusal extends Error {
  /** Milliseconds after which the same request may succeed; 0 when trying again is no use. */
  readonly wait: number;

  constructor(sentence: string, wait = 0) {
    super(sentence);
    this.wait = wait;
  }
}

// Bidirectional overrides would let one name disguise the text around it; control characters have no business in one.
const unseen = /[\p{Cc}\u200B\u200E\u200F\u202A-\u202E\u2060-\u2069\uFEFF]/gu;
const controls = /[^\P{Cc}\n\t]/gu;

/** One line with single spaces, or `undefined` when nothing visible is left or it is too long. */
export function readName(value: unknown, longest: number = limits.nameLength): string | undefined {
  if (typeof value !== 'string' || value.length > longest * 8) return undefined;
  const name = value.normalize('NFC').replace(/\s+/gu, ' ').replace(unseen, '').trim();
  if (!/[\p{L}\p{N}\p{P}\p{S}]/u.test(name) || [...name].length > longest) return undefined;
  return name;
}

/** What a message says, tidied; may be empty. @throws Refusal when it is too long */
export function readText(value: unknown): string {
  if (typeof value !== 'string') return '';
  if (value.length > limits.textLength * 2) throw new Refusal('This message is too long.');
  const text = value.replace(/\r\n?/g, '\n').replace(controls, '').trim();
  if (text.length > limits.textLength) throw new Refusal('This message is too long.');
  return text;
}

/** The picture of a message, if it has one. @throws Refusal when it is too large or not a picture */
export function readPicture(value: unknown): Picture | undefined {
  if (value === undefined || value === null) return undefined;
  const { bytes: sent, width, height } = fields(value);
  const bytes = readBytes(sent);
  if (!bytes) throw new Refusal('This picture did not arrive whole.');
  if (bytes.byteLength > limits.pictureBytes) throw new Refusal('This picture is too large.');
  const type = pictureType(bytes);
  if (type === undefined) throw new Refusal('Only PNG, JPEG, GIF and WebP pictures can be sent.');
  return { type, bytes, width: readSide(width), height: readSide(height) };
}

/** Bytes, or what clients have that know text only: `{ base64 }`, the form in which bytes are sent to them, too. */
function readBytes(value: unknown): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value;
  const { base64 } = fields(value);
  return typeof base64 === 'string' ? Buffer.from(base64, 'base64') : undefined;
}

/** A whole number from 0, or 0 for anything else. */
export function readCount(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0;
}

/** The key that a client gave its message so that sending it twice makes it once. @throws Refusal */
export function readKey(value: unknown): string {
  if (typeof value === 'string' && /^[\w-]{8,64}$/.test(value)) return value;
  throw new Refusal('This message has no key.');
}

/** The members of an object; of anything else none. */
export function fields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function readSide(value: unknown): number {
  return Math.min(readCount(value), limits.pictureSide);
}
