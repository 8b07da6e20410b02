/** The package as somebody installs it: built, packed, unpacked elsewhere, then required, imported and type-checked. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = fileURLToPath(new URL('..', import.meta.url));
const tool = (name: string): string => join(root, 'node_modules', '.bin', name);

describe('the package', function () {
  this.timeout(120_000);
  let home: string;
  let tarball: string;

  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'express-socketio-'));
    const source = join(home, 'source');
    await mkdir(source);
    for (const name of ['package.json', 'README.md', 'CHANGELOG.md', 'LICENSE']) {
      await cp(join(root, name), join(source, name));
    }
    await run(tool('tsc'), ['-p', join(root, 'tsconfig.build.json'), '--outDir', join(source, 'dist')]);
    const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', home], {
      cwd: source,
    });
    assert.match(stdout, /express-socketio/);
    const packed = (await readdir(home)).find((name) => name.endsWith('.tgz'));
    assert.ok(packed);
    tarball = join(home, packed);
    await install();
  });

  after(() => rm(home, { recursive: true, force: true }));

  /** Unpacks it where a user would have it, beside the dependencies that it names. */
  async function install(): Promise<void> {
    const modules = join(home, 'site', 'node_modules');
    await mkdir(join(modules, 'express-socketio'), { recursive: true });
    await run('tar', ['-xzf', tarball, '--strip-components=1', '-C', join(modules, 'express-socketio')]);
    const names = ['ws', 'cookie', 'on-headers', 'express', '@types'];
    for (const name of names) await symlink(join(root, 'node_modules', name), join(modules, name));
    await writeFile(join(home, 'site', 'package.json'), '{ "type": "module" }');
  }

  async function site(name: string, text: string): Promise<string> {
    const file = join(home, 'site', name);
    await writeFile(file, text);
    return file;
  }

  it('gives the function to require()', async () => {
    const file = await site(
      'required.cjs',
      `const socketio = require('express-socketio');
       const { Server } = socketio;
       console.log(typeof socketio, socketio() instanceof Server, socketio.socketio === socketio);`,
    );
    const { stdout } = await run(process.execPath, ['--no-warnings', file]);
    assert.equal(stdout.trim(), 'function true true');
  });

  it('gives named exports and a default to import', async () => {
    const file = await site(
      'imported.js',
      `import socketio, { socketio as named, Server, Namespace, Socket, SocketioError } from 'express-socketio';
       console.log(socketio === named, [Server, Namespace, Socket, SocketioError].map((it) => typeof it).join());`,
    );
    const { stdout } = await run(process.execPath, [file]);
    assert.equal(stdout.trim(), 'true function,function,function,function');
  });

  it('type-checks in a strict program that skips no declarations', async () => {
    await site(
      'typed.ts',
      `import express from 'express';
       import { socketio } from 'express-socketio';
       interface Up { add: (a: number, b: number, reply: (sum: number) => void) => void }
       interface Down { news: (text: string) => void }
       const io = socketio<Up, Down>();
       io.on('connection', (socket) => { socket.on('add', (a, b, reply) => reply(a + b)); socket.emit('news', 'x'); });
       express().use('/socket.io', io);`,
    );
    const flags = ['--strict', '--module', 'nodenext', '--target', 'es2022', '--types', 'node', '--noEmit'];
    await run(tool('tsc'), [...flags, 'typed.ts'], { cwd: join(home, 'site') }).catch((error) => {
      assert.fail(String(error.stdout));
    });
  });

  it('is what publint expects', async () => {
    const { publint } = await import('publint');
    const { messages } = await publint({ pkgDir: join(home, 'site', 'node_modules', 'express-socketio') });
    assert.deepEqual(messages, []);
  });

  it('resolves its types in every way that an ESM package can', async () => {
    await run(tool('attw'), [tarball, '--profile', 'esm-only']).catch((error) =>
      assert.fail(String(error.stdout)),
    );
  });

  it('holds the build and its papers, nothing else', async () => {
    const { stdout } = await run('tar', ['-tzf', tarball]);
    const strangers = stdout
      .trim()
      .split('\n')
      .filter((name) => {
        return !/^package\/(dist\/.+\.(js|d\.ts)|package\.json|README\.md|CHANGELOG\.md|LICENSE)$/.test(name);
      });
    assert.deepEqual(strangers, []);
  });

  it('depends on ws, cookie and on-headers, and on the express of its user', async () => {
    const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
    assert.deepEqual(Object.keys(manifest.dependencies).sort(), ['cookie', 'on-headers', 'ws']);
    assert.deepEqual(Object.keys(manifest.peerDependencies), ['express']);
  });
});
