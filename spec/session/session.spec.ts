/** One client, whatever carries it. */
import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { engine4 } from '../../lib/codec/engine4.js';
import { Parcel } from '../../lib/codec/parcel.js';
import { type Packet, PacketType } from '../../lib/packet.js';
import type { Household } from '../../lib/session/household.js';
import { asking } from '../../lib/session/manners.js';
import { Session } from '../../lib/session/session.js';
import { Ticks } from '../../lib/session/ticks.js';
import { Wheel } from '../../lib/session/wheel.js';
import { Watch } from '../../lib/watch/watch.js';
import { type Clock, stoppedClock } from './clock.js';
import { FakeTransport } from './fake-transport.js';

const limits = {
  maxAttachments: 10,
  maxPayload: 1_000,
  maxArguments: 10,
  maxDepth: 10,
  maxValues: 100,
  maxNameLength: 10,
  maxNamespaceLength: 10,
  softBufferLimit: 10_000,
  hardBufferLimit: 100_000,
  writeDeadline: 500,
  upgradeTimeout: 1_000,
  attachmentTimeout: 1_000,
};

const event = (name: string): Parcel => new Parcel({ type: PacketType.EVENT, nsp: '/', data: [name] });
const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a session', () => {
  let clock: Clock;
  let house: Household;
  let told: string[];
  let packets: [Packet, number][];
  let onClosed: () => void;
  let session: Session;

  beforeEach(() => {
    clock = stoppedClock();
    house = { wheel: new Wheel(), ticks: new Ticks(), limits, failed: () => {}, watch: new Watch() };
    told = [];
    packets = [];
    onClosed = () => {};
    const birth = {
      id: 'id',
      codec: engine4,
      rhythm: { asker: 'server', every: 300, patience: 200 } as const,
      manners: asking,
      protocol: 4,
      request: { headers: {} } as IncomingMessage,
      remoteAddress: '::1',
      admission: { path: '/', origin: undefined, headers: {}, letterhead: [] },
    };
    session = new Session(birth, house, {
      packet: (packet, size) => packets.push([packet, size]),
      closed: (reason) => {
        told.push(reason);
        onClosed();
      },
      ended: () => told.push('ended'),
    });
  });
  afterEach(() => clock.restore());

  function opened(polling = false): FakeTransport {
    const transport = new FakeTransport(polling);
    transport.reportTo(session);
    session.open(transport, '{}');
    return transport;
  }

  describe('whose client sends attachments', () => {
    let transport: FakeTransport;
    beforeEach(() => {
      transport = opened();
      session.received('451-["photo",{"_placeholder":true,"num":0}]');
    });

    /** A second, in which it answers heartbeats. */
    function second(bytes: number): void {
      transport.arrived += bytes;
      for (let time = 0; time < 1_000; time += 100) {
        clock.pass(100);
        session.received('3');
      }
    }

    it('waits as long as a hundredth of the largest message comes in each time', () => {
      for (let count = 0; count < 20; count++) second(10);
      session.received(Buffer.of(1));
      second(0);
      second(0);
      assert.deepEqual([told, packets.length], [[], 1]);
    });

    it('ends when less comes', () => {
      second(10);
      second(9);
      assert.deepEqual(told, ['forced close']);
    });

    it('waits for those that came while the process stood still', async () => {
      await clock.stand(5_000);
      session.received('3');
      clock.pass(100);
      session.received(Buffer.of(1));
      second(0);
      second(0);
      assert.deepEqual([told, packets.length], [[], 1]);
    });
  });

  /** From now on it takes a batch, and no other before it is told to. */
  function takesOne(transport: FakeTransport): void {
    transport.send = (batch) => {
      transport.sent.push(batch.packed((frames) => frames.join('|')));
      transport.writable = false;
    };
  }

  it('is announced before its client can have heard of it', () => {
    for (const polling of [true, false]) {
      const transport = new FakeTransport(polling);
      const known = new Session(session.birth, house, {
        packet: () => {},
        closed: () => {},
        ended: () => {},
      });
      transport.reportTo(known);
      const heard: number[] = [];
      known.open(transport, '{}', () => heard.push(transport.sent.length));
      assert.deepEqual([heard, transport.sent], [[0], polling ? ['0{}'] : []]);
    }
  });

  it('answers the first poll although whoever heard of it has ended it', () => {
    const transport = new FakeTransport(true);
    transport.reportTo(session);
    session.open(transport, '{}', () => session.close('forced server close'));
    assert.deepEqual(transport.sent, ['0{}', '1']);
  });

  it('says open with the first that follows in the same tick', async () => {
    const transport = opened();
    session.send(event('a'));
    await tick();
    assert.deepEqual(transport.sent, ['0{}|42["a"]']);
  });

  it('answers a first poll with open alone', async () => {
    const transport = opened(true);
    session.send(event('a'));
    await tick();
    assert.deepEqual(transport.sent, ['0{}', '42["a"]']);
  });

  it('counts what a packet has cost on the wire', () => {
    opened();
    session.received('451-["a",{"_placeholder":true,"num":0}]');
    session.received(Buffer.alloc(100));
    assert.equal(packets[0]?.[1], 139);
    session.received('42["b"]');
    assert.equal(packets[1]?.[1], 7);
  });

  it('drops what is volatile while the transport takes nothing', async () => {
    const transport = opened();
    await tick();
    transport.writable = false;
    session.send(event('a'), true);
    transport.writable = true;
    session.send(event('b'), true);
    await tick();
    assert.deepEqual(transport.sent.slice(1), ['42["b"]']);
  });

  it('ends once, however often and from wherever it is closed', () => {
    const transport = opened();
    onClosed = () => session.close('forced server close');
    session.close('transport error');
    session.close('ping timeout');
    transport.up?.closed('transport close');
    transport.up?.closed('transport close');
    assert.deepEqual(told, ['transport error', 'ended']);
    assert.deepEqual(transport.closings, ['orderly']);
    assert.equal(session.readyState, 'closed');
  });

  it('delivers what waits before it leaves, and hears nothing more', async () => {
    const transport = opened();
    await tick();
    transport.writable = false;
    session.send(event('a'));
    session.close('server shutting down');
    session.send(event('b'));
    session.received('42["c"]');
    assert.deepEqual([session.readyState, transport.closings, packets], ['closing', [], []]);
    transport.writable = true;
    transport.up?.writable();
    assert.deepEqual([transport.sent.at(-1), transport.closings], ['42["a"]', ['orderly']]);
    assert.deepEqual(told, ['server shutting down']);
    transport.up?.closed('transport close');
    assert.deepEqual(told, ['server shutting down', 'ended']);
  });

  it('gives up in the end on a client that does not come for its last words', () => {
    const transport = opened();
    transport.writable = false;
    session.close('server shutting down', undefined, 2_000);
    clock.pass(1_900);
    assert.deepEqual(told, ['server shutting down']);
    clock.pass(200);
    assert.deepEqual([told, transport.closings], [['server shutting down', 'ended'], ['abort']]);
  });

  it('waits for a client that takes its last words steadily, as long as that may last', async () => {
    const transport = opened();
    await tick();
    transport.writable = false;
    transport.mostBytes = 6_000;
    takesOne(transport);
    for (let count = 0; count < 20; count++) session.send(event('x'.repeat(990)));
    session.close('forced server close');
    for (let time = 0; time < 3; time++) {
      clock.pass(29_900);
      transport.writable = true;
      transport.up?.writable();
    }
    assert.equal(transport.sent.length, 4);
    clock.pass(29_000);
    assert.deepEqual(transport.closings, []);
    clock.pass(2_000);
    assert.deepEqual([told, transport.closings], [['forced server close', 'ended'], ['abort']]);
  });

  it('goes on asking a client that takes its last words: it would end by itself', async () => {
    const transport = opened();
    await tick();
    transport.writable = false;
    session.send(event('last'));
    session.close('forced server close');
    takesOne(transport);
    for (let time = 0; time < 10; time++) {
      clock.pass(200);
      transport.arrived += 5;
      transport.up?.received('3');
    }
    transport.mostFrames = 1;
    for (const word of ['42["last"]', '2']) {
      transport.writable = true;
      transport.up?.writable();
      assert.equal(transport.sent.at(-1), word);
    }
    transport.up?.closed('transport close');
    clock.pass(1_000);
    assert.equal(house.wheel.timers, 0);
  });

  it('can be told to hurry while it closes', () => {
    const transport = opened();
    transport.writable = false;
    session.close('forced server close');
    clock.pass(1_000);
    session.close('server shutting down', undefined, 100);
    clock.pass(110);
    assert.deepEqual([told, transport.closings], [['forced server close', 'ended'], ['abort']]);
  });

  it('reads on while it closes, so that it sees the end, and is not stopped any more', () => {
    const transport = opened();
    session.flow(false);
    transport.writable = false;
    session.close('server shutting down');
    session.flow(false);
    session.flow(true);
    assert.deepEqual(transport.flows, [false, true]);
  });

  it('leaves nothing for a slow client: the connection is cut', async () => {
    const transport = opened();
    transport.writable = false;
    for (let count = 0; count < 20; count++) session.send(event('x'.repeat(10_000)));
    assert.deepEqual(told, []);
    await tick();
    assert.deepEqual([told, transport.closings], [['slow consumer'], ['abort']]);
    assert.equal(session.conn.bufferedAmount, 0);
    await session.conn.drained();
  });

  it('does not linger for a client that breaks the rules', () => {
    const transport = opened(true);
    transport.writable = false;
    session.received('7');
    assert.deepEqual([told, transport.closings], [['parse error'], ['malformed']]);
  });

  it('may be closed before its handshake is through', () => {
    session.close('server shutting down');
    const transport = opened();
    assert.deepEqual([told, transport.closings], [['server shutting down', 'ended'], ['orderly']]);
  });

  it('is asked for a sign of life, and missed; one that is not read is not missed', () => {
    const transport = opened();
    session.flow(false);
    clock.pass(2_000);
    assert.deepEqual(told, []);
    session.flow(true);
    clock.pass(500);
    assert.deepEqual(told, ['ping timeout']);
    assert.ok(transport.flows.length >= 2);
  });

  it('leaves no alarm behind', () => {
    const transport = opened();
    session.close('transport error');
    transport.up?.closed('transport close');
    clock.pass(1_000);
    assert.equal(house.wheel.timers, 0);
  });

  describe('that moves', () => {
    it('takes what had not left along, first', async () => {
      const from = opened(true);
      await tick();
      from.writable = false;
      const to = new FakeTransport();
      const handover = session.handOver(to);
      assert.ok(handover);
      to.reportTo(handover);
      session.send(event('b'));
      handover.received('2probe');
      assert.deepEqual(to.sent, ['3probe']);
      from.unsent = { count: 1, frames: ['42["a"]'], bytes: 7, packed: (pack) => pack(['42["a"]']) };
      handover.received('5');
      assert.deepEqual(to.sent, ['3probe', '42["a"]', '42["b"]']);
      assert.deepEqual([from.closings, session.conn.transport.name], [['orderly'], 'websocket']);
      from.up?.closed('transport close');
      assert.deepEqual(told, []);
    });

    it('waits for what it has said the old way', () => {
      const from = opened(true);
      const to = new FakeTransport();
      const handover = session.handOver(to);
      from.settled = false;
      handover?.received('5');
      assert.deepEqual([session.carrier, to.flows], [from, [false]]);
      from.settled = true;
      clock.pass(110);
      assert.deepEqual([session.carrier, to.flows.at(-1)], [to, true]);
    });

    it('is answered once while it asks without end on a way that it does not read, and moves when it has read', () => {
      const from = opened(true);
      const to = new FakeTransport();
      const handover = session.handOver(to);
      assert.ok(handover);
      to.reportTo(handover);
      handover.received('2probe');
      to.writable = false;
      for (let count = 0; count < 3; count++) handover.received('2probe');
      handover.received('5');
      assert.deepEqual([to.sent, session.carrier, to.flows], [['3probe'], from, [false]]);
      to.writable = true;
      to.up?.writable();
      assert.deepEqual([session.carrier, to.flows.at(-1)], [to, true]);
    });

    it('is given up with its new way alone when it takes too long', () => {
      opened(true);
      const to = new FakeTransport();
      session.handOver(to)?.received('2probe');
      for (let beat = 0; beat < 4; beat++) {
        clock.pass(300);
        session.received('3');
      }
      assert.deepEqual([to.closings, told], [['malformed'], []]);
      assert.ok(session.handOver(new FakeTransport()));
    });

    it('stays stopped if it was', () => {
      opened(true);
      session.flow(false);
      const to = new FakeTransport();
      session.handOver(to)?.received('5');
      assert.equal(to.flows.at(-1), false);
    });

    it('takes its last words along, and leaves the new way', async () => {
      const from = opened(true);
      await tick();
      from.writable = false;
      const to = new FakeTransport();
      const handover = session.handOver(to);
      assert.ok(handover);
      to.reportTo(handover);
      handover.received('2probe');
      session.send(event('last'));
      session.close('server namespace disconnect');
      assert.deepEqual([from.closings, to.closings], [[], []]);
      handover.received('5');
      assert.deepEqual(to.sent, ['3probe', '42["last"]']);
      assert.deepEqual(to.closings, ['orderly']);
      to.up?.closed('transport close');
      assert.deepEqual(told, ['server namespace disconnect', 'ended']);
    });

    it('says them the old way when it does not move', async () => {
      const from = opened(true);
      await tick();
      from.writable = false;
      takesOne(from);
      const to = new FakeTransport();
      session.handOver(to)?.received('2probe');
      session.send(event('last'));
      session.close('server namespace disconnect');
      clock.pass(1_000);
      assert.deepEqual(to.closings, ['malformed']);
      for (const last of [/^42\["last"\]/, /^1$/]) {
        from.writable = true;
        from.up?.writable();
        assert.match(from.sent.at(-1) ?? '', last);
      }
      assert.deepEqual(from.closings, ['orderly']);
    });

    it('takes the half-open way with it when it closes', () => {
      opened(true);
      const to = new FakeTransport();
      session.handOver(to);
      session.close('transport error');
      assert.deepEqual(to.closings, ['orderly']);
    });
  });
});
