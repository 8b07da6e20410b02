/** Whoever reads logs, error texts and diagnostics events learns nothing by which he could pass for a client. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Stats } from '../../lib/index.js';

interface Report {
  readonly secrets: readonly string[];
  readonly said: readonly string[];
  readonly stats: Stats;
}

describe('what is said of clients', () => {
  let report: Report;
  let lines: readonly string[];

  before(async () => {
    const program = new URL('./telltale.ts', import.meta.url).pathname;
    const env = { ...process.env, NODE_DEBUG: 'socketio' };
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--import', 'tsx', program], {
      env,
      maxBuffer: 1e8,
    });
    report = JSON.parse(stdout) as Report;
    lines = stderr.split('\n');
  });

  it('is said of all kinds of trouble', () => {
    const { refusals, closes, limits } = report.stats;
    const kinds = Object.keys({ ...refusals, ...closes, ...limits });
    const meant = [
      'BAD_REQUEST',
      'HANDSHAKE_TIMEOUT',
      'ORIGIN_FORBIDDEN',
      'SESSION_UNKNOWN',
      'TRANSPORT_UNKNOWN',
    ];
    meant.push('forced close', 'forced server close', 'parse error', 'slow consumer', 'transport error');
    meant.push('OVERLAP', 'BODY_TIMEOUT', 'PAYLOAD_TOO_LARGE');
    meant.push('maxNamespaces', 'upgradeTimeout', 'hardBufferLimit');
    assert.deepEqual(
      meant.filter((kind) => !kinds.includes(kind)),
      [],
    );
    for (const word of ['handshake', 'refusal', 'close', 'limit', 'slow-consumer'])
      assert.ok(
        lines.some((line) => new RegExp(`^SOCKETIO \\d+: ${word} `).test(line)),
        word,
      );
    for (const word of ['the listener', 'the listener, later', 'the answer', 'the middleware', 'the check'])
      assert.ok(
        lines.some((line) => line.startsWith('socketio: ') && line.includes(word)),
        word,
      );
    assert.ok(report.secrets.length > 100);
    assert.ok(report.said.length > 200);
  });

  it('has no secret in it, be it in a log, a refusal or an event', () => {
    const { secrets, said } = report;
    assert.ok(secrets.every((secret) => secret.length > 5));
    const loud = [...said, ...lines].filter((line) => secrets.some((secret) => line.includes(secret)));
    assert.deepEqual(loud, []);
  });
});
