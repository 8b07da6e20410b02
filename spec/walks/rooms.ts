/** Rooms, selections of them, and everything that is said to many. */
import assert from 'node:assert/strict';
import type { Socket } from '../../lib/index.js';
import { heard } from '../support/patience.js';
import type { Present, Stage } from '../support/stage.js';

/** Three guests who write down which words reach them. */
interface Circle {
  readonly people: readonly [Present, Present, Present];
  /** What each of them has heard since the last time. */
  heardByAll(): Promise<string[][]>;
}

async function circle(stage: Stage): Promise<Circle> {
  const people = [await stage.join(), await stage.join(), await stage.join()] as const;
  const notes = people.map(({ guest }) => {
    const words: string[] = [];
    guest.on('word', (word) => words.push(String(word)));
    return words;
  });
  return {
    people,
    heardByAll: async () => {
      const ends = people.filter(({ guest }) => guest.connected).map(({ guest }) => heard(guest, 'end'));
      stage.io.emit('end');
      await Promise.all(ends);
      return notes.map((words) => words.splice(0));
    },
  };
}

export function rooms(stage: Stage): void {
  it('hears what is said to a room while it is in it', async () => {
    const { io } = await stage.open();
    const { people, heardByAll } = await circle(stage);
    const [a, b] = people;
    a.socket.join('red');
    b.socket.join(['red', 'blue']);
    io.to('red').emit('word', 'red');
    io.in('blue').emit('word', 'blue');
    io.to('nobody').emit('word', 'nobody');
    assert.deepEqual(await heardByAll(), [['red'], ['red', 'blue'], []]);
    b.socket.leave('red');
    io.to('red').emit('word', 'red again');
    assert.deepEqual(await heardByAll(), [['red again'], [], []]);
    assert.deepEqual([...b.socket.rooms].sort(), [b.socket.id, 'blue'].sort());
  });

  it('hears once what is said to several of its rooms', async () => {
    const { io } = await stage.open();
    const { people, heardByAll } = await circle(stage);
    const [a, b, c] = people;
    a.socket.join(['red', 'blue']);
    b.socket.join('blue');
    c.socket.join('green');
    io.to('red').to('blue').emit('word', 'chained');
    io.to(['red', 'blue', 'green']).emit('word', 'listed');
    io.to('red').to(b.socket.id).emit('word', 'by id');
    assert.deepEqual(await heardByAll(), [
      ['chained', 'listed', 'by id'],
      ['chained', 'listed', 'by id'],
      ['listed'],
    ]);
  });

  it('does not hear what it is excepted from', async () => {
    const { io } = await stage.open();
    const { people, heardByAll } = await circle(stage);
    const [a, b, c] = people;
    for (const { socket } of people) socket.join('all');
    a.socket.join('red');
    io.except('red').emit('word', 'not red');
    io.to('all').except([a.socket.id, b.socket.id]).emit('word', 'c only');
    io.except('red').except(c.socket.id).emit('word', 'b only');
    assert.deepEqual(await heardByAll(), [[], ['not red', 'b only'], ['not red', 'c only']]);
  });

  it('does not hear its own broadcasts', async () => {
    await stage.open();
    const { people, heardByAll } = await circle(stage);
    const [a, b, c] = people;
    a.socket.join('red');
    b.socket.join('red');
    a.socket.broadcast.emit('word', 'everybody else');
    a.socket.to('red').emit('word', 'red but a');
    a.socket.in('red').to(c.socket.id).emit('word', 'red and c but a');
    a.socket.except('red').emit('word', 'neither red nor a');
    a.socket.broadcast.except(c.socket.id).emit('word', 'b only');
    assert.deepEqual(await heardByAll(), [
      [],
      ['everybody else', 'red but a', 'red and c but a', 'b only'],
      ['everybody else', 'red and c but a', 'neither red nor a'],
    ]);
  });

  it('is not reached by what is said in another namespace', async () => {
    const { io } = await stage.open();
    io.of('/other');
    const { people, heardByAll } = await circle(stage);
    const [a] = people;
    const other = await stage.beside(a.guest, '/other');
    a.socket.join('red');
    other.socket.join('red');
    io.of('/other').to('red').emit('word', 'there');
    io.to('red').emit('word', 'here');
    assert.deepEqual(await heard(other.guest, 'word'), ['there']);
    assert.deepEqual(await heardByAll(), [['here'], [], []]);
  });

  it('hears a selection that is used again and grown', async () => {
    const { io } = await stage.open();
    const { people, heardByAll } = await circle(stage);
    const [a, b] = people;
    a.socket.join('red');
    b.socket.join('blue');
    const red = io.to('red');
    const both = red.to('blue');
    red.emit('word', 'red');
    both.emit('word', 'both');
    red.emit('word', 'red still');
    assert.deepEqual(await heardByAll(), [['red', 'both', 'red still'], ['both'], []]);
  });

  it('is moved between rooms together with others', async () => {
    const { io } = await stage.open();
    const { people, heardByAll } = await circle(stage);
    const [a, b, c] = people;
    io.socketsJoin(['x', 'y']);
    io.in(a.socket.id).socketsJoin('z');
    io.except(c.socket.id).socketsLeave('x');
    const roomsOf = ({ socket }: { socket: Socket }): string[] =>
      [...socket.rooms].filter((room) => room !== socket.id).sort();
    assert.deepEqual(people.map(roomsOf), [['y', 'z'], ['y'], ['x', 'y']]);
    io.to('x').emit('word', 'x');
    b.socket.to('y').emit('word', 'y but b');
    assert.deepEqual(await heardByAll(), [['y but b'], [], ['x', 'y but b']]);
  });

  it('is found by fetchSockets', async () => {
    const { io } = await stage.open();
    const { people } = await circle(stage);
    const [a, b, c] = people;
    a.socket.join('red');
    a.socket.data.name = 'ada';
    assert.equal((await io.fetchSockets()).length, 3);
    const [found, ...others] = await io.in('red').fetchSockets();
    assert.equal(others.length, 0);
    assert.equal(found?.id, a.socket.id);
    assert.deepEqual(found?.data, { name: 'ada' });
    assert.deepEqual([...(found?.rooms ?? [])], [a.socket.id, 'red']);
    found?.emit('word', 'found you');
    assert.deepEqual(await heard(a.guest, 'word'), ['found you']);
    const rest = await io.except('red').fetchSockets();
    assert.deepEqual(rest.map(({ id }) => id).sort(), [b.socket.id, c.socket.id].sort());
  });

  it('is sent away together with its room', async () => {
    const { io } = await stage.open();
    const { people, heardByAll } = await circle(stage);
    const [a, b, c] = people;
    a.socket.join('red');
    b.socket.join('red');
    const gone = [a, b].map(({ guest }) => heard(guest, 'disconnect'));
    io.in('red').disconnectSockets();
    for (const [reason] of await Promise.all(gone)) assert.equal(reason, stage.pair.words.dismissed);
    io.emit('word', 'who is left?');
    assert.deepEqual(await heardByAll(), [[], [], ['who is left?']]);
    assert.deepEqual([...io.sockets.sockets.keys()], [c.socket.id]);
    assert.equal(io.sockets.adapter.rooms.has('red'), false);
  });

  it('is in no room once it has gone', async () => {
    const { io } = await stage.open();
    const { guest, socket } = await stage.join();
    socket.join(['red', 'blue']);
    const told: unknown[] = [];
    socket.on('disconnecting', () => told.push([...socket.rooms].sort()));
    socket.on('disconnect', () => told.push([...socket.rooms]));
    const gone = heard(socket as never, 'disconnect');
    guest.leave();
    await gone;
    assert.deepEqual(told, [[socket.id, 'red', 'blue'].sort(), []]);
    socket.join('red');
    assert.equal(io.sockets.adapter.rooms.size, 0);
    assert.equal(io.sockets.adapter.sids.size, 0);
  });

  it('hears a farewell that is said to others in disconnecting', async () => {
    await stage.open();
    const a = await stage.join();
    const b = await stage.join();
    for (const { socket } of [a, b]) socket.join('red');
    a.socket.on('disconnecting', () => {
      for (const room of a.socket.rooms) a.socket.to(room).emit('has left', room);
    });
    a.guest.leave();
    assert.deepEqual(await heard(b.guest, 'has left'), ['red']);
  });
}
