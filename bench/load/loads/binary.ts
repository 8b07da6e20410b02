/** S7: each connection sends an event with an attachment, and gets both back. */
import { randomBytes } from 'node:crypto';
import { BINARY, frame, textFrame } from '../frames.js';
import { Line } from '../line.js';
import { dropAll, type Ground, type Load, openMany } from '../load.js';
import { Rounds } from '../rounds.js';

const HEADER = '451-["echo",{"_placeholder":true,"num":0}]';

export async function binary({ port, connections, bytes = 1_024 }: Ground): Promise<Load> {
  const rounds = new Rounds();
  const attachment = randomBytes(bytes);
  const event = Buffer.concat([textFrame(HEADER), frame(BINARY, attachment)]);
  const lines = await openMany(connections, async () => {
    const line = await Line.join(port);
    let isHeaderHere = false;
    line.hear((chunk, start, end, opcode) => {
      if (!isHeaderHere) {
        const text = chunk.toString('utf8', start, Math.min(end, start + 100));
        if (text !== HEADER) throw new Error(`"${HEADER}" was expected, not "${text}"`);
        isHeaderHere = true;
        return;
      }
      if (opcode !== BINARY || chunk.compare(attachment, 0, bytes, start, end) !== 0) {
        throw new Error('the attachment came back changed');
      }
      isHeaderHere = false;
      if (rounds.done()) line.write(event);
    });
    return line;
  });
  return {
    segment: async (ms) => ({
      units: await rounds.run(ms, connections, () => {
        for (const line of lines) line.write(event);
      }),
    }),
    close: () => dropAll(lines),
  };
}
