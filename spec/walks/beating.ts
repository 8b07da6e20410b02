/** Heartbeats: a living client stays, however short they are. */
import assert from 'node:assert/strict';
import { heard } from '../support/patience.js';
import type { Stage } from '../support/stage.js';

export function beating(stage: Stage): void {
  it('stays over many heartbeats', async () => {
    await stage.open({ pingInterval: 20, pingTimeout: 2_000 });
    const { guest, socket } = await stage.join();
    const reasons: unknown[] = [];
    socket.on('disconnect', (reason) => reasons.push(reason));
    // Some ten heartbeats; their number is the thing tested.
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.deepEqual(reasons, []);
    socket.emit('word');
    await heard(guest, 'word');
  });

  it('stays while it is not read', async () => {
    const { io } = await stage.open({ pingInterval: 40, pingTimeout: 150, mailboxMessages: 1 });
    const read: unknown[] = [];
    io.serve(async (socket) => {
      for await (const message of socket) {
        read.push(message.data);
        // Longer than a heartbeat and its patience: that is the thing tested.
        if (message.data === 0) await new Promise((resolve) => setTimeout(resolve, 300));
        if (message.data === 9) break;
      }
    });
    const { guest } = await stage.join();
    const gone = heard(guest, 'disconnect');
    for (let index = 0; index < 10; index++) guest.emit('word', index);
    assert.equal((await gone)[0], stage.pair.words.dismissed);
    assert.deepEqual(read, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
}
