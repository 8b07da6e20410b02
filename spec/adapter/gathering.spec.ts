/** Receivers of one broadcast that are told the next one together. */
import assert from 'node:assert/strict';
import type { Stand } from '../../lib/adapter/contract.js';
import { type Audience, Gathering } from '../../lib/adapter/gathering.js';

class FakeStand implements Stand<string> {
  holders = 0;
  isFull = false;
  readonly told: string[] = [];

  fits(): boolean {
    return !this.isFull;
  }

  goOn(letter: string): void {
    this.told.push(letter);
  }
}

const audience = (rooms: string[], more: Partial<Audience> = {}): Audience => ({
  rooms: new Set(rooms),
  moves: 7,
  turnover: 3,
  ...more,
});

describe('those who were told the same', () => {
  let gathering: Gathering<string>;
  let stands: readonly [FakeStand, FakeStand];

  function come(stand: FakeStand | undefined): void {
    if (stand) stand.holders += 1;
    gathering.add(stand);
  }

  beforeEach(() => {
    gathering = new Gathering(audience(['news', 'sport']));
    stands = [new FakeStand(), new FakeStand()];
    for (const stand of [stands[0], stands[1], stands[0]]) come(stand);
  });

  const tell = (whom = audience(['sport', 'news'])): boolean =>
    gathering.fits('more') && gathering.tell('more', whom);

  it('are told more once at each place where they stand', () => {
    assert.equal(tell(), true);
    assert.deepEqual(
      stands.map(({ told }) => told),
      [['more'], ['more']],
    );
  });

  it('are told one by one if somebody else is meant, or might be', () => {
    const others = [
      audience(['news']),
      audience(['news', 'sport', 'red']),
      audience(['news', 'red']),
      audience(['news', 'sport'], { except: new Set(['red']) }),
      audience(['news', 'sport'], { moves: 8 }),
      audience(['news', 'sport'], { turnover: 2 }),
    ];
    assert.deepEqual(
      others.map((whom) => tell(whom)),
      others.map(() => false),
    );
    assert.deepEqual(stands[0].told, []);
  });

  it('are told one by one if somebody else is meant by the same set', () => {
    const whom = audience(['news']);
    gathering = new Gathering(whom);
    stands = [new FakeStand(), new FakeStand()];
    come(stands[0]);
    assert.equal(tell(whom), true);
    whom.rooms.add('sport');
    assert.equal(tell(whom), false);
  });

  it('are told one by one if somebody has gone on, or come there', () => {
    stands[1].holders -= 1;
    assert.equal(tell(), false);
    stands[1].holders += 2;
    assert.equal(tell(), false);
  });

  it('are told one by one if somebody wants to be looked at', () => {
    come(undefined);
    assert.equal(tell(), false);
  });

  it('are told one by one if it is too much for some: not even the others are told then', () => {
    stands[1].isFull = true;
    assert.equal(tell(), false);
    assert.deepEqual(stands[0].told, []);
  });

  it('are told one by one where they stand at many places', () => {
    for (let more = 0; more < 6; more += 1) come(new FakeStand());
    come(stands[0]);
    assert.equal(tell(), true);
    come(new FakeStand());
    assert.equal(tell(), false);
  });
});
