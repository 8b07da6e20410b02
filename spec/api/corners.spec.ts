/** What a program sees in the corners of the API: exports, the life of a server, and the fine print of its verbs. */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import type { DisconnectReason } from '../../lib/index.js';
import * as ours from '../../lib/index.js';
import { within } from '../support/patience.js';
import { openSite } from '../support/site.js';
import { compare, thrown } from '../support/twins.js';

const require = createRequire(import.meta.url);

describe('a program sees in the corners', () => {
  compare([
    {
      what: 'that names of namespaces get a slash, and that nothing is the main one',
      program: ({ io }) => [
        io.of('').name,
        io.of('chat').name,
        io.of('') === io.sockets,
        io.of('/chat') === io.of('chat'),
      ],
    },
    {
      what: 'that new_namespace tells of each but the main one',
      program: ({ io }) => {
        const names: string[] = [];
        io.on('new_namespace', ({ name }) => names.push(name));
        for (const name of ['/', '/a', 'b', '/a']) io.of(name);
        io.of(/^\/c$/);
        return names;
      },
    },
    {
      what: 'that connect comes before connection, when the client is counted already',
      program: async ({ io, join }) => {
        const seen: unknown[] = [];
        for (const event of ['connection', 'connect'] as const)
          io.on(event, (socket) => seen.push([event, io.sockets.sockets.size, socket.connected]));
        await join();
        return seen;
      },
    },
    {
      what: 'that a client in a middleware is not connected, and not counted',
      program: async ({ io, join }) => {
        const seen: unknown[] = [];
        io.use((socket, next) => {
          seen.push([
            socket.connected,
            socket.disconnected,
            io.sockets.sockets.size,
            [...socket.rooms].length,
          ]);
          next();
        });
        const { socket } = await join();
        return [seen, socket.connected, socket.disconnected, socket.recovered];
      },
    },
    {
      what: 'that a middleware may speak to those who are there',
      program: async ({ io, join, coming, quiet }) => {
        const { heard, socket } = await join();
        socket.join('red');
        io.use((other, next) => {
          other.broadcast.emit('somebody comes');
          other.to('red').emit('somebody comes to red', 1);
          next(new Error('no'));
        });
        coming();
        await quiet();
        return heard;
      },
    },
    {
      what: 'that rooms joined in a middleware stay, if the client is let in',
      program: async ({ io, join }) => {
        io.use((socket, next) => {
          socket.join(['early', 'bird']);
          next();
        });
        const { socket } = await join();
        const named = (rooms: Iterable<string>): string[] =>
          [...rooms].filter((room) => room !== socket.id).sort();
        return [named(socket.rooms), socket.rooms.size, named(io.sockets.adapter.rooms.keys())];
      },
    },
    {
      what: 'that rooms joined by somebody who was refused are gone',
      program: async ({ io, coming, quiet }) => {
        io.of('/no').use((socket, next) => {
          socket.join('early');
          next(new Error('no'));
        });
        const client = coming('/no');
        await new Promise((resolve) => client.once('connect_error', resolve));
        await quiet();
        return [io.of('/no').sockets.size, [...io.of('/no').adapter.rooms.keys()]];
      },
    },
    {
      what: 'what an error of a middleware brings',
      program: async ({ io, coming }) => {
        const data = [undefined, null, 0, '', 'text', { a: [1] }, [2]];
        const told: unknown[] = [];
        for (const [index, item] of data.entries()) {
          io.of(`/no${index}`).use((_socket, next) => next(Object.assign(new Error('no'), { data: item })));
          const client = coming(`/no${index}`);
          told.push(
            await new Promise((resolve) =>
              client.once('connect_error', (error: Error & { data?: unknown }) =>
                resolve([error.message, error.data]),
              ),
            ),
          );
        }
        return told;
      },
    },
    {
      what: 'that joining and leaving is done at once',
      program: async ({ join }) => {
        const { socket } = await join();
        const results = [
          socket.join('a'),
          socket.join(['b', 'c']),
          socket.leave('a'),
          socket.leave('nowhere'),
        ];
        return [results.map((result) => result === undefined), [...socket.rooms].slice(1)];
      },
    },
    {
      what: 'that nobody can join after the end',
      program: async ({ io, join, quiet }) => {
        const { socket } = await join();
        socket.disconnect();
        socket.join('late');
        await quiet();
        return [socket.rooms.size, [...io.sockets.adapter.rooms.keys()]];
      },
    },
    {
      what: 'that one who is in several rooms hears a word once',
      program: async ({ io, join, quiet }) => {
        const { socket, heard } = await join();
        socket.join(['a', 'b']);
        io.to('a').to(['b', 'c']).in(socket.id).emit('once');
        io.to('a').except(['b', 'c']).emit('never');
        io.to('a').except(socket.id).emit('never');
        io.to([]).emit('all');
        io.except([]).emit('all');
        await quiet();
        return heard;
      },
    },
    {
      what: 'that everything a socket says to others leaves itself out',
      program: async ({ io, join, quiet }) => {
        const [one, two] = [await join(), await join()];
        for (const { socket } of [one, two]) socket.join('red');
        one.socket.to('red').emit('to');
        one.socket.in('red').emit('in');
        one.socket.except('blue').emit('except');
        one.socket.broadcast.emit('broadcast');
        one.socket.local.emit('local');
        one.socket.to(one.socket.id).emit('to itself');
        io.to(one.socket.id).emit('from the server');
        await quiet();
        return [one.heard, two.heard];
      },
    },
    {
      what: 'who is fetched',
      program: async ({ io, join }) => {
        const [one, two] = [await join(), await join()];
        one.socket.join('red');
        two.socket.data.name = 'two';
        const ids = async (some: Promise<{ id: string }[]>): Promise<string[]> =>
          (await some).map(({ id }) => id);
        const [found] = await io.in('red').fetchSockets();
        return [
          (await ids(io.fetchSockets())).length,
          await ids(io.in('red').fetchSockets()),
          await ids(io.except('red').fetchSockets()),
          await ids(io.in('blue').fetchSockets()),
          await ids(one.socket.broadcast.fetchSockets()),
          found === (one.socket as unknown),
          (await io.allSockets()).size,
          [...(await io.in('red').allSockets())],
        ];
      },
    },
    {
      what: 'that what broadcasts are asked for comes from each client first argument',
      program: async ({ io, join }) => {
        const { client } = await join();
        client.on('ask', (reply) => reply('first', 'second'));
        return [
          await io.timeout(1_000).emitWithAck('ask'),
          await io
            .in(client.id ?? '')
            .timeout(1_000)
            .emitWithAck('ask'),
          await io.in('nobody').timeout(1_000).emitWithAck('ask'),
        ];
      },
    },
    {
      what: 'that a socket which answers with several arguments promises the first',
      program: async ({ join }) => {
        const { socket, client } = await join();
        client.on('ask', (reply) => reply('first', 'second'));
        const all = await new Promise((resolve) => socket.emit('ask', (...args: unknown[]) => resolve(args)));
        return [await socket.emitWithAck('ask'), await socket.timeout(1_000).emitWithAck('ask'), all];
      },
    },
    {
      what: 'that listeners for outgoing events hear broadcasts, and no acknowledgements',
      program: async ({ io, join, quiet }) => {
        const { socket, client } = await join();
        const seen: unknown[] = [];
        socket.onAnyOutgoing((...args) => seen.push(args));
        socket.on('ask', (reply) => reply('answer'));
        socket.emit('direct', 1);
        io.emit('broadcast', 2);
        socket.broadcast.emit('not for it');
        client.emit('ask', () => {});
        await quiet();
        return seen;
      },
    },
    {
      what: 'that events are dealt with in order, also when a middleware looks at them',
      program: async ({ join, quiet }) => {
        const { socket, client } = await join();
        const seen: unknown[] = [];
        socket.onAny((event) => seen.push(`any ${event}`));
        socket.use(([event], next) => {
          seen.push(`use ${event}`);
          next();
        });
        for (const event of ['a', 'b']) socket.on(event, () => seen.push(event));
        client.emit('a');
        await quiet();
        client.emit('b');
        await quiet();
        return seen;
      },
    },
    {
      what: 'that flags of a socket go over to a selection',
      program: async ({ join, quiet }) => {
        const [one, two] = [await join(), await join()];
        two.socket.join('red');
        two.client.on('ask', (reply) => reply('two'));
        const answers = [
          await one.socket.timeout(1_000).to('red').emitWithAck('ask'),
          await one.socket.timeout(1_000).broadcast.emitWithAck('ask'),
          await new Promise((resolve) => {
            one.socket
              .timeout(1_000)
              .except('blue')
              .emit('ask', (...args: unknown[]) => resolve(args));
          }),
        ];
        one.socket.compress(false).to('red').emit('after', 1);
        await quiet();
        return [answers, two.heard];
      },
    },
    {
      what: 'that nobody can be sent away before coming in',
      program: async ({ io, join, quiet }) => {
        io.use((socket, next) => {
          socket.disconnect().disconnect(true);
          next();
        });
        const { socket, client } = await join();
        await quiet();
        return [socket.connected, client.connected];
      },
    },
    {
      what: 'that what is said in a middleware is heard after the welcome',
      program: async ({ io, coming, quiet }) => {
        const seen: unknown[] = [];
        io.use((socket, next) => {
          socket.emit('early', 1);
          next();
        });
        const client = coming();
        client.on('early', (value) => seen.push(['early', value, client.connected]));
        await new Promise<void>((resolve) => client.once('connect', resolve));
        await quiet();
        return seen;
      },
    },
    {
      what: 'that listeners for everything may be listed and taken away',
      program: async ({ join, quiet }) => {
        const { socket, client } = await join();
        const seen: string[] = [];
        const one = (): unknown => seen.push('one');
        const two = (): unknown => seen.push('two');
        socket.onAny(one).prependAny(two).onAnyOutgoing(one).prependAnyOutgoing(two);
        const order = [socket.listenersAny()[0] === two, socket.listenersAnyOutgoing()[0] === two];
        socket.offAny(() => {}).offAny(one);
        client.emit('x');
        await quiet();
        socket.emit('y');
        const counts = [socket.listenersAny().length, socket.listenersAnyOutgoing().length];
        socket.offAny().offAnyOutgoing();
        socket.emit('z');
        client.emit('z');
        await quiet();
        return [order, seen, counts, socket.listenersAny().length, socket.listenersAnyOutgoing().length];
      },
    },
    {
      what: 'that an answer with data of all kinds arrives as it is',
      program: async ({ join }) => {
        const { socket, client } = await join();
        const values = [null, 0, '', false, [], {}, [[1]], 'é😀', { a: { b: [null] } }];
        client.on('ask', (...args) => args.pop()(...args));
        const back = await new Promise((resolve) =>
          socket.emit('ask', ...values, (...args: unknown[]) => resolve(args)),
        );
        return [back, await socket.emitWithAck('ask', Buffer.from([1])), await socket.emitWithAck('ask')];
      },
    },
    {
      what: 'what children of a parent hear from each other',
      program: async ({ io, join, quiet }) => {
        const parent = io.of(/^\/room-\d$/);
        const [one, two, three] = [await join('/room-1'), await join('/room-1'), await join('/room-2')];
        one.socket.join('red');
        three.socket.join('red');
        io.of('/room-1').emit('to one child', 1);
        one.socket.broadcast.emit('to the others');
        parent.to('red').emit('to red');
        parent.except('red').emit('not to red');
        parent.local.emit('local');
        parent.compress(false).emit('uncompressed');
        await quiet();
        return [one.heard, two.heard, three.heard];
      },
    },
    {
      what: 'itself as `this` of its listeners',
      program: async ({ io, join, quiet }) => {
        const { socket, client } = await join();
        const seen: unknown[] = [];
        io.on('connection', function (this: unknown) {
          seen.push(this === io.sockets);
        });
        socket.on('x', function (this: unknown) {
          seen.push(this === socket);
        });
        client.emit('x');
        await quiet();
        await join();
        return seen;
      },
    },
    {
      what: 'that nothing is heard of what comes after the end',
      program: async ({ join, quiet }) => {
        const { socket, client } = await join();
        const seen: unknown[] = [];
        socket.on('bye', () => socket.disconnect());
        socket.on('late', () => seen.push('late'));
        client.emit('bye');
        client.emit('late');
        await quiet();
        return [seen, socket.connected, socket.disconnected];
      },
    },
    {
      what: 'that what is said after the end goes nowhere, and throws nothing',
      program: async ({ io, join, quiet }) => {
        const { socket, heard } = await join();
        socket.disconnect();
        const results = [socket.emit('late'), socket.send('late') === socket, io.to(socket.id).emit('late')];
        await quiet();
        return [results, heard, socket.disconnect() === socket];
      },
    },
    {
      what: 'that a namespace can be asked for its server, its adapter and its name',
      program: async ({ io, join }) => {
        const { socket } = await join();
        return [
          socket.nsp === io.sockets,
          socket.nsp.server === io,
          io.of('/a').server === io,
          socket.nsp.name,
        ];
      },
    },
    {
      what: 'the events of an adapter',
      program: async ({ io, join, quiet }) => {
        const seen: unknown[] = [];
        for (const event of ['create-room', 'join-room', 'leave-room', 'delete-room'])
          io.of('/').adapter.on(event, (room: string) =>
            seen.push([event, room.length === 20 ? 'its id' : room]),
          );
        const { socket } = await join();
        socket.join('red');
        socket.join('red');
        socket.leave('red');
        socket.leave('red');
        socket.disconnect();
        await quiet();
        return seen;
      },
    },
    {
      what: 'that unknown arguments are refused where they are given',
      program: ({ io }) => [
        thrown(() => io.emit('connect_error')),
        thrown(() => io.of('/a').emit('disconnect')),
        thrown(() => io.to('a').emit('disconnecting')),
        thrown(() => io.serverSideEmit('new_namespace')),
      ],
    },
  ]);
});

