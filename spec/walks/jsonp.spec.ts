/** JSONP as it stands on the wire, from the handshake to the end. */
import assert from 'node:assert/strict';
import express, { type Express } from 'express';
import type { Socket, UserOptions } from '../../lib/index.js';
import { type Answer, ask, payloadOf, sidIn } from '../support/raw-engine3.js';
import { openSite, type Site } from '../support/site.js';

const FORM = 'application/x-www-form-urlencoded';

describe('JSONP by hand', () => {
  let site: Site;

  async function open(options: UserOptions = {}, prepare?: (app: Express) => void): Promise<string> {
    site = await openSite({ transports: ['polling', 'websocket', 'jsonp'], ...options }, prepare);
    site.io.on('connection', (socket: Socket) => {
      socket.on('message', (...args) => socket.emit('back', ...args));
    });
    return `${site.url}/socket.io/?EIO=3&transport=polling`;
  }

  afterEach(() => site.close());

  const post = (url: string, payload: string): Promise<Answer> =>
    ask(url, {
      method: 'POST',
      body: `d=${encodeURIComponent(payload)}`,
      headers: { 'Content-Type': FORM },
    });

  it('48, 49 calls the function of each request, from the handshake on', async () => {
    const url = await open();
    const first = await ask(`${url}&j=0`);
    assert.match(first.text, /^___eio\[0\]\("\d+:0\{\\"sid\\":.*\}"\);$/);
    assert.equal(first.type, 'text/javascript; charset=UTF-8');
    const sid = sidIn(first.text);
    assert.equal((await ask(`${url}&j=0&sid=${sid}`)).text, '___eio[0]("2:40");');
    const socket = site.io.sockets.sockets.get(sid);
    assert.equal(socket?.conn.transport.name, 'jsonp');
    socket?.emit('a', '\u2028</script>');
    assert.equal(
      (await ask(`${url}&j=12&sid=${sid}`)).text,
      '___eio[12]("25:42[\\"a\\",\\"\\\\u2028\\u003c/script>\\"]");',
    );
  });

  it('50 to 52, 55 reads forms', async () => {
    const url = await open();
    const sid = sidIn((await ask(`${url}&j=1`)).text);
    const here = `${url}&j=1&sid=${sid}`;
    await ask(here);
    assert.equal((await post(here, payloadOf('42["message","😀"]'))).text, 'ok');
    assert.equal((await ask(here)).text, '___eio[1]("25:42[\\"back\\",\\"\\\\ud83d\\\\ude00\\"]");');
    const empty = await ask(here, { method: 'POST', body: 'x=1', headers: { 'Content-Type': FORM } });
    assert.deepEqual([empty.status, empty.text], [200, 'ok']);
    assert.equal((await post(here, 'abc')).status, 400);
    assert.match((await ask(here)).text, /"code":1/);
  });

  it('54 tells bytes as base64, whether asked to or not', async () => {
    const url = await open();
    const here = `${url}&j=0&sid=${sidIn((await ask(`${url}&j=0`)).text)}`;
    await ask(here);
    await post(here, payloadOf('451-["message",{"_placeholder":true,"num":0}]', 'b4AQIDBA=='));
    assert.match((await ask(here)).text, /10:b4AQIDBA=="\);$/);
  });

  for (const extended of [false, true]) {
    it(`reads what express.urlencoded({ extended: ${extended} }) has read before`, async () => {
      const url = await open({ admit: 'every' }, (app) => app.use(express.urlencoded({ extended })));
      const here = `${url}&j=0&sid=${sidIn((await ask(`${url}&j=0`)).text)}`;
      await ask(here);
      assert.equal((await post(here, payloadOf('42["message","a+b €"]'))).text, 'ok');
      assert.equal((await ask(here)).text, '___eio[0]("23:42[\\"back\\",\\"a+b \\\\u20ac\\"]");');
    });
  }

  it('is not there unless it was asked for', async () => {
    const url = await open({ transports: ['polling', 'websocket'] });
    const { status, text } = await ask(`${url}&j=0`);
    assert.deepEqual([status, JSON.parse(text)], [400, { code: 0, message: 'Transport unknown' }]);
  });

  for (const index of ['', '-1', '1e3', 'alert(1)//', '7abc', '0];alert(1', '1234567890', '1&j=2']) {
    it(`calls nothing that is not a number: ${JSON.stringify(index)}`, async () => {
      const { status, text } = await ask(`${await open()}&j=${index}`);
      assert.deepEqual([status, JSON.parse(text)], [400, { code: 0, message: 'Transport unknown' }]);
    });
  }

  it('is one transport from beginning to end', async () => {
    const url = await open();
    const sid = sidIn((await ask(`${url}&j=0`)).text);
    assert.match((await ask(`${url}&sid=${sid}`)).text, /"code":3/);
    const other = sidIn((await ask(url)).text);
    assert.match((await ask(`${url}&j=0&sid=${other}`)).text, /"code":3/);
  });

  it('takes a form from a page of another origin only if that is welcome', async () => {
    const url = await open({ origins: ['http://friend.example'] });
    const here = `${url}&j=0&sid=${sidIn((await ask(`${url}&j=0`)).text)}`;
    const from = (origin: string): Promise<Answer> =>
      ask(here, { method: 'POST', body: 'd=1:2', headers: { 'Content-Type': FORM, Origin: origin } });
    assert.equal((await from('http://evil.example')).status, 403);
    assert.equal((await from('http://friend.example')).text, 'ok');
  });
});
