/** S1: each connection sends a small event and gets it back. */
import { Expected } from '../expected.js';
import { textFrame } from '../frames.js';
import { Line } from '../line.js';
import { dropAll, type Ground, type Load, openMany } from '../load.js';
import { Rounds } from '../rounds.js';

export async function echo({ port, connections, inFlight = 1 }: Ground): Promise<Load> {
  const rounds = new Rounds();
  const lines = await openMany(connections, async (index) => {
    const line = await Line.join(port);
    // Each says something else, so that an answer to the wrong one is seen.
    const packet = `42["echo","number ${index} says hello to the server"]`;
    const expected = new Expected(packet);
    const frame = textFrame(packet);
    line.hear((bytes, start, end, opcode) => {
      expected.check(bytes, start, end, opcode);
      if (rounds.done()) line.write(frame);
    });
    return { line, frame };
  });
  return {
    segment: async (ms) => ({
      units: await rounds.run(ms, connections * inFlight, () => {
        for (const { line, frame } of lines) {
          for (let count = 0; count < inFlight; count++) line.write(frame);
        }
      }),
    }),
    close: () => dropAll(lines.map(({ line }) => line)),
  };
}
