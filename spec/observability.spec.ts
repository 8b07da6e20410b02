/** The programs of docs/observability.md, run. */
import assert from 'node:assert/strict';
import { Folder, readBlocks } from './readme/program.js';
import { ask, handshake } from './router/raw.js';
import { within } from './support/patience.js';

describe('docs/observability.md', function () {
  this.timeout(60_000);
  let folder: Folder;
  let prometheus: string;
  let telemetry: string;
  let observer: string;

  before(async () => {
    [prometheus = '', telemetry = '', observer = ''] = await readBlocks('docs/observability.md');
    folder = await Folder.make();
  });
  after(() => folder.remove());

  /** One client stays, one goes, and one is refused. */
  async function visit(port: number): Promise<void> {
    await handshake(port);
    const path = `/socket.io/?EIO=4&transport=polling&sid=${await handshake(port)}`;
    await ask(port, path, { method: 'POST', body: '1' });
    await ask(port, '/socket.io/?EIO=4&transport=polling&sid=nobody');
  }

  async function printed(name: string, ...what: RegExp[]): Promise<void> {
    const look = async (): Promise<void> => {
      while (!what.every((one) => one.test(folder.printed(name)))) await new Promise(setImmediate);
    };
    await within(look(), `${what} in ${folder.printed(name)}`);
  }

  it('tells Prometheus', async () => {
    const port = await folder.run('prometheus', prometheus);
    await visit(port);
    for (let times = 0; times < 2; times++) {
      const { body } = await ask(port, '/metrics');
      for (const line of [
        'socketio_sessions{generation="4",transport="polling"} 1',
        'socketio_waiting_bytes 0',
        'socketio_happened_total{what="refusals",kind="SESSION_UNKNOWN"} 1',
        'socketio_happened_total{what="closes",kind="transport close"} 1',
      ])
        assert.ok(body.split('\n').includes(line), `${line} in ${body}`);
    }
  });

  it('tells OpenTelemetry', async () => {
    const port = await folder.run('telemetry', telemetry.replace('10_000', '100'));
    await visit(port);
    await printed('telemetry', /name: 'socketio\.sessions'/, /generation: '4'/, /reason: 'transport close'/);
  });

  it('tells an observer', async () => {
    const port = await folder.run('observer', observer);
    await visit(port);
    await printed('observer', /refused .*127\.0\.0\.1: SESSION_UNKNOWN/, /#2 transport close/);
  });
});
