/** Programs of the README, run as a reader would run them, each in a process of its own. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The JavaScript blocks of the README, or of another paper, in order. */
export async function readBlocks(paper = 'README.md'): Promise<string[]> {
  const text = await readFile(join(root, paper), 'utf8');
  return [...text.matchAll(/^```js\n(.*?)^```$/gms)].map(([, block]) => block ?? '');
}

/** A folder in which `express-socketio` is the built package and everything else is ours. */
export class Folder {
  readonly #path: string;
  readonly #children: ChildProcess[] = [];
  readonly #printed = new Map<string, string[]>();

  private constructor(path: string) {
    this.#path = path;
  }

  static async make(): Promise<Folder> {
    const path = await mkdtemp(join(tmpdir(), 'express-socketio-readme-'));
    const build = ['-p', join(root, 'tsconfig.build.json'), '--outDir', join(path, 'dist')];
    await promisify(execFile)(join(root, 'node_modules', '.bin', 'tsc'), build);
    const manifest = { name: 'express-socketio', type: 'module', exports: './dist/index.js' };
    await writeFile(join(path, 'package.json'), JSON.stringify(manifest));
    await symlink(join(root, 'node_modules'), join(path, 'node_modules'));
    return new Folder(path);
  }

  /** Starts a program. @returns the port that it listens on */
  async run(name: string, program: string, env: NodeJS.ProcessEnv = {}): Promise<number> {
    const file = join(this.#path, `${name}.js`);
    await writeFile(file, program);
    const elsewhere = new URL('elsewhere.mjs', import.meta.url).href;
    const child = spawn(process.execPath, ['--import', elsewhere, file], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...env },
    });
    this.#children.push(child);
    const lines: string[] = [];
    this.#printed.set(name, lines);
    return new Promise((resolve, reject) => {
      const output = createInterface(child.stdout);
      output.on('line', (line) => {
        const port = /^listening:(\d+)$/.exec(line)?.[1];
        if (port) resolve(Number(port));
        else lines.push(line);
      });
      output.on('close', () => reject(new Error(`the program ${name} ended without listening`)));
    });
  }

  /** What a program has printed so far. */
  printed(name: string): string {
    return (this.#printed.get(name) ?? []).join('\n');
  }

  async remove(): Promise<void> {
    for (const child of this.#children) {
      if (child.exitCode !== null) continue;
      child.kill();
      await once(child, 'exit');
    }
    await rm(this.#path, { recursive: true, force: true });
  }
}
