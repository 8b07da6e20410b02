/** S2, S2b, S2c, S10, S10t: the server tells a whole room something, as often as asked: in one tick, or in as many turns. */
import { NEWS } from '../../peers/program.mjs';
import { Expected } from '../expected.js';
import { textFrame } from '../frames.js';
import { Line } from '../line.js';
import { dropAll, type Ground, type Load, openMany } from '../load.js';
import { Rounds } from '../rounds.js';

const ROOM = 'news';

export async function broadcast({
  port,
  connections,
  times = 1,
  turns = 1,
  speakers = 1,
}: Ground): Promise<Load> {
  const rounds = new Rounds();
  const expected = new Expected(`42${JSON.stringify(['news', NEWS])}`);
  const members = await openMany(connections, () => Line.join(port));
  await openMany(connections, async (index) => members[index]?.enter(ROOM));
  const tellers = await openMany(speakers, () => Line.join(port));
  const order = textFrame(`42["tell","${ROOM}",${times},${turns}]`);
  const each = times * turns * speakers;
  const heard = new Uint32Array(connections);
  let missing = 0;

  function tell(): void {
    heard.fill(0);
    missing = connections * each;
    for (const teller of tellers) teller.write(order);
  }

  for (const [index, member] of members.entries()) {
    member.hear((bytes, start, end, opcode) => {
      expected.check(bytes, start, end, opcode);
      heard[index] = (heard[index] ?? 0) + 1;
      if (--missing > 0) return;
      if (heard.some((count) => count !== each)) throw new Error('some were told more often than others');
      if (rounds.done()) tell();
    });
  }
  return {
    segment: async (ms) => ({ units: (await rounds.run(ms, 1, tell)) * connections * each }),
    close: () => dropAll([...members, ...tellers]),
  };
}
