/** What the demo's server accepts and refuses, asked by bare clients without a page. */
import assert from 'node:assert/strict';
import { io, type Socket } from 'socket.io-client';
import { type Site, site } from '../../demo-app/site.js';
import { listening } from '../support/listening.js';

const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');

/** The next event of that name. */
function heard(socket: Socket, name: string): Promise<Parameters<Parameters<Socket['on']>[1]>> {
  return new Promise((resolve) => socket.once(name, (...args) => resolve(args)));
}

describe('the demo server', () => {
  const sockets: Socket[] = [];
  let house: Site;
  let url: string;

  before(async () => {
    house = site();
    url = `http://127.0.0.1:${await listening(house.server)}`;
  });

  after(async () => {
    for (const socket of sockets) socket.disconnect();
    await house.io.close();
    house.server.close();
    house.server.closeAllConnections();
  });

  /** Sends the form. */
  function submit(name: string, cookie = ''): Promise<Response> {
    const body = new URLSearchParams({ name });
    return fetch(`${url}/sign-in`, { method: 'POST', body, redirect: 'manual', headers: { cookie } });
  }

  async function cookieOf(name: string): Promise<string> {
    const [cookie = ''] = (await submit(name)).headers.getSetCookie();
    return cookie.split(';')[0] ?? '';
  }

  function client(cookie: string, transports = ['polling', 'websocket']): Socket {
    const socket = io(url, { transports, extraHeaders: { cookie }, forceNew: true, reconnection: false });
    sockets.push(socket);
    return socket;
  }

  async function guest(name: string): Promise<Socket> {
    const socket = client(await cookieOf(name));
    await heard(socket, 'welcome');
    return socket;
  }

  it('escapes a name wherever it shows it', async () => {
    const name = '<i>"Ada"&';
    const page = await (await fetch(url, { headers: { cookie: await cookieOf(name) } })).text();
    assert.ok(page.includes('&lt;i&gt;&quot;Ada&quot;&amp;'));
    assert.ok(!page.includes('<i>'));
    const refused = await submit(`<i>${'x'.repeat(40)}`);
    assert.equal(refused.status, 422);
    assert.ok((await refused.text()).includes('value="&lt;i&gt;xx'));
  });

  for (const transport of ['polling', 'websocket']) {
    it(`refuses who has not said a name, over ${transport}`, async () => {
      const [error] = await heard(client('', [transport]), 'connect_error');
      assert.equal(error.message, 'NAME_NEEDED');
    });

    it(`knows who comes by the session of the form, over ${transport}`, async () => {
      const [{ user }] = await heard(client(await cookieOf('Ada'), [transport]), 'welcome');
      assert.equal(user.name, 'Ada');
    });
  }

  it('gives a new session to who signs in, whatever id the browser brought', async () => {
    const before = await cookieOf('Ada');
    const after = (await submit('Ada', before)).headers.getSetCookie()[0] ?? '';
    assert.notEqual(after.split(';')[0], before);
    const old = await fetch(url, { redirect: 'manual', headers: { cookie: before } });
    assert.equal(old.headers.get('location'), '/sign-in');
  });

  it('believes the bytes of a picture, not its name', async () => {
    const socket = await guest('Ada');
    const parcel = (bytes: Buffer) => ({
      room: 'Photos',
      key: `key-${bytes.length}`.padEnd(12, '0'),
      picture: { bytes },
    });
    const letter = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>');
    const refused = await socket.emitWithAck('say', parcel(letter));
    assert.deepEqual(
      [refused.ok, refused.error],
      [false, 'Only PNG, JPEG, GIF and WebP pictures can be sent.'],
    );
    const large = await socket.emitWithAck('say', parcel(Buffer.concat([png, Buffer.alloc(700_000)])));
    assert.equal(large.error, 'This picture is too large.');
    const accepted = await socket.emitWithAck('say', parcel(png));
    assert.equal(accepted.ok, true);
    const { picture } = await socket.emitWithAck('picture', { room: 'Photos', number: accepted.number });
    assert.equal(picture.type, 'image/png');
    assert.deepEqual(Buffer.from(picture.bytes), png);
  });

  it('takes a message that is sent again for the same message', async () => {
    const socket = await guest('Ada');
    const parcel = { room: 'Lobby', key: 'once-and-again', text: 'Once' };
    const first = await socket.emitWithAck('say', parcel);
    assert.deepEqual(await socket.emitWithAck('say', parcel), first);
    const { messages } = await socket.emitWithAck('enter', { room: 'Lobby', since: 0 });
    assert.equal(messages.length, 1);
  });

  it('asks who is too fast to wait, and ends the connection of who does not listen', async () => {
    const socket = await guest('Ada');
    const gone = heard(socket, 'disconnect');
    let wait = 0;
    for (let i = 0; wait === 0; i++) {
      const answer = await socket.emitWithAck('say', { room: 'Lobby', key: `too-fast-${i}`, text: 'x' });
      wait = answer.ok ? 0 : answer.wait;
    }
    assert.ok(wait <= 1_000);
    for (let i = 0; i < 300; i++) socket.emit('typing', { on: true });
    const [reason] = await gone;
    assert.match(reason, /^io server disconnect|transport close$/);
  });

  for (const [name, asked] of [
    ['nothing', undefined],
    ['__proto__', {}],
    ['say', 'text'],
    ['say', { room: 'Lobby', key: 'a-good-key', text: ['x'] }],
    ['enter', { room: '__proto__' }],
    ['create', { room: ' \u200b ' }],
    ['create', { room: 'x'.repeat(25) }],
    ['picture', { room: 'Lobby', number: -1 }],
  ] as const) {
    it(`answers ${name} of ${JSON.stringify(asked)} with a refusal`, async () => {
      const socket = await guest('Eve');
      const answer = await socket.emitWithAck(name, asked);
      assert.equal(answer.ok, false);
      assert.ok(answer.error.length > 0);
    });
  }
});
