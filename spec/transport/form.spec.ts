/** Forms by JSONP: the same as the platform reads, and never slowly. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { fieldOf } from '../../lib/transport/form.js';

describe('a field of a form', () => {
  const pieces = [
    'd=',
    '&',
    '=',
    '+',
    '%',
    '%4',
    '%41',
    '%e2%98%83',
    '%E2%98',
    '%0D%0A',
    '%zz',
    'd',
    'x=',
    '\\n',
    '"',
    'é',
    '😀',
    '\ud800',
    '%00',
  ];

  it('is what the platform reads', () => {
    const form = fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((some) => some.join(''));
    fc.assert(
      fc.property(form, (text) => {
        // What has no sign of equality, or a name in disguise, is nobody's here.
        // Node's own misreads letters beyond ASCII beside percent signs.
        fc.pre(!(text.includes('%') && /[^\0-\x7f]/.test(text)));
        fc.pre(!/(^|&)(d(&|$)|[^=&]*[+%])/.test(text));
        assert.equal(fieldOf(text, 'd'), new URLSearchParams(text).get('d') ?? undefined);
      }),
      { numRuns: 2_000 },
    );
  });

  for (const [what, text, expected] of [
    ['nothing', '', undefined],
    ['another name', 'dd=1&x=d=', undefined],
    ['the second place', 'x=1&d=2', '2'],
    ['two of them', 'd=1&d=2', '1'],
    ['half a code', 'd=%E0%A4%A', '\ufffd%A'],
  ] as const)
    it(`${what}: ${expected}`, () => assert.equal(fieldOf(text, 'd'), expected));

  it('of a million of anything takes about as long as one of letters', () => {
    const time = (piece: string): number => {
      const text = `d=${piece.repeat(1_000_000 / piece.length)}`;
      const { user } = process.cpuUsage();
      for (let count = 0; count < 5; count += 1) fieldOf(text, 'd');
      return process.cpuUsage().user - user;
    };
    time('a');
    const letters = time('a');
    for (const piece of ['+', '%', '%41', '\\n', '&', '=', '&d='])
      assert.ok(time(piece) < 10 * letters + 10_000, `${piece} against ${letters} microseconds`);
  });
});
