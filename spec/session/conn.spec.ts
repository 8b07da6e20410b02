/** What users see of a session, and that nobody pays for what nobody watches. */
import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import type { Codec } from '../../lib/codec/codec.js';
import { engine4 } from '../../lib/codec/engine4.js';
import { Parcel } from '../../lib/codec/parcel.js';
import { PacketType } from '../../lib/packet.js';
import { asking } from '../../lib/session/manners.js';
import { Session } from '../../lib/session/session.js';
import { Ticks } from '../../lib/session/ticks.js';
import { Wheel } from '../../lib/session/wheel.js';
import { Watch } from '../../lib/watch/watch.js';
import { limits } from '../codec/limits.js';
import { type Clock, stoppedClock } from './clock.js';
import { FakeTransport } from './fake-transport.js';

const news = new Parcel({ type: PacketType.EVENT, nsp: '/', data: ['news'] });
const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a session that is watched', () => {
  let clock: Clock;
  let session: Session;
  let shown: number;
  let failures: [string, unknown][];

  beforeEach(() => {
    clock = stoppedClock();
    shown = 0;
    failures = [];
    const codec: Codec = {
      ...engine4,
      show: (frame) => {
        shown += 1;
        return engine4.show(frame);
      },
    };
    const pressure = {
      softBufferLimit: 1e4,
      hardBufferLimit: 1e5,
      writeDeadline: 500,
      upgradeTimeout: 1_000,
      attachmentTimeout: 1_000,
    };
    session = new Session(
      {
        id: 'id',
        codec,
        rhythm: { asker: 'server', every: 300, patience: 200 },
        manners: asking,
        protocol: 4,
        request: { url: '/', headers: {} } as IncomingMessage,
        remoteAddress: '::1',
        admission: { path: '/', origin: undefined, headers: {}, letterhead: [] },
      },
      {
        wheel: new Wheel(),
        ticks: new Ticks(),
        limits: { ...limits, ...pressure },
        failed: (error, event) => failures.push([event, error]),
        watch: new Watch(),
      },
      { packet: () => {}, closed: () => {}, ended: () => {} },
    );
  });
  afterEach(() => clock.restore());

  function opened(polling = false): FakeTransport {
    const transport = new FakeTransport(polling);
    transport.reportTo(session);
    session.open(transport, '{}');
    return transport;
  }

  it('takes no frame apart as long as nobody listens', async () => {
    const transport = opened();
    session.conn.on('close', () => {});
    session.send(news);
    await tick();
    session.received('42["x"]');
    assert.deepEqual([shown, transport.sent.length], [0, 1]);
  });

  it('takes apart only what somebody listens for', async () => {
    opened();
    session.conn.on('packet', () => {});
    session.send(news);
    await tick();
    assert.equal(shown, 0);
    session.received('42["x"]');
    assert.equal(shown, 1);
  });

  it('shows the transport as one object until it changes', () => {
    const from = opened(true);
    const { transport } = session.conn;
    assert.equal(session.conn.transport, transport);
    assert.deepEqual(
      [transport.name, session.conn.upgraded, session.conn.upgrading],
      ['polling', false, false],
    );
    const to = new FakeTransport();
    const handover = session.handOver(to);
    assert.equal(session.conn.upgrading, true);
    handover?.received('2probe');
    handover?.received('5');
    assert.notEqual(session.conn.transport, transport);
    assert.deepEqual([session.conn.transport.name, session.conn.upgraded], ['websocket', true]);
    assert.equal(session.conn.upgrading, false);
    assert.deepEqual(from.closings, ['orderly']);
  });

  it('tells of no upgrade that ends the session on its way', () => {
    opened(true);
    const told: string[] = [];
    session.conn.on('upgrading', () => session.conn.close(true));
    session.conn.on('upgrade', () => told.push('upgrade'));
    const handover = session.handOver(new FakeTransport());
    handover?.received('2probe');
    handover?.received('5');
    assert.deepEqual(told, []);
  });

  it('hears of the end once, whoever ends it', () => {
    const transport = opened();
    const told: unknown[] = [];
    session.conn.on('close', (...args) => told.push(args));
    session.close('server shutting down', 'why');
    transport.up?.closed('transport close');
    session.close('transport close');
    // A reason in words is told as an error, like all the others.
    assert.deepEqual(told, [['forced close', new Error('why')]]);
  });

  it('says when something has gone, and never what has not', async () => {
    opened();
    const told: string[] = [];
    await new Promise<void>((resolve) => session.conn.send('a', {}, () => resolve()));
    session.conn.send('b', () => told.push('b'));
    session.conn.close(true);
    session.conn.send('c', () => told.push('c'));
    await tick();
    assert.deepEqual(told, []);
  });

  it('goes on although those who watch it fail', async () => {
    const transport = opened();
    for (const event of ['packet', 'packetCreate', 'flush', 'drain', 'data'] as const)
      session.conn.on(event, () => {
        throw new Error(event);
      });
    session.received('42["x"]');
    session.conn.write('raw', {}, () => {
      throw new Error('sent');
    });
    await tick();
    assert.equal(transport.sent.at(-1), '0{}|4raw');
    assert.deepEqual(
      failures.map(([event]) => event).sort(),
      ['data', 'drain', 'drain', 'flush', 'packet', 'packetCreate'].sort(),
    );
  });
});
