import assert from 'node:assert/strict';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { scripted } from '../../lib/transport/jsonp.js';

const { seal, open } = scripted('7');

/** What a page is told by an answer. */
function told(script: string): unknown {
  const heard: unknown[] = [];
  runInNewContext(script, { ___eio: { 7: (text: unknown) => heard.push(text) } });
  assert.equal(heard.length, 1);
  return heard[0];
}

/** What the forms of clients 1.x and 2.x make of a payload, and a browser of the form. */
function formOf(payload: string): string {
  const area = payload.replace(/\\n/g, '\\\n').replace(/\n/g, '\\n');
  return new URLSearchParams({ d: area.replace(/\r?\n/g, '\r\n') }).toString();
}

describe('transport/jsonp', () => {
  const answers: readonly (readonly [payload: string, body: string])[] = [
    ['6:4hello', '___eio[7]("6:4hello");'],
    ['10:b4AQIDBA==', '___eio[7]("10:b4AQIDBA==");'],
    ['"quoted" \\ \n', '___eio[7]("\\"quoted\\" \\\\ \\n");'],
    ['\u2028\u2029', '___eio[7]("\\u2028\\u2029");'],
    ['</script><!--', '___eio[7]("\\u003c/script>\\u003c!--");'],
    ['\0', '___eio[7]("\\u0000");'],
  ];
  for (const [payload, body] of answers) {
    it(`wraps ${JSON.stringify(payload)}`, () => {
      assert.equal(seal(payload).body, body);
      assert.equal(told(body), payload);
    });
  }

  it('is a script to browsers that look at the type, and no page', () => {
    assert.deepEqual(seal('').headers, [
      'Content-Type',
      'text/javascript; charset=UTF-8',
      'Content-Disposition',
      'attachment; filename="f.txt"',
    ]);
  });

  it('tells a page any text as it is, in a script that no element ends', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const body = String(seal(text).body);
        assert.equal(told(body), text);
        assert.doesNotMatch(body, /[<\u2028\u2029]/);
      }),
    );
  });

  const forms: readonly (readonly [what: string, body: string, payload: string | undefined])[] = [
    ['50 a form', 'd=6%3A4hello', '6:4hello'],
    ['51 a line feed', `d=${encodeURIComponent('4:4a\\nb')}`, '4:4a\nb'],
    ['52 a backslash and n', `d=${encodeURIComponent('5:4a\\\\nb')}`, '5:4a\\nb'],
    ['other backslashes', `d=${encodeURIComponent('\\\\ \\t \\"')}`, '\\\\ \\t \\"'],
    ['plus signs', 'd=a+b%2B', 'a b+'],
    ['letters', 'd=%E2%82%AC', '€'],
    ['broken escapes', 'd=%E0%A4%A', '\ufffd%A'],
    ['the first of two', 'd=1&d=2', '1'],
    ['an empty field', 'd=', ''],
    ['55 no field', 'e=1', undefined],
    ['55 nothing', '', undefined],
    ['a field of another name', 'd[]=1', undefined],
    ['a million escapes', `d=${'%41'.repeat(100_000)}`, 'A'.repeat(100_000)],
  ];
  for (const [what, body, payload] of forms) {
    it(`reads ${what}`, () => assert.equal(open(body), payload));
  }

  it('finds nothing in bytes', () => assert.equal(open(Buffer.from('d=1')), undefined));

  it('reads what the forms of clients make of a packet', () => {
    // JSON has neither bare line ends nor other control characters.
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const packet = `42${JSON.stringify(['message', text, '\n', '\\n'])}`;
        assert.equal(open(formOf(packet)), packet);
      }),
    );
  });
});
