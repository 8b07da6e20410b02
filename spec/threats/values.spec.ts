/** A megabyte of which each part is lawful, and that takes long to read: E12. Refused for what it consists of, unread. */
import assert from 'node:assert/strict';
import { Stage } from './stage.js';
import { engineWays, revision1Ways, type Way } from './visitors.js';

const MEGABYTE = 999_000;

/** As many parts as fit. */
function megabyte(part: (index: number) => string, [open, close] = ['[', ']']): string {
  const parts: string[] = [];
  for (let bytes = 0, index = 0; ; index += 1) {
    const text = part(index);
    bytes += text.length + 1;
    if (bytes > MEGABYTE) return `${open}${parts.join()}${close}`;
    parts.push(text);
  }
}

const letters = [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'];

/** Some of fifty names, in an order that does not come again. */
function inNewOrder(index: number): string {
  const { length } = letters;
  const picked = [index, index / length, index / length ** 2].map((at) => letters[Math.floor(at) % length]);
  return JSON.stringify(Object.fromEntries(picked.map((letter) => [letter, 1])));
}

const hostile: Readonly<Record<string, () => string>> = {
  'empty objects': () => megabyte(() => '{}'),
  'lists in lists': () => megabyte(() => '['.repeat(400) + ']'.repeat(400)),
  'names of which each is another': () => megabyte((index) => `{"${index.toString(36)}":1}`),
  'names in orders of which each is another': () => megabyte(inNewOrder),
};

const lawful: Readonly<Record<string, () => string>> = {
  'records of one shape': () => megabyte((index) => `{"id":${index},"name":"n${index}","at":"2026-11-28"}`),
  points: () => megabyte(() => '[1,2]'),
  'a sheet of cells': () => megabyte((index) => `"A${index}":{"v":1.5,"t":"n","s":3}`, ['{', '}']),
  'a table by numbers': () => megabyte((index) => `"${100_000 + index}":5`, ['{', '}']),
  'a table by names of 36 letters': () =>
    megabyte((index) => `"${String(index).padStart(36, 'x')}":1`, ['{', '}']),
};

function event({ generation }: Way, name: string, json: string): string {
  return generation === 1 ? `5:::{"name":"${name}","args":[${json}]}` : `42["${name}",${json}]`;
}

describe('a megabyte of many values', () => {
  let stage: Stage;
  before(async () => {
    stage = await Stage.open();
  });
  after(() => stage.close());

  for (const way of [...engineWays, ...revision1Ways]) {
    for (const [what, text] of Object.entries(hostile)) {
      it(`E12 ${what}: refused by the name of the option, ${way.name}`, async () => {
        const visitor = await way.come(stage.port);
        await visitor.say([event(way, 'big', text())]);
        assert.equal((await visitor.fate()).closed, true);
        visitor.leave();
        const { heard, disconnects } = await stage.rule();
        assert.match(disconnects.join(), /maxValues/);
        assert.equal(heard.includes('big'), false);
      });
    }

    for (const [what, text] of Object.entries(lawful)) {
      it(`E12 ${what}: heard, ${way.name}`, async () => {
        const visitor = await way.come(stage.port);
        await visitor.say([event(way, 'big', text())]);
        const { closed, told } = await visitor.fate();
        assert.equal(closed, false, told.slice(0, 200));
        visitor.leave();
        assert.ok((await stage.rule()).heard.includes('big'));
      });
    }
  }
});
