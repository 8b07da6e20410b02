/** The body of one POST. */
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import { text } from 'express';
import type { Frame } from '../../lib/codec/codec.js';
import { type BodyFault, type BodyLimits, contentOf, isBinary, readBody } from '../../lib/transport/body.js';
import { type Clock, stoppedClock } from '../session/clock.js';

type Result = [fault: BodyFault | undefined, body: Frame];

describe('a POST body', () => {
  let server: Server;
  let results: Result[];
  let arrived: (req: IncomingMessage) => void;
  let read: Promise<Result>;

  beforeEach(async () => {
    results = [];
    read = new Promise((resolve) => {
      arrived = (req) =>
        void readBody(req, { maxHttpBufferSize: 100, bodyTimeout: 60 }, (fault, body) => {
          const content = contentOf(body, !fault && isBinary(req));
          const result: Result = content === undefined ? ['not UTF-8', ''] : [fault, content];
          results.push(result);
          resolve(result);
        });
    });
    server = createServer((req, res) => {
      res.on('error', () => {});
      arrived(req);
      read.then(() => res.end());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    assert.equal(results.length, 1, 'calls back once');
  });

  function post(headers: Record<string, string | number>, ...chunks: (string | Buffer)[]) {
    const { port } = server.address() as AddressInfo;
    const req = request({ port, host: '127.0.0.1', method: 'POST', headers });
    req.on('error', () => {});
    for (const chunk of chunks) req.write(chunk);
    return req;
  }

  it('is text', async () => {
    post({ 'Content-Type': 'text/plain' }, '4€', '😀').end();
    assert.deepEqual(await read, [undefined, '4€😀']);
  });

  for (const [encoding, manner] of [
    ['utf8', 'in one piece'],
    ['latin1', 'in several'],
  ] as const) {
    it(`is what the client has sent where somebody before us wants it as ${encoding}, ${manner}`, async () => {
      const pieces = manner === 'in several' ? ['4€', '😀'] : ['4€😀'];
      const take = arrived;
      arrived = (req) => take(req.setEncoding(encoding));
      const length = manner === 'in several' ? {} : { 'Content-Length': Buffer.byteLength('4€😀') };
      post(length, ...pieces).end();
      assert.deepEqual(await read, [undefined, '4€😀']);
    });
  }

  it('is one of characters that are bytes where somebody before us wants it as utf8', async () => {
    const take = arrived;
    arrived = (req) => take(req.setEncoding('utf8'));
    post({ 'Content-Length': 2 }, '40').end();
    assert.deepEqual(await read, [undefined, '40']);
  });

  it('is text although a character is cut between two chunks', async () => {
    const bytes = Buffer.from('4€');
    const req = post({}, bytes.subarray(0, 2));
    server.once('request', () => req.end(bytes.subarray(2)));
    assert.deepEqual(await read, [undefined, '4€']);
  });

  it('is the same in however many pieces, and none of them is kept', async () => {
    const req = Object.assign(new PassThrough(), {
      rawHeaders: ['Content-Type', 'application/octet-stream'],
    });
    arrived(req as unknown as IncomingMessage);
    await new Promise(process.nextTick);
    const bytes = Buffer.from(Array.from({ length: 100 }, (_, index) => index));
    req.emit('data', Buffer.from(bytes.subarray(0, 1)));
    const pieces = Array.from(bytes.subarray(1), (byte) => Buffer.of(byte));
    for (const piece of pieces) {
      req.emit('data', piece);
      piece.fill(0);
    }
    req.emit('end');
    assert.deepEqual(await read, [undefined, bytes]);
  });

  it('is bytes if the client says so', async () => {
    post({ 'Content-Type': 'application/octet-stream' }, Buffer.from([255, 0])).end();
    assert.deepEqual(await read, [undefined, Buffer.from([255, 0])]);
  });

  it('may have the exact limit', async () => {
    post({ 'Content-Length': 100 }, 'x'.repeat(100)).end();
    assert.deepEqual(await read, [undefined, 'x'.repeat(100)]);
  });

  it('is not read at all when it announces more', async () => {
    post({ 'Content-Length': 101 }, 'x');
    assert.deepEqual(await read, ['too large', '']);
  });

  it('is not read further when it has more, unannounced', async () => {
    post({ 'Transfer-Encoding': 'chunked' }, 'x'.repeat(60), 'x'.repeat(60));
    assert.deepEqual(await read, ['too large', '']);
  });

  it('is counted in bytes', async () => {
    post({ 'Transfer-Encoding': 'chunked' }, '€'.repeat(34)).end();
    assert.deepEqual(await read, ['too large', '']);
  });

  it('is refused if it is not UTF-8', async () => {
    post({}, Buffer.from([0x34, 0x32, 0xff, 0xfe])).end();
    assert.deepEqual(await read, ['not UTF-8', '']);
  });

  it('must arrive in time', async () => {
    post({ 'Content-Length': 50 }, 'x');
    assert.deepEqual(await read, ['too slow', '']);
  });

  it('is nothing if the client goes away in the middle', async () => {
    const req = post({ 'Content-Length': 50 }, 'x');
    server.once('request', () => req.destroy());
    assert.deepEqual(await read, ['aborted', '']);
  });

  it('is taken from a parser that has read it already', async () => {
    const direct = arrived;
    arrived = (req) => text()(req, {} as never, () => direct(req));
    post({ 'Content-Type': 'text/plain' }, '4hello').end();
    assert.deepEqual(await read, [undefined, '4hello']);
  });

  it('has the same limit behind a parser', async () => {
    const direct = arrived;
    arrived = (req) => text()(req, {} as never, () => direct(req));
    post({ 'Content-Type': 'text/plain' }, 'x'.repeat(101)).end();
    assert.deepEqual(await read, ['too large', '']);
  });

  it('is empty, and nobody waits, if somebody has read it and kept nothing', async () => {
    const direct = arrived;
    arrived = (req) => req.resume().on('end', () => setImmediate(direct, req));
    post({}, '4hello').end();
    assert.deepEqual(await read, [undefined, '']);
  });

  it('is not waited for if the client has gone before', async () => {
    const direct = arrived;
    arrived = (req) => req.on('close', () => direct(req)).on('error', () => {});
    const req = post({ 'Content-Length': 50 }, 'x');
    server.once('request', () => req.destroy());
    assert.deepEqual(await read, ['aborted', '']);
  });

  it('can be given up', async () => {
    let stop = (): void => {};
    arrived = (req) => {
      const reader = readBody(req, { maxHttpBufferSize: 100, bodyTimeout: 60 }, (fault, body) =>
        results.push([fault, body.toString()]),
      );
      stop = () => reader.stop();
    };
    post({ 'Content-Length': 50 }, 'x');
    await new Promise((resolve) => server.once('request', resolve));
    stop();
    assert.deepEqual(results, [['stopped', '']]);
  });
});

describe('the time of a POST body', () => {
  const limits: BodyLimits = { maxHttpBufferSize: 1_000, bodyTimeout: 30_000 };
  let clock: Clock;
  beforeEach(() => {
    clock = stoppedClock();
  });
  afterEach(() => clock.restore());

  /** @param bytes of each second @returns seconds after which it ends, or was complete */
  async function secondsOf(
    size: number,
    bytes: number,
  ): Promise<[fault: BodyFault | undefined, seconds: number]> {
    const req = Object.assign(new PassThrough(), { rawHeaders: ['Content-Length', String(size)] });
    let result: BodyFault | 'complete' | undefined;
    readBody(req as unknown as IncomingMessage, limits, (fault) => {
      result = fault ?? 'complete';
    });
    // Nothing has come together with the headers.
    await new Promise(process.nextTick);
    let seconds = 0;
    for (let sent = 0; result === undefined && seconds < 100; seconds += 1) {
      const chunk = Buffer.alloc(Math.min(bytes, size - sent));
      sent += chunk.length;
      req.emit('data', chunk);
      if (sent === size) req.emit('end');
      else clock.pass(1_000);
    }
    return [result === 'complete' ? undefined : result, seconds];
  }

  it('is not what the process was held up for: what came meanwhile is read first, and more of it may come', async () => {
    const req = Object.assign(new PassThrough(), { rawHeaders: ['Content-Length', '1000'] });
    const results: unknown[] = [];
    readBody(req as unknown as IncomingMessage, limits, (fault) => results.push(fault));
    await new Promise(process.nextTick);
    req.emit('data', Buffer.alloc(1));
    await clock.stand(40_000);
    clock.pass(500);
    req.emit('data', Buffer.alloc(140));
    clock.pass(9_000);
    assert.deepEqual(results, []);
    clock.pass(3_000);
    assert.deepEqual(results, ['too slow']);
  });

  it('is all of it for the largest one', async () => {
    assert.deepEqual(await secondsOf(1_000, 34), [undefined, 30]);
  });

  it('is a third of it for a few bytes, whatever has been announced', async () => {
    assert.deepEqual(await secondsOf(1_000, 1), ['too slow', 11]);
    assert.deepEqual(await secondsOf(20, 1), ['too slow', 11]);
  });

  it('is all of it for a smaller one, too, that comes steadily over a narrow line', async () => {
    assert.deepEqual(await secondsOf(500, 20), [undefined, 25]);
    assert.deepEqual(await secondsOf(250, 9), [undefined, 28]);
    assert.equal((await secondsOf(90, 3))[0], 'too slow');
  });

  it('is enough for whoever keeps that pace', async () => {
    assert.deepEqual(await secondsOf(300, 34), [undefined, 9]);
    assert.deepEqual(await secondsOf(600, 34), [undefined, 18]);
  });

  it('is not longer than that', async () => {
    assert.equal((await secondsOf(1_000, 32))[0], 'too slow');
  });
});
