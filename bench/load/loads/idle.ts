/** S3: connections that have joined and then say nothing. */
import { Line } from '../line.js';
import { dropAll, type Ground, type Load, openMany } from '../load.js';

/** Connections that come and go first, so that what the server loads and keeps once is not counted. */
const FIRST = 200;

export async function idle({ port, connections }: Ground): Promise<Load> {
  const first = await openMany(Math.min(FIRST, connections), () => Line.join(port));
  await Promise.all(first.map((line) => line.leave()));
  const lines: Line[] = [];
  return {
    segment: async () => {
      lines.push(...(await openMany(connections, () => Line.join(port))));
      return { units: lines.length };
    },
    close: () => dropAll(lines),
  };
}
