/** L1: one event now and then on a server that has nothing else to do: how long until it is back. */
import { setTimeout as pause } from 'node:timers/promises';
import { Expected } from '../expected.js';
import { textFrame } from '../frames.js';
import { Line } from '../line.js';
import { dropAll, type Ground, type Load, openMany } from '../load.js';

const PACKET = '42["echo","is anybody there"]';
const EVENT = textFrame(PACKET);

/** Milliseconds between an answer and the next event. */
const SILENCE = 2;

export async function lone({ port, connections }: Ground): Promise<Load> {
  const expected = new Expected(PACKET);
  const lines = await openMany(connections, () => Line.join(port));
  let arrived: ((latency: number) => void) | undefined;
  let sentAt = 0;
  for (const line of lines) {
    line.hear((bytes, start, end, opcode) => {
      const now = performance.now();
      expected.check(bytes, start, end, opcode);
      if (!arrived) throw new Error('an answer that nobody had asked for');
      arrived((now - sentAt) * 1_000);
      arrived = undefined;
    });
  }

  function exchange(line: Line): Promise<number> {
    return new Promise((resolve) => {
      arrived = resolve;
      sentAt = performance.now();
      line.write(EVENT);
    });
  }

  return {
    segment: async (ms) => {
      const latencies: number[] = [];
      for (const end = performance.now() + ms; performance.now() < end; ) {
        const line = lines[latencies.length % lines.length];
        if (line) latencies.push(await exchange(line));
        await pause(SILENCE);
      }
      return { units: latencies.length, latencies };
    },
    close: () => dropAll(lines),
  };
}
