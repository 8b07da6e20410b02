/** Handshakes and requests of revision 1, by the vectors of its reference, through the site's own stack. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import cors from 'cors';
import express from 'express';
import helmet from 'helmet';
import { socketio } from '../../lib/index.js';
import { listening } from '../support/listening.js';
import { heard, within } from '../support/patience.js';
import { Client1 } from '../support/raw-revision1.js';
import { openSite, type Site } from '../support/site.js';
import { type Answer, ask, knock } from './raw.js';

const TERMS = /^[\w-]{20}:45:45:websocket,xhr-polling$/;
const ELSEWHERE = 'http://a.example';

function told({ status, headers, body }: Answer): [number, string | undefined, string] {
  return [status, headers['content-type'], body];
}

describe('a request of revision 1', () => {
  let site: Site | undefined;
  afterEach(() => site?.close());

  async function open(...args: Parameters<typeof openSite>): Promise<number> {
    site = await openSite(...args);
    return site.port;
  }

  describe('for a handshake', () => {
    for (const path of [
      '1/?t=1',
      '1?t=1',
      '1/xhr-polling/',
      '1/xhr-polling',
      '1/?t123',
      '1/?t=1&user=a%20b',
    ]) {
      it(`H01, H02, H12 is answered at ${path}`, async () => {
        const [status, type, body] = told(await ask(await open(), `/socket.io/${path}`));
        assert.equal(status, 200);
        assert.equal(type, 'text/plain');
        assert.match(body, TERMS);
      });
    }

    it('may be a POST', async () => {
      const { body } = await ask(await open(), '/socket.io/1/', { method: 'POST' });
      assert.match(body, TERMS);
    });

    it('is told the transports that are offered, best first', async () => {
      const transports = ['jsonp', 'polling', 'htmlfile', 'websocket'] as const;
      const { body } = await ask(await open({ transports }), '/socket.io/1/');
      assert.equal(body.split(':')[3], 'websocket,htmlfile,xhr-polling,jsonp-polling');
    });

    for (const [pingInterval, pingTimeout, seconds] of [
      [25_000, 20_000, 45],
      [1, 1, 1],
      [999, 1, 1],
      [1_000, 1, 2],
      [0x7fffffff, 0x7fffffff, 2_147_483],
    ] as const) {
      it(`is told ${seconds} seconds for heartbeats after ${pingInterval} + ${pingTimeout} ms`, async () => {
        const { body } = await ask(await open({ pingInterval, pingTimeout }), '/socket.io/1/');
        assert.deepEqual(body.split(':').slice(1, 3), [`${seconds}`, `${seconds}`]);
      });
    }

    it('H03 is readable for a page of a listed origin, and its session, too', async () => {
      const port = await open({ origins: [ELSEWHERE] });
      const headers = { Origin: ELSEWHERE };
      const answer = await ask(port, '/socket.io/1/', { headers });
      const sid = answer.body.split(':')[0];
      const poll = await ask(port, `/socket.io/1/xhr-polling/${sid}`, { headers });
      assert.equal(poll.body, '1::');
      for (const { headers } of [answer, poll]) {
        assert.equal(headers['access-control-allow-origin'], ELSEWHERE);
        assert.equal(headers['access-control-allow-credentials'], 'true');
      }
    });

    it('is readable for a page that the middleware of the site allows, and so is its session', async () => {
      const port = await open({}, (app) => app.use(cors({ origin: ELSEWHERE, credentials: true })));
      const headers = { Origin: ELSEWHERE };
      const { body } = await ask(port, '/socket.io/1/', { headers });
      const poll = await ask(port, `/socket.io/1/xhr-polling/${body.split(':')[0]}`, { headers });
      assert.equal(poll.headers['access-control-allow-origin'], ELSEWHERE);
    });

    it('H04 is answered by a script where scripts are offered', async () => {
      const port = await open({ transports: ['polling', 'jsonp'] });
      const [status, type, body] = told(await ask(port, '/socket.io/1/?t=1&jsonp=3'));
      assert.deepEqual([status, type], [200, 'application/javascript; charset=utf-8']);
      assert.match(body, /^\/\*\*\/io\.j\[3\]\("[\w-]{20}:45:45:xhr-polling,jsonp-polling"\);$/);
    });

    it('is refused by a script where scripts are not offered: any page could read them', async () => {
      const answer = await ask(await open(), '/socket.io/1/?jsonp=3');
      assert.deepEqual(told(answer), [
        200,
        'application/javascript',
        'io.j[3](new Error("Transport unknown"));',
      ]);
      assert.equal(site?.io.sockets.sockets.size, 0);
    });

    for (const index of ['a;b', '', '-1', '1.5', '3&jsonp=4']) {
      it(`H05 is answered plainly for jsonp=${index}`, async () => {
        const port = await open({ transports: ['polling', 'jsonp'] });
        assert.equal(told(await ask(port, `/socket.io/1/?jsonp=${index}`))[1], 'text/plain');
      });
    }

    it('H06, H07 is refused by the application', async () => {
      const port = await open({
        transports: ['polling', 'jsonp'],
        allowRequest: (_req, done) => done('not you', false),
      });
      assert.deepEqual(told(await ask(port, '/socket.io/1/')), [403, 'text/plain', 'handshake unauthorized']);
      assert.deepEqual(told(await ask(port, '/socket.io/1/?jsonp=0')), [
        200,
        'application/javascript',
        'io.j[0](new Error("handshake unauthorized"));',
      ]);
    });

    it('H08 meets an application that fails', async () => {
      const port = await open({
        allowRequest: () => {
          throw new Error('broken');
        },
      });
      assert.deepEqual(told(await ask(port, '/socket.io/1/')), [500, 'text/plain', 'handshake error']);
      assert.equal(site?.complaints[0]?.event, 'allowRequest');
    });

    it('H09 comes from a page that is not welcome', async () => {
      const answer = await ask(await open(), '/socket.io/1/', { headers: { Origin: ELSEWHERE } });
      assert.deepEqual(told(answer), [403, 'text/plain', 'handshake bad origin']);
    });

    it('H10 is of a revision that nobody speaks, or that is not served', async () => {
      const no = [500, 'text/plain', 'Protocol version not supported.'];
      const port = await open({ generations: [3, 4] });
      assert.deepEqual(told(await ask(port, '/socket.io/2/?t=1')), no);
      assert.deepEqual(told(await ask(port, '/socket.io/1/?t=1')), no);
    });

    it('H11 differs from the original at the mount itself: clients of today rely on what they are told there', async () => {
      const { status, body } = await ask(await open(), '/socket.io/');
      assert.deepEqual([status, body], [400, '{"code":0,"message":"Transport unknown"}']);
    });

    it('H35 is asked for beforehand by no client, and answered', async () => {
      const port = await open({ origins: [ELSEWHERE] });
      const answer = await ask(port, '/socket.io/1/', { method: 'OPTIONS', headers: { Origin: ELSEWHERE } });
      assert.equal(answer.status, 204);
      assert.equal(answer.headers['access-control-allow-origin'], ELSEWHERE);
    });

    for (const method of ['PUT', 'DELETE', 'HEAD']) {
      it(`is refused as ${method}`, async () => {
        assert.equal((await ask(await open(), '/socket.io/1/', { method })).status, 405);
      });
    }

    it('is refused as an upgrade', async () => {
      const refused = await knock(await open(), '/socket.io/1/');
      assert.equal((await refused.answer()).status, 400);
    });

    it('passes the middleware of the site, and takes its headers along', async () => {
      const port = await open({ cookie: true }, (app) => {
        app.use(helmet());
        app.use('/socket.io', (req, res, next) => {
          if (req.query.key === 'right') next();
          else res.status(401).send('who are you?');
        });
      });
      assert.equal((await ask(port, '/socket.io/1/')).status, 401);
      const answer = await ask(port, '/socket.io/1/?key=right');
      assert.match(answer.headers['set-cookie'] ?? '', /^io=[\w-]{20};/);
      assert.ok(answer.headers['strict-transport-security']);
      // Its session is known from now on, by its path alone.
      const poll = await ask(port, `/socket.io/1/xhr-polling/${answer.body.split(':')[0]}`);
      assert.deepEqual([poll.status, poll.body], [200, '1::']);
      assert.ok(poll.headers['strict-transport-security']);
    });

    it('goes through the stack each time where the site wants that', async () => {
      let seen = 0;
      const port = await open({ admit: 'every' }, (app) =>
        app.use((_req, _res, next) => {
          seen += 1;
          next();
        }),
      );
      const client = await Client1.open(port);
      assert.equal(await client.hear(), '1::');
      assert.equal((await client.post('3:::hi')).body, '1');
      assert.equal(seen, 3);
    });
  });

  describe('for a session', () => {
    it('opens it by the transport that it names, with or without a slash behind the id', async () => {
      const port = await open({ transports: ['polling', 'jsonp'] });
      const client = await Client1.open(port);
      assert.equal((await ask(port, `/socket.io/1/xhr-polling/${client.sid}/?t=1`)).body, '1::');
      const other = await Client1.open(port);
      assert.equal(
        (await ask(port, `/socket.io/1/jsonp-polling/${other.sid}/?t=1&i=2`)).body,
        'io.j[2]("1::");',
      );
    });

    it('H13 names a transport that is unknown, or not offered', async () => {
      const client = await Client1.open(await open());
      for (const transport of ['foo', '', 'jsonp-polling', 'htmlfile', 'polling']) {
        assert.equal((await client.poll(transport)).status, 400, transport);
      }
      assert.equal(await client.hear(), '1::');
    });

    it('H19 wants a WebSocket without asking for one, or a poll by asking for one', async () => {
      const port = await open();
      const client = await Client1.open(port);
      assert.equal((await client.poll('websocket')).status, 400);
      const refused = await knock(port, `/socket.io/1/xhr-polling/${client.sid}`);
      assert.equal((await refused.answer()).status, 400);
    });

    it('comes by a method that means nothing', async () => {
      const client = await Client1.open(await open());
      for (const method of ['PUT', 'HEAD']) {
        assert.equal((await client.poll('xhr-polling', { method })).status, 405);
      }
    });

    it('says something before it opens: nobody hears it, and nobody is told that it has come', async () => {
      const port = await open();
      const client = await Client1.open(port);
      site?.io.on('connection', (socket) => socket.on('message', () => assert.fail('it was not there yet')));
      assert.equal((await client.post('3:::too early')).body, '1');
      assert.equal(site?.io.sockets.sockets.size, 0);
      assert.equal(await client.hear(), '1::');
    });

    it('says too much at once, and may go on', async () => {
      const port = await open({ maxHttpBufferSize: 1_000 });
      const client = await Client1.open(port);
      await client.hear();
      assert.equal((await client.post(`3:::${'x'.repeat(1_000)}`)).status, 413);
      assert.equal((await client.post('5:1+::{"name":"word"}')).body, '1');
    });

    it('says what is no UTF-8, and is thanked', async () => {
      const client = await Client1.open(await open());
      await client.hear();
      assert.equal((await client.post(Buffer.from([0x33, 0xff]))).body, '1');
    });

    for (const [parsers, made] of [
      ['no body parser', () => []],
      ['express.text()', () => [express.text()]],
      ['express.raw()', () => [express.raw({ type: '*/*' })]],
      ['all of them', () => [express.json(), express.urlencoded({ extended: true }), express.text()]],
    ] as const) {
      it(`says things and goodbye by all its bodies and addresses, each through the stack, behind ${parsers}`, async () => {
        const port = await open({ admit: 'every', transports: ['polling', 'jsonp'] }, (app) => {
          for (const parser of made()) app.use(parser);
        });
        const words: unknown[] = [];
        site?.io.on('connection', (socket) => socket.on('message', (word) => words.push(word)));
        const client = await Client1.open(port);
        await client.hear();
        const text = { 'Content-Type': 'text/plain;charset=UTF-8' };
        const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
        const field = (payload: string) => `d=${encodeURIComponent(payload)}`;
        await client.post('3:::text é😀 + &', 'xhr-polling', text);
        await client.post('3:::nothing said of it');
        await client.post(field('"3:::in quotes é😀 + &"'), 'jsonp-polling', form);
        await client.post(field('3:::bare é😀 + &'), 'jsonp-polling', form);
        assert.deepEqual(words, ['text é😀 + &', 'nothing said of it', 'in quotes é😀 + &', 'bare é😀 + &']);
        assert.equal((await client.leave()).status, 200);
        assert.equal(await client.hear(), '7:::1+0');
      });
    }

    it('is of another generation', async () => {
      const port = await open();
      const { body } = await ask(port, '/socket.io/?EIO=4&transport=polling');
      const { sid } = JSON.parse(body.slice(1)) as { sid: string };
      assert.equal((await ask(port, `/socket.io/1/xhr-polling/${sid}`)).body, '7:::1+0');
      const client = await Client1.open(port);
      const engine = await ask(port, `/socket.io/?EIO=4&transport=polling&sid=${client.sid}`);
      assert.equal(engine.status, 400);
    });

    it('whose transport never opens is forgotten after connectTimeout', async () => {
      const port = await open({ connectTimeout: 250 });
      const client = await Client1.open(port);
      const line = client.line();
      // It opened in time; the next one does not.
      assert.equal(await line.next(), '1::');
      line.terminate();
      const idle = await Client1.open(port);
      // A request of another generation neither opens nor ends it, and tells whether it is there.
      const gone = async (): Promise<void> => {
        const path = `/socket.io/?EIO=4&transport=polling&sid=${idle.sid}`;
        while (!(await ask(port, path)).body.includes('Session ID unknown')) await new Promise(setImmediate);
      };
      await within(gone(), 'the end of a session that was never opened');
      assert.equal(await idle.hear(), '7:::1+0');
    });

    it('is told nothing of a session while the server closes', async () => {
      const port = await open();
      const client = await Client1.open(port);
      await client.hear();
      await site?.io.close();
      assert.equal(await client.hear(), '7:::1+0');
      assert.equal((await ask(port, '/socket.io/1/')).status, 503);
    });
  });

  describe('at a mount of any kind', () => {
    it('finds the middleware whose mount path ends with a number', async () => {
      const app = express();
      const io = socketio();
      app.use('/v/1', io);
      const server = createServer(app);
      const port = await listening(server);
      try {
        const { body } = await ask(port, '/v/1/1/?t=1');
        assert.match(body, TERMS);
        assert.equal((await ask(port, `/v/1/1/xhr-polling/${body.split(':')[0]}`)).body, '1::');
        assert.match((await ask(port, '/v/1/?EIO=4&transport=polling')).body, /^0\{"sid"/);
        assert.equal((await ask(port, '/v/1/?transport=polling')).status, 400);
      } finally {
        await io.close({ drain: 10 });
        server.close();
      }
    });

    it('finds the middleware at the root of a site', async () => {
      const app = express();
      const io = socketio();
      app.use(io);
      const server = createServer(app);
      const port = await listening(server);
      try {
        const client = await Client1.open(port);
        const arrived = heard(io as never, 'connection');
        const line = client.line();
        assert.equal(await line.next(), '1::');
        await arrived;
        line.close();
      } finally {
        await io.close({ drain: 10 });
        server.close();
      }
    });
  });
});
