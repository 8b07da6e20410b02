/** The plan of the house: an import goes to a lower floor or stays in its own room, types included; nothing goes in a circle. */
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import {
  circles,
  type House,
  importsOf,
  type Plan,
  placeOf,
  readHouse,
  textsOf,
  trespasses,
} from './support/floors.js';

const lib = fileURLToPath(new URL('../lib', import.meta.url));

/** From the ground up. */
const plan: Plan = [
  [
    [
      'packet.ts',
      'errors.ts',
      'options.ts',
      'option-reading.ts',
      'option-checks.ts',
      'option-flash.ts',
      'option-compression.ts',
      'option-cors.ts',
      'events.ts',
      'emitter.ts',
      'table.ts',
      'few.ts',
      'complaints.ts',
      'deadline.ts',
      'roster.ts',
      'queue.ts',
      'own-text.ts',
      'weight.ts',
    ],
  ],
  ['adapter/', 'codec/', 'watch/'],
  ['namespace/', 'transport/'],
  ['session/'],
  [['peer.ts', 'peer-settings.ts', 'line.ts'], 'router/'],
  [['server.ts', 'adjustable.ts', 'callable.ts', 'drain.ts', 'face.ts', 'stats.ts']],
  ['index.ts'],
];

const MOST_LINES = 250;

