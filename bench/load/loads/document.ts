/** S8: each connection sends a document of some kilobytes, and gets an acknowledgement that counts its items. */
import { textFrame } from '../frames.js';
import { Line } from '../line.js';
import { dropAll, type Ground, type Load, openMany } from '../load.js';
import { Rounds } from '../rounds.js';

const ID = 7;

export async function document({ port, connections, bytes = 10_240 }: Ground): Promise<Load> {
  const rounds = new Rounds();
  const items = itemsOf(bytes);
  const question = textFrame(`42${ID}["store",${JSON.stringify({ items })}]`);
  const answer = `43${ID}[${items.length}]`;
  const lines = await openMany(connections, async () => {
    const line = await Line.join(port);
    line.hear((chunk, start, end) => {
      const text = chunk.toString('utf8', start, end);
      if (text !== answer) throw new Error(`"${answer}" was expected, not "${text}"`);
      if (rounds.done()) line.write(question);
    });
    return line;
  });
  return {
    segment: async (ms) => ({
      units: await rounds.run(ms, connections, () => {
        for (const line of lines) line.write(question);
      }),
    }),
    close: () => dropAll(lines),
  };
}

/** As many items as make a JSON text of about so many bytes: keys, numbers, short texts and a little nesting. */
function itemsOf(bytes: number): object[] {
  const items: object[] = [];
  for (let length = 0; length < bytes; ) {
    const id = items.length;
    const item = {
      id,
      name: `item ${id}`,
      price: id * 1.25,
      tags: ['new', 'blue'],
      stock: { here: id, there: 0 },
    };
    items.push(item);
    length += JSON.stringify(item).length + 1;
  }
  return items;
}
