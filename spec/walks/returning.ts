/** Clients that come back by themselves. */
import assert from 'node:assert/strict';
import type { Socket } from '../../lib/index.js';
import type { Line } from '../support/line.js';
import type { Guest } from '../support/pair.js';
import { heard, within } from '../support/patience.js';
import type { Stage } from '../support/stage.js';

/** Cuts a line until the guest has noticed. */
async function cutFor(guest: Guest, line: Line): Promise<void> {
  const away = heard(guest, 'disconnect');
  line.cut();
  await away;
  line.mend();
}

export function returning(stage: Stage): void {
  const { impatient } = stage.pair;

  it('comes back after a cut, as somebody new', async () => {
    const site = await stage.open(impatient);
    const { line, url } = await site.line();
    const { guest, socket } = await stage.join('/', { returns: true }, url);
    const back = heard(site.io as never, 'connection');
    const known = heard(guest, 'connect');
    await cutFor(guest, line);
    const [again] = (await back) as [Socket];
    await known;
    assert.notEqual(again.id, socket.id);
    assert.equal(guest.id, again.id);
    again.on('question', (reply) => reply('answer'));
    assert.deepEqual(await guest.ask('question'), ['answer']);
  });

  it('says afterwards what it wanted to say while it was away', async () => {
    const site = await stage.open(impatient);
    const { line, url } = await site.line();
    const { guest } = await stage.join('/', { returns: true }, url);
    const words: unknown[] = [];
    const complete = new Promise<void>((resolve) => {
      site.io.on('connection', (socket) => {
        socket.on('word', (word) => {
          words.push(word);
          if (word === 2) resolve();
        });
      });
    });
    const away = heard(guest, 'disconnect');
    line.cut();
    await away;
    guest.emit('word', 1);
    guest.emit('word', 2);
    line.mend();
    await complete;
    assert.deepEqual(words, [1, 2]);
  });

  it('comes back to all its namespaces', async () => {
    const site = await stage.open(impatient);
    const { io } = site;
    io.of('/other');
    const { line, url } = await site.line();
    const main = await stage.join('/', { returns: true }, url);
    const other = await stage.beside(main.guest, '/other');
    const back = [heard(io as never, 'connection'), heard(io.of('/other') as never, 'connection')];
    await cutFor(main.guest, line);
    const [[first], [second]] = (await Promise.all(back)) as [[Socket], [Socket]];
    assert.equal(first.client, second.client);
    assert.notEqual(first.client, other.socket.client);
  });

  it('comes back again and again', async () => {
    const site = await stage.open(impatient);
    const { line, url } = await site.line();
    const { guest } = await stage.join('/', { returns: true }, url);
    const said = new Promise((resolve) => {
      site.io.on('connection', (socket) => socket.on('word', resolve));
    });
    for (let round = 0; round < 3; round++) {
      const back = heard(guest, 'connect');
      await cutFor(guest, line);
      await back;
    }
    guest.emit('word');
    await within(said, 'a word from somebody who has come back');
  });

  if (stage.pair.can.askAgain) {
    it('may enter again after it was sent away', async () => {
      const { io } = await stage.open();
      // With it the connection stays; clients before 4.1 are confused by entering while they close one.
      io.of('/anchor');
      const { guest, socket } = await stage.join();
      await stage.beside(guest, '/anchor');
      const gone = heard(guest, 'disconnect');
      socket.disconnect();
      await gone;
      const { socket: again } = await stage.arrival('/', () => {
        guest.enter();
        return guest;
      });
      assert.notEqual(again, socket);
      assert.equal(again.id !== socket.id, stage.pair.freshIds);
    });
  }
}
