/** A server may be closed at any moment of a session's life: it never hangs, never fails, and leaves nothing behind. */
import assert from 'node:assert/strict';
import { listening } from '../support/listening.js';
import { within } from '../support/patience.js';
import { type Tongue, tongues } from '../support/tongues.js';
import { type Moment, moments } from './moments.js';
import { handles, Stand } from './stand.js';

const everybody: readonly Tongue[] = Object.values(tongues);

describe('a server that is closed while', () => {
  for (const moment of moments)
    describe(moment.name, () => {
      for (const tongue of moment.tongues ?? everybody)
        for (const drain of moment.slow ? [0] : [0, 60]) {
          it(`(${tongue.name}, drain ${drain})`, () => closes(moment, tongue, drain));
        }
    });

  async function closes(moment: Moment, tongue: Tongue, drain: number): Promise<void> {
    const before = handles();
    const stand = new Stand(moment);
    const { io, server, gate } = stand;
    const port = await listening(server);
    const connections = await moment.come({ io, port, tongue, gate });
    await within(io.close({ drain }), 'the end of close');
    const { clientsCount, sockets } = io.stats();
    assert.deepEqual([clientsCount, sockets.joined], [0, 0]);
    stand.open();
    for (const { socket } of connections) socket.resume();
    await stand.leavesNothing(before);
  }
});
