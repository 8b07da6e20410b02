/** Files of an installed package: found from the user's program, read, compressed once and kept. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import process from 'node:process';
import { debuglog, promisify } from 'node:util';
import { brotliCompress, constants, deflate, gzip } from 'node:zlib';
import type { Encoding } from '../transport/encoding.js';

/** A package of which files are served. */
export interface Source {
  /** What it may be installed as, first to last. */
  readonly names: readonly string[];
  /** Versions that are meant; two generations of it have the same name. @default all */
  readonly versions?: RegExp;
}

/** A file as it is found in an installed package. */
export interface Bundle {
  readonly source: Source;
  readonly file: string;
  readonly type: string;
}

/** One file, ready to leave. */
export interface Copy {
  readonly body: Buffer;
  readonly version: string;
}

/** A package that is there. */
interface Found {
  readonly folder: string;
  readonly version: string;
}

const brotli = promisify(brotliCompress);
const compressions: Readonly<Record<Encoding, (bytes: Buffer) => Promise<Buffer>>> = {
  // The highest quality would take seconds, and gain a tenth.
  br: (bytes) => brotli(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
  gzip: promisify<Buffer, Buffer>(gzip),
  deflate: promisify<Buffer, Buffer>(deflate),
};

const debug = debuglog('socketio');

/** Copies of the files that have been asked for; there are as many as the table has, in each encoding. */
export class Shelf {
  readonly #roots: readonly string[];
  readonly #copies = new Map<string, Promise<Copy | undefined>>();

  /** @param roots where packages are looked for, first to last */
  constructor(roots: readonly string[] = projectRoots()) {
    this.#roots = roots;
  }

  /** @returns `undefined` if it is not installed */
  fetch(bundle: Bundle, encoding: Encoding | undefined): Promise<Copy | undefined> {
    const key = `${bundle.source.names} ${bundle.file} ${encoding ?? ''}`;
    const known = this.#copies.get(key);
    if (known) return known;
    const copy = encoding ? this.#compress(bundle, encoding) : this.#read(bundle);
    this.#copies.set(key, copy);
    return copy;
  }

  async #compress(bundle: Bundle, encoding: Encoding): Promise<Copy | undefined> {
    const plain = await this.fetch(bundle, undefined);
    return plain && { ...plain, body: await compressions[encoding](plain.body) };
  }

  async #read({ source, file }: Bundle): Promise<Copy | undefined> {
    try {
      const { folder, version } = await this.#find(source);
      return { body: await readFile(join(folder, file)), version };
    } catch (error) {
      debug('serveClient: %s', error);
      return undefined;
    }
  }

  async #find({ names, versions = /^/ }: Source): Promise<Found> {
    for (const name of names) {
      const description = this.#locate(name);
      if (description === undefined) continue;
      const { version } = JSON.parse(await readFile(description, 'utf8')) as { readonly version: string };
      if (versions.test(version)) return { folder: dirname(description), version };
    }
    throw new Error(`${names.join(', ')}: not installed`);
  }

  /** The path of a package's description. */
  #locate(name: string): string | undefined {
    for (const root of this.#roots) {
      try {
        return createRequire(root).resolve(`${name}/package.json`);
      } catch {
        // Not from here; the next root may know it.
      }
    }
    return undefined;
  }
}

/** Where the program was started from, the program itself, and this library: the client belongs to the first two. */
function projectRoots(): string[] {
  const [, program] = process.argv;
  const roots = [join(process.cwd(), 'index.js')];
  if (program) roots.unshift(resolve(program));
  return [...roots, import.meta.filename];
}