describe('the exports', () => {
  it('have the names of socket.io, beside our own function', () => {
    const theirs = Object.keys(require('socket.io') as object).filter((name) => name !== 'default');
    for (const name of theirs) assert.equal(typeof (ours as Record<string, unknown>)[name], 'function', name);
    assert.equal(ours.default, ours.socketio);
  });

  it('make a server by its class, too', async () => {
    const io = new ours.Server({ pingInterval: 10_000 });
    assert.ok(io instanceof ours.Server);
    assert.ok(ours.socketio() instanceof ours.Server);
    assert.ok(io.of('/') instanceof ours.Namespace);
    await io.close();
  });

  it('know the sockets of a server', async () => {
    const { socket } = await arrival();
    assert.ok(socket instanceof ours.Socket);
  });

  it('list the reasons of an end', () => {
    const reasons: Record<DisconnectReason, true> = {
      'transport error': true,
      'transport close': true,
      'forced close': true,
      'ping timeout': true,
      'parse error': true,
      'server shutting down': true,
      'forced server close': true,
      'client namespace disconnect': true,
      'server namespace disconnect': true,
      'slow consumer': true,
    };
    assert.equal(Object.keys(reasons).length, 10);
  });
});

async function arrival(): Promise<{ socket: unknown }> {
  const site = await openSite();
  const { io: connect } = await import('socket.io-client');
  const client = connect(site.url, { transports: ['websocket'], reconnection: false, forceNew: true });
  try {
    const come = new Promise<unknown>((resolve) => site.io.on('connection', resolve));
    return { socket: await within(come, 'a client') };
  } finally {
    client.disconnect();
    await site.close();
  }
}

describe('a server that was closed', () => {
  it('may be closed twice, and calls back', async () => {
    const io = ours.socketio();
    let called = 0;
    await Promise.all([io.close(() => called++), io.close()]);
    await io.close(() => called++);
    assert.equal(called, 2);
  });

  it('keeps its namespaces and listeners, and lets nobody in', async () => {
    const site = await openSite();
    const chat = site.io.of('/chat').on('connection', () => {});
    await site.io.close();
    assert.equal(site.io.of('/chat'), chat);
    assert.equal(chat.listenerCount('connection'), 1);
    assert.equal(site.io.emit('nobody hears'), true);
    const { status } = await fetch(`${site.url}/socket.io/?EIO=4&transport=polling`);
    assert.equal(status, 503);
    await site.close();
  });
});
