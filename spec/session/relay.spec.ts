/** One transport after another, for a session always the same. */
import assert from 'node:assert/strict';
import { revision1 } from '../../lib/codec/revision1.js';
import type { TransportName } from '../../lib/options.js';
import { Relay } from '../../lib/session/relay.js';
import { Trail } from '../../lib/session/trail.js';
import { Wheel } from '../../lib/session/wheel.js';
import { type Clock, stoppedClock } from './clock.js';
import { FakeTransport } from './fake-transport.js';

const batch = (text: string): Trail => new Trail({ frames: [text], bytes: text.length });

/** A transport of some name; one that polls is writable only while a poll waits. */
function transport(name: TransportName): FakeTransport {
  const made = Object.assign(new FakeTransport(name === 'polling' || name === 'jsonp'), { name });
  made.writable = !made.saysGoodbye;
  return made;
}

describe('a relay', () => {
  let clock: Clock;
  let told: unknown[];
  let relay: Relay;

  function begin(first: FakeTransport, mostKept = 1_000): void {
    relay = new Relay(
      first,
      {
        codec: revision1,
        wheel: new Wheel(),
        rhythm: { asker: 'server', every: 300, patience: 200 },
        pollDuration: 300,
        closeTimeout: 1_000,
        body: { maxHttpBufferSize: 1_000, bodyTimeout: 1_000 },
        mostKept,
      },
      {
        received: (frame) => told.push(frame),
        writable: () => told.push('writable'),
        closed: (...args) => told.push([...args, clock.now]),
      },
    );
  }

  /** A poll comes and waits. */
  function poll(polling: FakeTransport): void {
    polling.writable = true;
    relay.polled(polling.name);
    polling.up?.writable();
  }

  function send(text: string): void {
    relay.send(batch(text));
  }

  beforeEach(() => {
    clock = stoppedClock();
    told = [];
  });
  afterEach(() => {
    relay.close('abort');
    clock.restore();
  });

  it('is what carries it at present', () => {
    const [socket, polling] = [transport('websocket'), transport('polling')];
    begin(socket);
    assert.equal(relay.name, 'websocket');
    assert.equal(relay.writable, true);
    relay.take(polling);
    assert.equal(relay.name, 'polling');
    assert.equal(relay.writable, false);
    assert.equal(relay.find('polling'), polling);
    assert.equal(relay.find('websocket'), socket);
    assert.equal(relay.find('jsonp'), undefined);
  });

  describe('on a connection', () => {
    it('asks for signs of life, and ends without one', () => {
      const socket = transport('websocket');
      begin(socket);
      clock.pass(1_000);
      assert.deepEqual(socket.sent, ['2::']);
      assert.deepEqual(told, [['ping timeout', 'no answer to a heartbeat within pingTimeout', 500]]);
    });

    it('takes whatever it hears for a sign of life', () => {
      const socket = transport('websocket');
      begin(socket);
      clock.pass(400);
      socket.up?.received('3:::word');
      clock.pass(200);
      assert.deepEqual(told, ['3:::word']);
    });

    it('asks as soon as it can, if it could not when it was time', () => {
      const socket = transport('websocket');
      begin(socket);
      socket.writable = false;
      clock.pass(350);
      assert.deepEqual(socket.sent, []);
      socket.writable = true;
      socket.up?.writable();
      assert.deepEqual(socket.sent, ['2::']);
    });

    it('takes several packets of one message apart', () => {
      const socket = transport('websocket');
      begin(socket);
      socket.up?.received('\ufffd5\ufffd3:::a\ufffd5\ufffd3:::b');
      assert.deepEqual(told, ['3:::a', '3:::b']);
    });

    it('ends with it', () => {
      const socket = transport('websocket');
      begin(socket);
      socket.up?.closed('transport close', 'why');
      clock.pass(2_000);
      assert.deepEqual(told, [['transport close', 'why', 0]]);
    });
  });

  describe('on polls', () => {
    it('has nothing to say for as long as a poll may take, and says so', () => {
      const polling = transport('polling');
      begin(polling);
      poll(polling);
      clock.pass(299);
      assert.deepEqual(polling.sent, []);
      clock.pass(1);
      assert.deepEqual(polling.sent, ['8::']);
    });

    it('waits for the next poll, and no longer than it has said', () => {
      const polling = transport('polling');
      begin(polling);
      poll(polling);
      send('x');
      polling.writable = false;
      clock.pass(999);
      poll(polling);
      send('y');
      polling.writable = false;
      clock.pass(1_000);
      assert.deepEqual(told.at(-1), ['ping timeout', 'no poll within pingTimeout after pingInterval', 1_999]);
    });

    it('waits as long for a poll after one that broke while it waited', () => {
      const polling = transport('polling');
      begin(polling);
      poll(polling);
      polling.writable = false;
      clock.pass(1_299);
      assert.equal(told.length, 1);
      clock.pass(1);
      assert.deepEqual(told.at(-1), ['ping timeout', 'no poll within pingTimeout after pingInterval', 1_300]);
    });
  });

  describe('that goes on to another transport', () => {
    it('says again what nobody can have heard, ahead of anything newer', () => {
      const [socket, polling] = [transport('websocket'), transport('polling')];
      begin(socket);
      send('1::');
      send('3:::a');
      relay.take(polling);
      assert.equal(relay.buffered, 8);
      poll(polling);
      assert.deepEqual(polling.sent, ['1::|3:::a']);
      assert.equal(relay.buffered, 0);
    });

    it('says nothing again once it has heard something', () => {
      const [socket, polling] = [transport('websocket'), transport('polling')];
      begin(socket);
      send('1::');
      socket.up?.received('2::');
      relay.take(polling);
      poll(polling);
      assert.deepEqual(polling.sent, []);
    });

    it('says nothing again once a second poll has come: the first was answered, and read', () => {
      const [polling, jsonp] = [transport('polling'), transport('jsonp')];
      begin(polling);
      poll(polling);
      send('1::');
      poll(polling);
      relay.take(jsonp);
      poll(jsonp);
      assert.deepEqual(jsonp.sent, []);
    });

    it('keeps no more for that than it may, and says so', () => {
      begin(transport('websocket'), 10);
      send('1::');
      assert.equal(relay.entire, true);
      send('3:::much too much');
      assert.equal(relay.entire, false);
    });

    it('keeps nothing once it has heard something', () => {
      const socket = transport('websocket');
      begin(socket, 10);
      send('3:::much too much');
      socket.up?.received('2::');
      assert.equal(relay.entire, true);
    });

    it('says by the new one what the old one had not sent', () => {
      const [polling, socket] = [transport('polling'), transport('websocket')];
      begin(polling);
      polling.up?.received('3:::heard');
      polling.unsent = batch('late');
      relay.take(socket);
      assert.deepEqual(socket.sent, ['late']);
    });

    it('hears nothing of the old one any more, not even its end', () => {
      const [socket, polling] = [transport('websocket'), transport('polling')];
      begin(socket);
      relay.take(polling);
      told = [];
      socket.up?.received('3:::late');
      socket.up?.closed('transport close');
      assert.deepEqual(told, []);
    });

    it('lets an old loop of polls run on, slowly', () => {
      const [polling, jsonp] = [transport('polling'), transport('jsonp')];
      begin(polling);
      poll(polling);
      relay.take(jsonp);
      clock.pass(299);
      assert.deepEqual(polling.sent, []);
      clock.pass(1);
      assert.deepEqual(polling.sent, ['8::']);
      poll(polling);
      clock.pass(300);
      assert.deepEqual(polling.sent, ['8::', '8::']);
    });

    it('closes all of them in the end', () => {
      const [socket, again, polling] = [transport('websocket'), transport('websocket'), transport('polling')];
      begin(socket);
      relay.take(polling);
      relay.take(again);
      relay.close('orderly');
      assert.deepEqual(again.closings, ['orderly']);
      assert.deepEqual(polling.closings, ['abort']);
      assert.deepEqual(socket.closings, ['abort']);
    });

    it('does not read by the new one while nobody reads', () => {
      const [socket, polling] = [transport('websocket'), transport('polling')];
      begin(socket);
      relay.flow(false);
      relay.take(polling);
      assert.deepEqual(polling.flows, [false]);
    });
  });
});
