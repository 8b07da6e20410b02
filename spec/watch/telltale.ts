/** A program in which everything happens that is told of, with clients who have secrets; started by a spec. */
import { subscribe } from 'node:diagnostics_channel';
import { inspect } from 'node:util';
import type { Socket } from '../../lib/index.js';
import { readOptions } from '../../lib/option-reading.js';
import { type Answer, ask, Knock, knock, type Wish } from '../router/raw.js';
import { openSite, type Site } from '../support/site.js';
import { type Tongue, tongues } from '../support/tongues.js';

/** As it is where nobody gives one: a line on stderr. */
const { onError } = readOptions();

/** All that a stranger must not learn. */
const secrets: string[] = [];
/** All that has been said to those who watch, and to clients who were refused. */
const said: string[] = [];

const login = 'login=s3cr3t-cookie';
const token = 's3cr3t-token';
secrets.push('s3cr3t');

/** Where a client with a token shakes hands. */
const greeting = (tongue: Tongue): string => tongue.handshake(`&token=${token}`);

for (const name of ['handshake', 'refusal', 'close', 'limit', 'slow-consumer'])
  subscribe(`socketio:${name}`, (message) => said.push(inspect(message, { depth: 9, showHidden: true })));

/** Errors are told to the owner as they are by default: on stderr. */
async function open(): Promise<Site> {
  const site = await openSite(
    {
      onError,
      cookie: true,
      transports: ['polling', 'websocket', 'jsonp'],
      connectionStateRecovery: true,
      maxNamespaces: 2,
      mailboxMessages: 1,
      maxHttpBufferSize: 20_000,
      softBufferLimit: 2_000,
      hardBufferLimit: 4_000,
      bodyTimeout: 100,
      upgradeTimeout: 100,
      handshakeTimeout: 100,
      pingInterval: 400,
      pingTimeout: 200,
    },
    (app) => app.use('/socket.io/slow', () => {}),
  );
  const { io } = site;
  io.engine.on('connection_error', ({ code, message }) => said.push(`${code} ${message}`));
  io.on('connection', misbehave);
  io.of('/refused').use((socket) => {
    throw new Error(`no entry for ${typeof socket.handshake.auth}`);
  });
  io.of('/serving').serve(async () => Promise.reject(new Error('the handler')));
  return site;
}

function misbehave(socket: Socket): void {
  secrets.push(socket.conn.id);
  socket.on('throw', () => {
    throw new Error('the listener');
  });
  socket.on('reject', async () => Promise.reject(new TypeError('the listener, later')));
  socket.on('flood', () => {
    for (let count = 0; count < 10; count++) socket.emit('x', 'y'.repeat(1_000));
  });
  socket.on('ask', () => socket.timeout(1).emit('question', () => Promise.reject(new Error('the answer'))));
  socket.use(([name], next) => next(name === 'drop' ? new Error('the middleware') : undefined));
  socket.on('disconnect', (reason, description) => said.push(`${reason} ${inspect(description)}`));
}

async function refused(site: Site, path: string, wish: Wish = {}): Promise<Answer> {
  const answer = await ask(site.port, path, { ...wish, headers: { Cookie: login, ...wish.headers } });
  if (answer.status !== 200) said.push(JSON.stringify(answer));
  return answer;
}

/** One client's life, as far as it is wanted. */
async function meet(
  site: Site,
  tongue: Tongue,
): Promise<{ sid: string; say: (...packets: string[]) => Promise<Answer> }> {
  const { body, headers } = await ask(site.port, greeting(tongue), { headers: { Cookie: login } });
  const sid = tongue.sidIn(body);
  secrets.push(sid, ...(headers['set-cookie'] ? [headers['set-cookie'].split(/[=;]/)[1] ?? ''] : []));
  const path = tongue.path('polling', sid);
  const say = (...packets: string[]) =>
    refused(site, path, { method: 'POST', body: tongue.pack(...packets) });
  // Revision 1 has no session before its first poll; Engine.IO 4 asks first.
  const join = tongue.join('/', `{"token":"${token}"}`);
  if (tongue === tongues.vintage) await ask(site.port, path);
  else if (join.length > 0) await say(...join);
  return { sid, say };
}

async function misuse(site: Site, tongue: Tongue): Promise<void> {
  const event = (name: string) => tongue.event(name, token);
  const errors = await meet(site, tongue);
  await errors.say(...['throw', 'reject', 'drop', 'ask', 'unheard'].map(event));
  const flooded = await meet(site, tongue);
  await flooded.say(event('flood'));
  const gone = await meet(site, tongue);
  await gone.say(tongue.bye);
  await refused(site, tongue.path('polling', gone.sid));
  const crowd = await meet(site, tongue);
  const asked = ['/refused', '/serving', '/nowhere', '/again'].flatMap((nsp) => tongue.join(nsp));
  await crowd.say(...asked);
  for (const nonsense of ['9', '42["disconnect"]', '42[', `5:::{"name":"${token}`, `6${token}`]) {
    const { say } = await meet(site, tongue);
    await say(nonsense);
  }
  const large = await meet(site, tongue);
  await large.say(event('x'.repeat(30_000)));
  await trespass(site, tongue);
  await fumble(site, tongue);
  await press(site, tongue);
}

