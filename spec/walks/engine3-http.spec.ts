/** What a client 1.x or 2.x asks over HTTP: the same answers here and at two genuine servers, or a reason. */
import assert from 'node:assert/strict';
import { genuine, openHere, type Version } from '../support/houses3.js';
import { payloadOf } from '../support/raw-engine3.js';
import { BACK, ENTER, FORM, OCTETS, Visitor } from '../support/visitor3.js';

type Differences = Partial<Record<Version, string>>;
type Row = readonly [what: string, visit: (visitor: Visitor) => Promise<unknown>, differs?: Differences];

const both = (why: string): Differences => ({ '4.8.4': why, '2.5.1': why });

const SCRIPT = 'a script is called one, or browsers that heed nosniff would not run it';
const REVISION = 'revisions 3 and 4 are served; what names another, or none, is told so';
const BAD = 'what is no packet ends the session, in bytes as in text';
const NUMBER = 'a script calls the function of one number, or it is none';
const ORIGIN = 'pages of other origins are refused, unless they are allowed';

/** Somebody who is in does something. */
const inside =
  (act: (visitor: Visitor) => Promise<unknown>, query?: string): Row[1] =>
  async (visitor) => {
    await visitor.enter(query);
    await act(visitor);
  };

const says = (body: string | Buffer, type?: string): Row[1] => inside((visitor) => visitor.say(body, type));
const scripted = (body: string): Row[1] =>
  inside((visitor) => visitor.say(body, FORM, '&j=0&b64=1'), '&j=0&b64=1');
const form = (payload: string): string => `d=${encodeURIComponent(payload)}`;

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
const EVENT = '42["message","x"]';
const elsewhere = { Origin: 'http://elsewhere.example' };

