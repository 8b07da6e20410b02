/** The handshake of the drafts hixie-75 and hixie-76. */
import assert from 'node:assert/strict';
import { Duplex } from 'node:stream';
import { mock } from 'node:test';
import { greet, headersOf, isDraft, proofOf, readOffer } from '../../lib/transport/hixie76-handshake.js';
import { randomKey } from '../support/hixie76-client.js';

/** The example of revision 1, section 6.2. */
const KEY1 = '4 @1  46546xW%0l 1 5';
const KEY2 = '12998 5 Y3 1  .P00';
const CHALLENGE = Buffer.from('^n:ds[4U');
const PROOF = "8jKS'y:G*Co,Wxa-";
const offer = readOffer({
  'sec-websocket-key1': KEY1,
  'sec-websocket-key2': KEY2,
  origin: 'http://example.com',
});

/** A connection that keeps what is written to it. */
class Wire extends Duplex {
  readonly written: string[] = [];
  override _read(): void {}
  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.written.push(chunk.toString('latin1'));
    done();
  }
}

describe('a hixie-76 handshake', () => {
  it('reads the numbers in the keys', () => {
    assert.deepEqual(offer?.numbers, [829_309_203, 259_970_620]);
  });

  it('proves that it has understood the example', () => {
    assert.equal(proofOf([829_309_203, 259_970_620], CHALLENGE).toString('latin1'), PROOF);
  });

  it('reads the keys that browsers made', () => {
    for (let count = 0; count < 500; count++) {
      const [first, second] = [randomKey(), randomKey()];
      const read = readOffer({ 'sec-websocket-key1': first.text, 'sec-websocket-key2': second.text });
      assert.deepEqual(read?.numbers, [first.number, second.number], `${first.text}|${second.text}`);
    }
  });

  const bad: readonly (readonly [what: string, key: string])[] = [
    ['without a space', '1234'],
    ['without a digit', 'a b'],
    ['that is empty', ''],
    ['that the spaces do not divide', '1 0 1'],
    ['whose number is too great', '4294967296 '.padEnd(12, '!')],
    ['with more digits than a number has', `1${'0'.repeat(400)} 0`],
  ];
  for (const [what, key] of bad) {
    it(`refuses a first key ${what}`, () =>
      assert.equal(readOffer({ 'sec-websocket-key1': key, 'sec-websocket-key2': KEY2 }), undefined));
    it(`refuses a second key ${what}`, () =>
      assert.equal(readOffer({ 'sec-websocket-key1': KEY1, 'sec-websocket-key2': key }), undefined));
  }

  it('refuses one key without the other', () => {
    assert.equal(readOffer({ 'sec-websocket-key1': KEY1 }), undefined);
    assert.equal(readOffer({ 'sec-websocket-key2': KEY2 }), undefined);
  });

  it('takes the greatest number and zero', () => {
    const read = readOffer({ 'sec-websocket-key1': '42949 67295', 'sec-websocket-key2': '0 0' });
    assert.deepEqual(read?.numbers, [4_294_967_295, 0]);
  });

  it('is not for a client that speaks RFC 6455', () => {
    assert.equal(isDraft({ 'sec-websocket-key1': KEY1, 'sec-websocket-key2': KEY2 }), true);
    assert.equal(isDraft({}), true);
    assert.equal(isDraft({ 'sec-websocket-version': '13' }), false);
    assert.equal(isDraft({ 'sec-websocket-key': 'x' }), false);
  });

  it("answers with the client's own origin and address, and what the site has set", () => {
    assert.ok(offer);
    const headers = headersOf(offer, 'ws://example.com/demo?a=b', ['Set-Cookie: a=b']);
    assert.equal(
      headers.toString('latin1'),
      'HTTP/1.1 101 WebSocket Protocol Handshake\r\n' +
        'Upgrade: WebSocket\r\n' +
        'Connection: Upgrade\r\n' +
        'Sec-WebSocket-Origin: http://example.com\r\n' +
        'Sec-WebSocket-Location: ws://example.com/demo?a=b\r\n' +
        'Set-Cookie: a=b\r\n\r\n',
    );
  });

  it('repeats a protocol, and no origin if there is none', () => {
    const plain = readOffer({
      'sec-websocket-key1': KEY1,
      'sec-websocket-key2': KEY2,
      'sec-websocket-protocol': 'x',
    });
    assert.ok(plain);
    const headers = headersOf(plain, 'wss://h/', []).toString();
    assert.match(headers, /\r\nSec-WebSocket-Location: wss:\/\/h\/\r\nSec-WebSocket-Protocol: x\r\n\r\n$/);
    assert.doesNotMatch(headers, /Origin/);
  });

  it('answers hixie-75 without keys and proof', () => {
    const old = readOffer({ origin: 'http://a.example' });
    assert.ok(old);
    const wire = new Wire();
    let rest = '';
    const headers = headersOf(old, 'ws://h/', []);
    greet(
      { socket: wire, head: Buffer.from('\0a\xff', 'latin1'), offer: old, headers },
      { timeoutMs: 1_000 },
      (bytes) => {
        rest = bytes.toString('latin1');
      },
    );
    assert.deepEqual(wire.written, [
      'HTTP/1.1 101 Web Socket Protocol Handshake\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\n' +
        'WebSocket-Origin: http://a.example\r\nWebSocket-Location: ws://h/\r\n\r\n',
    ]);
    assert.equal(rest, '\0a\xff');
  });

  describe('on the wire', () => {
    let wire: Wire;
    let rests: string[];
    const headers = Buffer.from('HEAD');

    function meet(head: Buffer): void {
      assert.ok(offer);
      greet({ socket: wire, head, offer, headers }, { timeoutMs: 5_000 }, (rest) =>
        rests.push(rest.toString()),
      );
    }

    beforeEach(() => {
      mock.timers.enable({ apis: ['setTimeout'] });
      wire = new Wire();
      rests = [];
    });
    afterEach(() => mock.timers.reset());

    it('is one write if the challenge is there', () => {
      meet(CHALLENGE);
      assert.deepEqual(wire.written, [`HEAD${PROOF}`]);
      assert.deepEqual(rests, ['']);
    });

    it('leaves alone what follows the challenge', () => {
      meet(Buffer.concat([CHALLENGE, Buffer.from('rest')]));
      assert.deepEqual(rests, ['rest']);
    });

    for (let there = 0; there < 8; there++) {
      it(`sends the headers at once if only ${there} bytes of the challenge are there`, async () => {
        meet(CHALLENGE.subarray(0, there));
        assert.deepEqual([wire.written, rests], [['HEAD'], []]);
        for (const byte of [...CHALLENGE.subarray(there), 0x21]) {
          wire.push(Buffer.from([byte]));
          await new Promise((resolve) => setImmediate(resolve));
        }
        assert.deepEqual(wire.written, ['HEAD', PROOF]);
        // What follows is not read before somebody wants it.
        assert.deepEqual([rests, wire.read()?.toString()], [[''], '!']);
      });
    }

    it('takes challenge and more in one piece', async () => {
      meet(CHALLENGE.subarray(0, 3));
      wire.push(Buffer.concat([CHALLENGE.subarray(3), Buffer.from('rest')]));
      await new Promise((resolve) => setImmediate(resolve));
      assert.deepEqual(rests, ['rest']);
    });

    it('ends if the challenge does not come in time', () => {
      meet(CHALLENGE.subarray(0, 7));
      mock.timers.tick(4_999);
      assert.equal(wire.destroyed, false);
      mock.timers.tick(1);
      assert.equal(wire.destroyed, true);
    });

    it('ends if the client does', async () => {
      meet(CHALLENGE.subarray(0, 7));
      wire.push(null);
      await new Promise((resolve) => wire.on('close', resolve));
      assert.deepEqual(rests, []);
    });

    it('leaves no deadline and no listener behind', async () => {
      meet(Buffer.alloc(0));
      wire.push(CHALLENGE);
      await new Promise((resolve) => setImmediate(resolve));
      mock.timers.tick(5_000);
      assert.equal(wire.destroyed, false);
      assert.deepEqual(
        ['data', 'close'].map((event) => wire.listenerCount(event)),
        [0, 0],
      );
    });
  });
});