/** Requests that name somebody's session, and are refused. */
async function trespass(site: Site, tongue: Tongue): Promise<void> {
  const { sid } = await meet(site, tongue);
  for (const transport of ['websocket', 'jsonp-polling', 'telepathy', 'polling'])
    for (const method of ['GET', 'PUT', 'OPTIONS'])
      if (transport !== 'polling' || method !== 'GET')
        await refused(site, tongue.path(transport, sid), {
          method,
          headers: { Origin: 'https://a.example' },
        });
  for (const other of Object.values(tongues))
    if (other !== tongue) await refused(site, other.path('polling', sid));
  await refused(site, `${tongue.path('polling', 's3cr3t-guess')}`);
  await refused(site, `/socket.io/${sid}/x?EIO=4&transport=polling&sid=${sid}x`);
}

/** Requests that come too many at once, or do not end. */
async function press(site: Site, tongue: Tongue): Promise<void> {
  const { sid } = await meet(site, tongue);
  const path = `${tongue.path('polling', sid)}&token=${token}`;
  const half = `POST ${path} HTTP/1.1\r\nHost: a\r\nCookie: ${login}\r\nContent-Length: 100\r\n\r\n${token}`;
  const halves = Array.from({ length: 10 }, () => Knock.send(site.port, half));
  await Promise.all(halves.map((one) => one.until(/\r\n\r\n/)));
  said.push(...halves.map(({ text }) => text));
  for (const { socket } of halves) socket.destroy();
  const other = await meet(site, tongue);
  const polls = Array.from({ length: 2 }, () => refused(site, tongue.path('polling', other.sid)));
  await Promise.allSettled(polls);
}

/** Upgrades that come to nothing. */
async function fumble(site: Site, tongue: Tongue): Promise<void> {
  const { sid } = await meet(site, tongue);
  const headers = { Cookie: login };
  const keyless = await knock(site.port, tongue.path('websocket', sid), {
    ...headers,
    'Sec-WebSocket-Key': 's3cr3t',
  });
  said.push(JSON.stringify(await keyless.answer()));
  const silent = await knock(site.port, tongue.path('websocket', sid), headers);
  await silent.head();
  // A frame without a mask, and one with bits that mean nothing.
  for (const bytes of ['\x81\x05hello', '\xf1\x80\x00\x00\x00\x00']) {
    const wrong = await knock(site.port, greeting(tongue).replace('polling', 'websocket'), headers);
    await wrong.head();
    wrong.socket.write(bytes, 'latin1');
  }
  const late = await knock(site.port, '/socket.io/slow/?EIO=4&transport=websocket', headers);
  said.push(JSON.stringify(await late.answer()));
  silent.socket.destroy();
}

/** Somebody who comes back, and somebody who pretends to. */
async function come(site: Site): Promise<void> {
  const { modern } = tongues;
  const { sid, say } = await meet(site, modern);
  const welcome = await ask(site.port, modern.path('polling', sid));
  const pid = /"pid":"([^"]+)"/.exec(welcome.body)?.[1] ?? '';
  secrets.push(pid);
  await say(modern.bye);
  for (const claim of [pid, 's3cr3t-pid']) {
    const { body } = await ask(site.port, greeting(modern));
    const again = modern.sidIn(body);
    secrets.push(again);
    await refused(site, modern.path('polling', again), {
      method: 'POST',
      body: `40{"pid":"${claim}","offset":"x"}`,
    });
  }
}

async function failAtTheDoor(): Promise<void> {
  const site = await openSite({
    onError,
    allowRequest: (req, done) =>
      req.url?.includes('no') ? done('not you', false) : Promise.reject(new Error('the check')),
  });
  await refused(site, `${greeting(tongues.modern)}&no`);
  await refused(site, greeting(tongues.modern));
  site.io.engine.generateId = () => 'not an id';
  await refused(site, `${greeting(tongues.modern)}&no`);
  await site.close();
  const full = await openSite({ onError, maxSessionsPerAddress: 1 });
  await meet(full, tongues.modern);
  for (const tongue of Object.values(tongues)) await refused(full, greeting(tongue));
  await full.close();
}

const site = await open();
for (const tongue of Object.values(tongues)) await misuse(site, tongue);
await come(site);
await failAtTheDoor();
const stats = site.io.stats();
said.push(inspect(stats, { depth: 9 }));
await site.close();
console.log(JSON.stringify({ secrets, said, stats: site.io.stats() }));