const rows: readonly Row[] = [
  ['a handshake', (v) => v.ask(ENTER)],
  ['a handshake in text alone', (v) => v.ask(`${ENTER}&b64=1`)],
  ['a handshake in a script', (v) => v.ask(`${ENTER}&j=0`), both(SCRIPT)],
  ['a handshake without transport', (v) => v.ask('?EIO=3')],
  ['a handshake by an unknown transport', (v) => v.ask('?EIO=3&transport=flashsocket')],
  ['a handshake by what every object has', (v) => v.ask('?EIO=3&transport=constructor')],
  [
    'a handshake by two transports',
    (v) => v.ask('?EIO=3&transport=polling&transport=websocket'),
    { '4.8.4': 'it is an unknown transport, as at 2.5.1' },
  ],
  ['a WebSocket without an upgrade', (v) => v.ask('?EIO=3&transport=websocket')],
  ['no revision', (v) => v.ask('?transport=polling'), both(REVISION)],
  ['revision 2', (v) => v.ask('?EIO=2&transport=polling'), both(REVISION)],
  ['a handshake by POST', (v) => v.ask(ENTER, { method: 'POST', body: '1:2' })],
  ['a handshake by PUT', (v) => v.ask(ENTER, { method: 'PUT', body: 'x' })],
  ['a handshake by DELETE', (v) => v.ask(ENTER, { method: 'DELETE' })],
  ['a handshake by HEAD', (v) => v.ask(ENTER, { method: 'HEAD' })],
  ['a session that is not there', (v) => v.ask(`${ENTER}&sid=aaaaaaaaaaaaaaaaaaaa`)],
  ['an empty session id', (v) => v.ask(`${ENTER}&sid=`), both('it is an id, and nobody has it')],
  ['a session named like what every object has', (v) => v.ask(`${ENTER}&sid=__proto__`)],
  ['a POST to nobody', (v) => v.ask(`${ENTER}&sid=nobody`, { method: 'POST', body: '1:2' })],
  ['a session by another transport', inside((v) => v.ask('?EIO=3&transport=websocket&sid=SID'))],
  ['a session by an unknown transport', inside((v) => v.ask('?EIO=3&transport=carrier&sid=SID'))],
  [
    'a session in another revision',
    inside((v) => v.ask('?EIO=4&transport=polling&sid=SID')),
    { '2.5.1': 'a session has one revision, as at 4.8.4' },
  ],
  ['a session by PUT', inside((v) => v.ask(BACK, { method: 'PUT', body: 'x' }))],
  ['a session by DELETE', inside((v) => v.ask(BACK, { method: 'DELETE' }))],
  ['one packet', says(payloadOf(EVENT))],
  [
    'three packets',
    says(payloadOf(EVENT, '2', EVENT)),
    both('what one body says is dealt with in its order'),
  ],
  ['signs of life with a word', says(payloadOf('2probe'))],
  ['its end', says(payloadOf('1'))],
  ['an empty packet', says('0:')],
  ['an empty packet before another', says(`0:${payloadOf(EVENT)}`)],
  ['nothing', says('')],
  ['letters', says('abc')],
  ['no length', says(':4')],
  ['a length in letters', says('a:4')],
  ['a length below nothing', says('-1:4')],
  ['a length that is a fraction', says('1.5:42')],
  ['a length that is too long', says(`30:${EVENT}`)],
  ['a length that is too short', says(`5:${EVENT}`)],
  ['a length without end', says('99999999999999999999')],
  ['a length with zeros in front', says(`0017:${EVENT}`)],
  ['letters that take two units', says(payloadOf('42["message","a😀b"]'))],
  ['a length counted in bytes', says('22:42["message","a😀b"]')],
  ['an unknown packet', says('1:9')],
  ['an unknown packet among others', says(payloadOf(EVENT, '9', EVENT))],
  [
    'letters encoded twice',
    says(Buffer.from(Buffer.from('18:42["message","Ã©"]').toString())),
    both('clients 1.x write so, and nothing else tells them from 2.x'),
  ],
  ['text that is not UTF-8', says(Buffer.concat([Buffer.from('4:42'), hex('ff fe')]))],
  ['an unknown content type', says(payloadOf(EVENT), 'application/json')],
  ['a form without JSONP', says(payloadOf(EVENT), FORM)],
  ['bytes: a text', says(Buffer.concat([hex('00 01 07 ff'), Buffer.from(EVENT)]), OCTETS)],
  ['bytes: nothing', says(Buffer.of(), OCTETS), both(BAD)],
  ['bytes: an unknown kind', says(hex('02 01 ff 34'), OCTETS), both(BAD)],
  ['bytes: no length', says(hex('00 ff 34'), OCTETS)],
  ['bytes: a length without end', says(hex('00 01'), OCTETS)],
  ['bytes: a length that is too long', says(hex('00 09 ff 34'), OCTETS)],
  [
    'bytes: a length of many digits',
    says(Buffer.concat([hex('00'), Buffer.alloc(400, 9), hex('ff 34')]), OCTETS),
  ],
  ['bytes: a text body', says(payloadOf(EVENT), OCTETS)],
  ['bytes with a charset', says(payloadOf(EVENT), `${OCTETS}; charset=x`)],
  ['two polls at once', inside((v) => v.pollTwice())],
  ['a script: says something', scripted(form(payloadOf(EVENT)))],
  ['a script: says a line feed', scripted(form('19:42["message","x\\\\n"]'))],
  ['a script: an empty form', scripted('')],
  ['a script: an empty field', scripted('d=')],
  ['a script: a form without the field', scripted('x=1')],
  ['a script: letters', scripted('d=abc')],
  ['a script for a function that is no number', (v) => v.ask(`${ENTER}&j=alert`), both(NUMBER)],
  ['a script for an empty number', (v) => v.ask(`${ENTER}&j=`), both(NUMBER)],
  ['a WebSocket', (v) => v.line('', [], 2)],
  ['a WebSocket that asks', (v) => v.line('', ['2probe', '2'], 4)],
  ['a WebSocket in text alone', (v) => v.line('&b64=1', ['42["send bytes"]'], 5)],
  ['a WebSocket that gets bytes', (v) => v.line('', ['42["send bytes"]'], 5)],
  ['a WebSocket that sends bytes without a type', (v) => v.line('', [Buffer.of(9, 9), '2'], 3), both(BAD)],
  ['a WebSocket for a session that is not there', (v) => v.line('&sid=nobody', [], 1)],
  ['a WebSocket of revision 2', (v) => v.line('&EIO=2', [], 1), both(REVISION)],
  ['a move', inside((v) => v.line('&sid=SID', ['2probe', '5', '42["message",1]'], 2))],
  ['a move without a question', inside((v) => v.line('&sid=SID', ['5', '42["message",1]'], 1))],
  ['a move with another question', inside((v) => v.line('&sid=SID', ['2'], 1))],
  ['a move with an event', inside((v) => v.line('&sid=SID', ['42["message",1]'], 1))],
  [
    'a move after a move',
    inside(async (v) => {
      await v.line('&sid=SID', ['2probe', '5', '42["message",1]'], 2);
      await v.line('&sid=SID', ['2probe'], 1);
    }),
  ],
  ['another origin', (v) => v.ask(ENTER, { headers: elsewhere }), both(ORIGIN)],
  [
    'a question of another origin',
    (v) =>
      v.ask(ENTER, { method: 'OPTIONS', headers: { ...elsewhere, 'Access-Control-Request-Method': 'POST' } }),
    both(ORIGIN),
  ],
  [
    'no slash behind the path',
    (v) => v.ask(ENTER, {}, '/socket.io'),
    both('the site mounts us there, with and without a slash'),
  ],
  ['something behind the path', (v) => v.ask(ENTER, {}, '/socket.io/default/')],
  ['something like the path', (v) => v.ask(ENTER, {}, '/socket.iox/')],
];

describe('a request of Engine.IO 3', () => {
  for (const [version, { introduced, open }] of Object.entries(genuine)) {
    describe(`here and at ${version}`, () => {
      for (const [what, visit, differences] of rows) {
        const differs = differences?.[version as Version];
        it(`${what}${differs ? `; unlike the genuine server: ${differs}` : ''}`, async () => {
          const notes: unknown[][] = [];
          for (const house of [await openHere(introduced), await open()]) {
            const visitor = new Visitor(house.url);
            await visit(visitor).finally(() => house.close());
            notes.push(visitor.notes);
          }
          const [ours, theirs] = notes;
          if (differs) assert.notDeepEqual(ours, theirs);
          else assert.deepEqual(ours, theirs);
        });
      }
    });
  }
});
