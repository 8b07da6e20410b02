/** Programs that fail, and what their clients notice of it: T002, T115 to T120. */
import assert from 'node:assert/strict';
import { Stage } from './stage.js';
import { engineWays, revision1Ways, type Visitor, type Way } from './visitors.js';

/** An event in the words of a generation. */
function event({ generation }: Way, name: string, id = ''): string {
  if (generation === 1) return `5:${id && `${id}+`}::${JSON.stringify({ name, args: [] })}`;
  return `42${id}${JSON.stringify([name])}`;
}

describe('a program that fails', () => {
  let stage: Stage;
  before(async () => {
    stage = await Stage.open();
  });
  after(() => stage.close());

  for (const way of [...engineWays, ...revision1Ways]) {
    for (const [id, name, asks] of [
      ['T115', 'throws', ''],
      ['T116', 'rejects', ''],
      ['T115', 'fails in its answer', '7'],
    ] as const) {
      it(`${id} ${name}: its client stays, and onError hears of it, ${way.name}`, async () => {
        const visitor = await way.come(stage.port);
        await visitor.say([event(way, name, asks)]);
        const { closed, told } = await visitor.fate();
        assert.equal(closed, false);
        assert.equal(told.includes('listener fails'), false, 'the client is not told of it');
        visitor.leave();
        const { complaints } = await stage.rule();
        assert.equal(complaints.length, 1, complaints.join());
        assert.ok(complaints[0]?.startsWith(`${name}: `));
      });
    }

    it(`T118 does at the end what should not be done then, ${way.name}`, async () => {
      const visitor = await way.come(stage.port);
      await visitor.say([event(way, 'untidy')]);
      assert.equal((await visitor.fate()).closed, false);
      visitor.leave();
      await stage.rule();
      const { resources } = await stage.report();
      assert.ok((resources.Timeout ?? 0) < 20);
    });

    it(`T120 changes what it has said: everybody hears what was said, ${way.name}`, async () => {
      const others = await Promise.all(
        [...engineWays, ...revision1Ways].map((other) => other.come(stage.port)),
      );
      const visitor = await way.come(stage.port);
      await visitor.say([event(way, 'change')]);
      const all: Visitor[] = [visitor, ...others];
      for (const one of all) {
        const { told } = await one.fate();
        assert.match(told, /as it was/);
        assert.doesNotMatch(told, /as it is|\[1,2\]/);
        one.leave();
      }
      await stage.rule();
    });
  }
});