/** What the compiler would let pass, and a reader not. */
const looseTypes: readonly (readonly [what: string, pattern: RegExp])[] = [
  ['any', /(?:[:<,|&(=]|\bas)\s*any\b(?!\w)/],
  ['a suppressed error', /@ts-(?:ignore|nocheck|expect-error)/],
];

/** The one loose type has a name and its reason beside it. */
const looseByDesign: ReadonlySet<string> = new Set(['events.ts: export type Anything = any;']);

/**
 * What Node puts on the global object behind getters: each look there costs some 20 ns, three of them for an event are a
 * hundredth of its way there and back. Imported they cost nothing. (`performance` and timers stay: programs under test
 * put others in their places, all of them together.)
 */
const byGetter: readonly (readonly [name: string, use: RegExp, module: string])[] = [
  ['process', /\bprocess\./, 'node:process'],
  ['Buffer', /\bBuffer\.|instanceof Buffer\b/, 'node:buffer'],
];

describe('the house', () => {
  const house = readHouse(lib);

  it('has no import that goes up or into another room', () => {
    assert.deepEqual(trespasses(house, plan), []);
  });

  it('has no circle', () => {
    assert.deepEqual(circles(house), []);
  });

  it('has a place for each file, and files for each place', () => {
    const rooms = new Set([...house.keys()].map((file) => placeOf(file, plan)?.room));
    assert.equal(rooms.has(undefined), false);
    assert.equal(rooms.size, plan.flat().length);
  });

  it(`has no file of more than ${MOST_LINES} lines`, () => {
    const long = textsOf(lib)
      .map(([file, text]) => `${file}: ${text.trimEnd().split('\n').length}`)
      .filter((line) => Number(line.split(': ')[1]) > MOST_LINES);
    assert.deepEqual(long, []);
  });

  it('has no loose type', () => {
    assert.deepEqual(textsOf(lib).flatMap(looseLines), []);
  });

  it('imports what Node would have to look up in the global object', () => {
    for (const [name] of byGetter) assert.ok(Object.getOwnPropertyDescriptor(globalThis, name)?.get, name);
    assert.deepEqual(textsOf(lib).flatMap(globalsIn), []);
  });
});

describe('the reader of the plan', () => {
  const small: Plan = [['ground.ts'], ['left/', 'right/'], [['top.ts', 'roof.ts']]];
  const read = (files: Record<string, string[]>): House => new Map(Object.entries(files));

  it('lets pass what goes down or stays in its room', () => {
    const house = read({
      'ground.ts': [],
      'left/a.ts': ['left/b.ts', 'ground.ts'],
      'left/b.ts': [],
      'right/c.ts': ['ground.ts'],
      'top.ts': ['roof.ts', 'left/a.ts', 'right/c.ts', 'ground.ts'],
      'roof.ts': [],
    });
    assert.deepEqual(trespasses(house, small), []);
    assert.deepEqual(circles(house), []);
  });

  it('sees what goes up', () => {
    const house = read({ 'ground.ts': ['left/a.ts'], 'left/a.ts': [] });
    assert.deepEqual(trespasses(house, small), ['ground.ts imports left/a.ts: up']);
  });

  it('sees what goes sideways', () => {
    const house = read({ 'left/a.ts': ['right/c.ts'], 'right/c.ts': [] });
    assert.deepEqual(trespasses(house, small), ['left/a.ts imports right/c.ts: sideways']);
  });

  it('sees strangers and imports of nothing', () => {
    const house = read({ 'cellar.ts': [], 'left/a.ts': ['left/gone.ts'] });
    assert.deepEqual(trespasses(house, small), [
      'cellar.ts has no place',
      'left/a.ts imports left/gone.ts, which is not there',
    ]);
  });

  it('sees circles, small and large, and each once', () => {
    const house = read({
      'left/a.ts': ['left/b.ts'],
      'left/b.ts': ['left/a.ts', 'ground.ts'],
      'ground.ts': ['ground.ts'],
      'right/c.ts': ['right/d.ts'],
      'right/d.ts': ['right/e.ts'],
      'right/e.ts': ['right/c.ts', 'left/a.ts'],
      'top.ts': ['right/c.ts'],
    });
    assert.deepEqual(circles(house), [
      ['left/a.ts', 'left/b.ts'],
      ['ground.ts'],
      ['right/c.ts', 'right/d.ts', 'right/e.ts'],
    ]);
  });

  it('finds every form of import, and none in comments', () => {
    const text = `
      import a from './a.js';
      import type { B } from './b.js';
      import {
        type C,
        c as d,
      } from "./c.js";
      import * as e from './e.js';
      import './f.js';
      export { g } from './g.js';
      export type { H } from './h.js';
      export * from './i.js';
      const j: import('./j.js').J = await import('./k.js');
      // import x from './no.js';
      /* export * from './no.js'; */
    `;
    const names = [...'abcefghijk'].map((name) => `./${name}.js`);
    assert.deepEqual(importsOf(text), names);
  });

  it('sees loose types', () => {
    const text =
      'const a: any = 1;\nf(b as any);\n// @ts-ignore\nlet c: Map<string, any>;\nconst many = anyone;';
    assert.equal(looseLines(['a.ts', text]).length, 4);
  });

  it('sees what is taken from the global object, and none in comments', () => {
    const use = 'const empty = Buffer.alloc(0);';
    assert.deepEqual(globalsIn(['a.ts', use]), ['a.ts: Buffer']);
    assert.deepEqual(globalsIn(['a.ts', `import { Buffer } from 'node:buffer';\n${use}`]), []);
    assert.deepEqual(globalsIn(['a.ts', `// ${use}\n/** ${use} */\nlet bytes: Buffer;`]), []);
  });
});

function looseLines([file, text]: [file: string, text: string]): string[] {
  return text
    .split('\n')
    .filter((line) => looseTypes.some(([, pattern]) => pattern.test(line)))
    .map((line) => `${file}: ${line.trim()}`)
    .filter((line) => !looseByDesign.has(line) && !/^\S+: (?:\/?\*|\/\/ (?!@))/.test(line));
}

function globalsIn([file, text]: [file: string, text: string]): string[] {
  const code = text.replace(/\/\*.*?\*\/|^\s*\/\/.*$/gms, '');
  return byGetter
    .filter(([name, use, from]) => {
      const isImported = new RegExp(`^import .*\\b${name}\\b.* from '${from}';$`, 'm').test(code);
      return !isImported && use.test(code.replaceAll(/^import .*$/gm, ''));
    })
    .map(([name]) => `${file}: ${name}`);
}
