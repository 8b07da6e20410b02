/** Polling in the script envelope of revision 1. */
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { runInNewContext } from 'node:vm';
import express, { urlencoded } from 'express';
import fc from 'fast-check';
import type { Frame } from '../../lib/codec/codec.js';
import { framing } from '../../lib/codec/framing.js';
import { readBody } from '../../lib/transport/body.js';
import { jsonpPolling } from '../../lib/transport/jsonp-polling.js';
import { ask } from '../router/raw.js';
import { listening } from '../support/listening.js';

const { seal, open } = jsonpPolling('2');

/** What a page is told by an answer. */
function told(script: string): unknown {
  const heard: unknown[] = [];
  runInNewContext(script, { io: { j: { 2: (text: unknown) => heard.push(text) } } });
  assert.equal(heard.length, 1);
  return heard[0];
}

/** What a browser makes of the text in a form's only field. */
function formOf(text: string): string {
  return new URLSearchParams({ d: text.replace(/\r?\n|\r/g, '\r\n') }).toString();
}

/** Clients since 0.8.6, and those before. */
const forms = {
  literal: (payload: string) => formOf(JSON.stringify(payload)),
  bare: formOf,
};

describe('transport/jsonp-polling', () => {
  const answers: readonly (readonly [what: string, payload: string, body: string])[] = [
    ['H25', '1::', 'io.j[2]("1::");'],
    ['two packets', '\ufffd3\ufffd1::\ufffd3\ufffd2::', 'io.j[2]("\ufffd3\ufffd1::\ufffd3\ufffd2::");'],
    ['quotes and backslashes', '3:::"\\', 'io.j[2]("3:::\\"\\\\");'],
    ['line ends of all kinds', '3:::\r\n\u2028\u2029', 'io.j[2]("3:::\\r\\n\\u2028\\u2029");'],
    ['the end of a script element', '3:::</script><!--', 'io.j[2]("3:::\\u003c/script>\\u003c!--");'],
    ['characters that old browsers drop', '3:::\u200d\u00ad\ufeff', 'io.j[2]("3:::\\u200d\\u00ad\\ufeff");'],
    ['letters of all alphabets', '3:::é☃😀', 'io.j[2]("3:::é☃😀");'],
    ['half a surrogate pair', '3:::\ud83d', 'io.j[2]("3:::\\ud83d");'],
    ['zero', '3:::\0', 'io.j[2]("3:::\\u0000");'],
    ['nothing', '', 'io.j[2]("");'],
  ];
  for (const [what, payload, body] of answers) {
    it(`wraps ${what}`, () => {
      assert.equal(seal(payload).body, body);
      assert.equal(told(body), payload);
    });
  }

  it('H15 has the length that the originals told', () => {
    const { body } = jsonpPolling('4').seal('7:::1+0');
    assert.deepEqual([body, body.length], ['io.j[4]("7:::1+0");', 19]);
  });

  it('is a script to browsers that look at the type, and no page', () => {
    assert.deepEqual(seal('').headers, [
      'Content-Type',
      'text/javascript; charset=UTF-8',
      'Content-Disposition',
      'attachment; filename="f.txt"',
      'X-XSS-Protection',
      '0',
    ]);
  });

  const indexes: readonly (readonly [index: string | string[] | undefined, place: string])[] = [
    ['0', '0'],
    ['12', '12'],
    ['007', '007'],
    ['alert(1)', '0'],
    ['-1', '0'],
    ['1e3', '0'],
    ['1]', '0'],
    ['1\n', '0'],
    ['', '0'],
    ['1234567890', '0'],
    [undefined, '0'],
    [['1', '2'], '0'],
  ];
  for (const [index, place] of indexes) {
    it(`H26 calls place ${place} for the index ${JSON.stringify(index)}`, () =>
      assert.equal(jsonpPolling(index).seal('8::').body, `io.j[${place}]("8::");`));
  }

  it('tells a page any text as it is, in a script that no element ends', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const body = String(seal(text).body);
        assert.equal(told(body), text);
        assert.doesNotMatch(body, /[<\u2028\u2029]/);
      }),
    );
  });

  const bodies: readonly (readonly [what: string, body: string, payload: string | undefined])[] = [
    ['H27 a string, as clients since 0.8.6 write it', 'd=%223%3A%3A%3Ahi%22', '3:::hi'],
    ['H28 a bare payload, as clients before it do', 'd=3%3A%3A%3Ahi', '3:::hi'],
    ['a line break in a string', `d=${encodeURIComponent('"3:::a\\nb\\r\\nc"')}`, '3:::a\nb\r\nc'],
    ['a line break in a bare payload', 'd=3%3A%3A%3Aa%0D%0Ab', '3:::a\nb'],
    ['a bare line feed', 'd=3%3A%3A%3Aa%0Ab', '3:::a\nb'],
    ['spaces in both writings', 'd=3%3A%3A%3Aa+b%20c', '3:::a b c'],
    [
      'a bare payload of two packets',
      'd=%EF%BF%BD5%EF%BF%BD3%3A%3A%3Aa%EF%BF%BD3%EF%BF%BD2%3A%3A',
      '\ufffd5\ufffd3:::a\ufffd3\ufffd2::',
    ],
    ['a quote that is not closed', 'd=%223%3A%3A%3Ahi', undefined],
    ['two strings', 'd=%22a%22%2C%22b%22', undefined],
    ['a lone quote', 'd=%22', undefined],
    ['broken escapes', 'd=%E0%A4%A', '\ufffd%A'],
    ['the first of two', 'd=1%3A%3A&d=2%3A%3A', '1::'],
    ['an empty field', 'd=', ''],
    ['no field', 'e=1', undefined],
    ['nothing', '', undefined],
    ['a field of another name', 'd[]=1', undefined],
    ['a hundred thousand escapes', `d=${'%41'.repeat(100_000)}`, 'A'.repeat(100_000)],
  ];
  for (const [what, body, payload] of bodies) {
    it(`reads ${what}`, () => assert.equal(open(body), payload));
  }

  it('finds nothing in bytes', () => assert.equal(open(Buffer.from('d=1')), undefined));

  for (const [kind, form] of Object.entries(forms)) {
    it(`reads what a form makes of packets (${kind})`, () => {
      // A carriage return does not survive in a bare payload; that is why the clients changed.
      const unit = fc
        .string({ unit: 'grapheme' })
        .filter((text) => kind === 'literal' || !text.includes('\r'));
      fc.assert(
        fc.property(fc.array(unit, { minLength: 1, maxLength: 4 }), (texts) => {
          const packets = texts.map((text) => `3:::${text}\n`);
          assert.deepEqual(framing.unpack(open(form(String(framing.pack(packets)))) ?? ''), {
            frames: packets,
          });
        }),
      );
    });
  }

  describe('behind a parser of the site', () => {
    let server: Server;
    let port: number;
    let read: (body: Frame) => void;
    before(async () => {
      const app = express();
      app.use(urlencoded({ extended: false }));
      app.use((req, res) => {
        readBody(req, { maxHttpBufferSize: 1_000, bodyTimeout: 1_000 }, (_fault, body) =>
          read(body.toString()),
        );
        res.end('1');
      });
      server = createServer(app);
      port = await listening(server);
    });
    after(() => new Promise((resolve) => server.close(resolve)));

    for (const [kind, form] of Object.entries(forms)) {
      it(`reads what the parser has read (${kind})`, async () => {
        let body: Frame = '';
        read = (arrived) => {
          body = arrived;
        };
        const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
        await ask(port, '/', { method: 'POST', headers, body: form('3:::a\nb+ é"%') });
        assert.equal(open(body), '3:::a\nb+ é"%');
      });
    }
  });
});
