/** The POSTs of a revision-1 client. */
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { framing } from '../../lib/codec/framing.js';
import { bare } from '../../lib/transport/envelope.js';
import { declinePost, Posts } from '../../lib/transport/posts.js';
import { ask, Knock } from '../router/raw.js';
import { listening } from '../support/listening.js';
import { within } from '../support/patience.js';

const limits = { maxHttpBufferSize: 100, bodyTimeout: 1_000 };

describe('the posts of a client', () => {
  let server: Server;
  let port: number;
  let posts: Posts;
  let received: string[];
  let serve: (req: IncomingMessage, res: ServerResponse) => void;
  let seen: () => void;

  beforeEach(async () => {
    received = [];
    posts = new Posts(framing, limits, (frame) => received.push(String(frame)));
    serve = (req, res) => posts.take(req, res, bare);
    seen = () => {};
    server = createServer((req, res) => {
      serve(req, res);
      seen();
    });
    port = await listening(server);
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const post = (body: string) => ask(port, '/', { method: 'POST', body });

  it('are thanked, and handed on packet by packet', async () => {
    const { status, headers, body } = await post('\ufffd5\ufffd3:::a\ufffd5\ufffd3:::b');
    assert.deepEqual([status, headers['content-type'], body], [200, 'text/plain; charset=UTF-8', '1']);
    assert.deepEqual(received, ['3:::a', '3:::b']);
  });

  it('are thanked when they bring nothing', async () => {
    assert.equal((await post('')).body, '1');
    assert.deepEqual(received, []);
  });

  it('wait while nobody reads, in their order, and the client with them', async () => {
    posts.flow(false);
    const both = new Promise<void>((resolve) => {
      let count = 0;
      seen = () => ++count === 2 && resolve();
    });
    const first = post('3:::first');
    const answers = [first, post('3:::second')];
    await within(both, 'two posts');
    assert.deepEqual(received, []);
    posts.flow(true);
    for (const { body } of await Promise.all(answers)) assert.equal(body, '1');
    assert.deepEqual(received.sort(), ['3:::first', '3:::second']);
  });

  it('are refused when too many come at once', async () => {
    posts.flow(false);
    const open = Array.from({ length: 9 }, () => post('3:::x'));
    const refused = await within(Promise.race(open), 'a refusal');
    assert.equal(refused.status, 429);
    posts.flow(true);
    const all = await Promise.all(open);
    assert.equal(all.filter(({ status }) => status === 200).length, 8);
  });

  it('are refused when too many have come that nobody has read, though their clients have hung up', async () => {
    posts.flow(false);
    for (let count = 0; count < 8; count++) {
      const asking = request({ port, method: 'POST', agent: false });
      asking.on('error', () => {});
      const gone = new Promise<void>((resolve) => {
        serve = (req, res) => {
          posts.take(req, res, bare);
          res.on('close', resolve);
          // By then its body has been read, which came with it.
          setImmediate(() => asking.destroy());
        };
      });
      asking.end('3:::x');
      await within(gone, 'the end of a request');
    }
    serve = (req, res) => posts.take(req, res, bare);
    assert.equal((await within(post('3:::y'), 'a refusal')).status, 429);
    posts.flow(true);
    assert.equal((await post('3:::z')).status, 200);
    assert.deepEqual(received, [...Array.from({ length: 8 }, () => '3:::x'), '3:::z']);
  });

  it('are thanked, and not heard, once the session is over', async () => {
    posts.stop();
    assert.equal((await post('3:::late')).body, '1');
    assert.deepEqual(received, []);
  });

  it('are cut short when they are too large, and the next one is heard', async () => {
    assert.equal((await post(`3:::${'x'.repeat(100)}`)).status, 413);
    assert.equal((await post('3:::small')).body, '1');
    assert.deepEqual(received, ['3:::small']);
  });

  it('that break off leave room for others', async () => {
    for (let round = 0; round < 10; round++) {
      const arrived = new Promise<void>((resolve) => {
        seen = resolve;
      });
      const broken = request({ port, method: 'POST', headers: { 'Content-Length': 50 } });
      broken.on('error', () => {});
      broken.write('3:::half');
      await within(arrived, 'a post');
      const gone = new Promise((resolve) => broken.on('close', resolve));
      broken.destroy();
      await gone;
    }
    seen = () => {};
    assert.equal((await post('3:::whole')).body, '1');
    assert.deepEqual(received, ['3:::whole']);
  });

  it('are not waited for where nobody wants them', async () => {
    serve = declinePost;
    const slow = Knock.send(
      port,
      'POST / HTTP/1.1\r\nHost: x\r\nOrigin: http://x\r\nContent-Length: 1000\r\n\r\n3:::',
    );
    await slow.until(/\r\n\r\n1$/);
    const { status, headers } = await slow.head();
    assert.deepEqual([status, headers.connection, headers['x-xss-protection']], [200, 'close', '0']);
    slow.socket.write('x'.repeat(996));
    await slow.answer();
    assert.equal((await post('3:::x')).body, '1');
  });
});
