/** Clients that come and go leave nothing behind. `SOAK_ROUNDS` says how many. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';

const rounds = Number(process.env.SOAK_ROUNDS ?? 300);
const program = new URL('./soaking.ts', import.meta.url).pathname;

async function soak(way: string, end: string): Promise<Record<'before' | 'after', Record<string, number>>> {
  const child = spawn(process.execPath, ['--expose-gc', '--import', 'tsx', program], {
    env: { ...process.env, ROUNDS: String(rounds), WAY: way, END: end },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const output: Buffer[] = [];
  child.stdout.on('data', (chunk) => output.push(chunk));
  assert.equal(await new Promise((resolve) => child.on('exit', resolve)), 0);
  return JSON.parse(Buffer.concat(output).toString());
}

describe(`${rounds} clients that come and go`, () => {
  for (const way of ['websocket', 'polling', 'upgrade']) {
    for (const end of ['clean', 'abrupt']) {
      it(`leave nothing behind: ${way}, ${end} end`, async () => {
        const { before, after } = await soak(way, end);
        if (process.env.SOAK_ROUNDS) console.log(JSON.stringify({ way, end, before, after }));
        const { memory, ...counts } = after;
        assert.ok((memory ?? 0) <= (before.memory ?? 0) * 1.05, `${before.memory} bytes, then ${memory}`);
        assert.deepEqual(counts, { ...counts, sockets: 0, listeners: before.listeners });
        assert.ok((after.resources ?? 0) <= (before.resources ?? 0) * 1.05);
      }).timeout(Math.max(20_000, rounds * 30));
    }
  }
});
