/** What a program does with a server or a namespace. */
import { compare, thrown } from '../support/twins.js';

/** Names that mean something to both; those of Node's emitter are checked, too. */
const reserved = ['connect', 'connect_error', 'disconnect', 'disconnecting', 'newListener', 'removeListener'];

describe('a program sees of a server', () => {
  compare([
    {
      what: 'that emit returns true, send and write return it',
      program: ({ io }) => [
        io.emit('x'),
        io.of('/a').emit('x'),
        io.to('room').emit('x'),
        io.send('x') === io,
        io.write('x') === io,
        io.of('/a').send('x') === io.of('/a'),
      ],
    },
    {
      what: 'that on, once, off and use return it',
      program: ({ io }) => {
        const listener = (): void => {};
        return [
          [io, io.sockets].some((one) => (one as unknown) === io.on('connection', listener)),
          io.use((_socket, next) => next()) === io,
          io.of('/a').use((_socket, next) => next()) === io.of('/a'),
          io.listenerCount('connection') > 0,
        ];
      },
    },
    {
      what: 'that reserved names are not emitted',
      program: ({ io }) =>
        reserved.map((name) => [
          thrown(() => io.emit(name)),
          thrown(() => io.of('/a').emit(name)),
          thrown(() => io.to('room').emit(name)),
          thrown(() => io.except('room').timeout(1).emit(name)),
        ]),
    },
    {
      what: 'that some names are not emitted to other servers',
      program: ({ io }) =>
        ['connect', 'connection', 'new_namespace'].map((name) => thrown(() => io.serverSideEmit(name))),
    },
    {
      what: 'that there is no emitWithAck without a selection, and no broadcast',
      program: ({ io }) =>
        ['emitWithAck', 'broadcast', 'onAny'].map((name) => [
          typeof (io as unknown as Record<string, unknown>)[name],
          typeof (io.of('/a') as unknown as Record<string, unknown>)[name],
        ]),
    },
    {
      what: 'its namespaces by name',
      program: ({ io }) => {
        const made: string[] = [];
        io.on('new_namespace', (namespace) => made.push(namespace.name));
        const names = [io.of('a').name, io.of('/a').name, io.of('').name, io.of('/').name, io.of('/b/').name];
        return [
          names,
          made,
          io.of('/') === io.sockets,
          io.of('a') === io.of('/a'),
          io.of('/a').server === io,
        ];
      },
    },
    {
      what: 'where the listener of io.of() goes',
      program: ({ io }) => {
        const namespace = io.of('/a', () => {});
        return [namespace.listenerCount('connect'), namespace.listenerCount('connection')];
      },
    },
    {
      what: 'which patterns are no patterns for it',
      program: ({ io }) => [thrown(() => io.of(/a/g)), thrown(() => io.of(/a/y)), thrown(() => io.of(/a/i))],
    },
    {
      what: 'that a child is made for the first pattern that fits',
      program: ({ io }) => {
        const made: string[] = [];
        io.on('new_namespace', (namespace) => made.push(namespace.name));
        io.of((_name, _auth, next) => next(null, true)).on('connect', () => {});
        io.of(/^\/x/).on('connection', () => {});
        io.of(/^\/x1/).use((_socket, next) => next());
        const child = io.of('/x1');
        return [made, child.listenerCount('connect'), child.listenerCount('connection')];
      },
    },
    {
      what: 'that sockets of a parent namespace are not fetched',
      program: ({ io }) => thrown(() => io.of(/a/).fetchSockets()),
    },
    {
      what: 'what its clients are asked about dynamic namespaces, and in which order',
      program: async ({ io, join, coming }) => {
        const asked: unknown[] = [];
        io.of((name, auth, next) => {
          asked.push(['first', name, auth]);
          next(null, false);
        });
        io.of((name, _auth, next) => {
          asked.push(['second', name]);
          setImmediate(() => next(new Error('no'), true));
        });
        io.of(/^\/z/);
        io.of((name, _auth, next) => {
          asked.push(['third', name]);
          next(null, name === '/y');
        });
        const { socket } = await join('/y', { token: 1 });
        await join('/z');
        const error = await new Promise((resolve) => coming('/x').on('connect_error', resolve));
        return [asked, socket.nsp.name, error];
      },
    },
    {
      what: 'that a child takes what its parent has at that moment',
      program: async ({ io, join }) => {
        const seen: unknown[] = [];
        const parent = io.of(/^\/room/);
        parent.use((socket, next) => {
          seen.push(['middleware', socket.nsp.name]);
          next();
        });
        parent.on('connection', (socket) => seen.push(['connection', socket.nsp.name]));
        parent.on('connect', (socket) => seen.push(['connect', socket.nsp.name]));
        const one = await join('/room1');
        parent.on('connection', () => seen.push('late'));
        parent.use((_socket, next) => {
          seen.push('late middleware');
          next();
        });
        await join('/room1');
        await join('/room2');
        parent.emit('to all', 1);
        parent.to(one.socket.id).emit('to one', 1);
        return seen;
      },
    },
    {
      what: 'who hears what a parent says',
      program: async ({ io, join, quiet }) => {
        const parent = io.of(/^\/room/);
        const people = [await join('/room1'), await join('/room1'), await join('/room2')];
        people[0]?.socket.join('red');
        people[2]?.socket.join('red');
        parent.emit('all', 1);
        parent.to('red').emit('red');
        parent.except('red').emit('not red');
        parent.send('text');
        await quiet();
        return people.map(({ heard }) => heard);
      },
    },
    {
      what: 'that an empty child stays by default',
      program: async ({ io, join, quiet }) => {
        io.of(/^\/room/);
        const { client, socket } = await join('/room1');
        client.disconnect();
        await quiet();
        return [socket.connected, io.of('/room1') === socket.nsp];
      },
      differs: { why: 'cleanupEmptyChildNamespaces is on', here: [false, false] },
    },
    {
      what: 'that an empty child goes if that is wished',
      options: { cleanupEmptyChildNamespaces: true },
      program: async ({ io, join, quiet }) => {
        io.of(/^\/room/);
        const { client, socket } = await join('/room1');
        client.disconnect();
        await quiet();
        return [socket.connected, io.of('/room1') === socket.nsp];
      },
    },
    {
      what: 'that a child which the program has made goes, too, if that is wished',
      options: { cleanupEmptyChildNamespaces: true },
      program: async ({ io, join, quiet }) => {
        io.of(/^\/room/);
        const made = io.of('/room1');
        const { client } = await join('/room1');
        client.disconnect();
        await quiet();
        return io.of('/room1') === made;
      },
      differs: { why: 'whoever made a namespace by its name holds it', here: true },
    },
    {
      what: 'who is connected',
      program: async ({ io, join }) => {
        const { socket } = await join();
        const sets = [await io.allSockets(), await io.of('/').allSockets(), await io.in('none').allSockets()];
        const fetched = await io.fetchSockets();
        return [[...io.of('/').sockets.keys()], sets, fetched.map((one) => (one as unknown) === socket)];
      },
    },
    {
      what: 'who is moved, and who is sent away',
      program: async ({ io, join, quiet }) => {
        const people = [await join(), await join(), await join()];
        const rooms = (): unknown => people.map(({ socket }) => [...socket.rooms]);
        io.socketsJoin('a');
        io.in(people[0]?.socket.id ?? '').socketsJoin(['b', 'c']);
        const before = rooms();
        io.socketsLeave(['a', 'b']);
        const after = rooms();
        io.in('c').disconnectSockets();
        io.except(people[1]?.socket.id ?? '').disconnectSockets(true);
        await quiet();
        return [before, after, people.map(({ socket }) => socket.connected)];
      },
    },
    {
      what: 'that nothing can be answered where there is no client',
      program: async ({ io }) => [
        await io.timeout(50).emitWithAck('x'),
        await new Promise((resolve) => io.timeout(50).emit('x', (...args: unknown[]) => resolve(args))),
        await new Promise((resolve) => io.to('none').emit('x', (...args: unknown[]) => resolve(args))),
      ],
    },
    {
      what: 'the answers of many',
      program: async ({ io, join }) => {
        for (const { client } of [await join(), await join()])
          client.on('x', (...args) => (args.at(-1) as (...answer: unknown[]) => void)(args[0], 'ignored'));
        return [
          await io.timeout(1_000).emitWithAck('x', 1),
          await new Promise((resolve) =>
            io.timeout(1_000).emit('x', 2, (...args: unknown[]) => resolve(args)),
          ),
          await io.except('none').timeout(1_000).emitWithAck('x', undefined),
        ];
      },
    },
    {
      what: 'the answers of some, if others are late',
      program: async ({ io, join }) => {
        const [one] = [await join(), await join()];
        one?.client.on('x', (reply) => reply('mine'));
        const late = io.timeout(100).emitWithAck('x');
        return [
          await late.catch((error) => [error, error.responses]),
          await new Promise((resolve) => io.timeout(100).emit('x', (...args: unknown[]) => resolve(args))),
        ];
      },
    },
    {
      what: 'that a broadcast with a function but without timeout() is given no time',
      program: async ({ io, join }) => {
        const { client } = await join();
        client.on('x', () => {});
        const answer = new Promise((resolve) =>
          io.to([...io.of('/').sockets.keys()]).emit('x', (...args: unknown[]) => resolve(args)),
        );
        return answer;
      },
    },
    {
      what: 'that timeout(0) gives no time either',
      program: async ({ io, join }) => {
        const { client, socket } = await join();
        client.on('x', () => {});
        return [
          await io
            .timeout(0)
            .emitWithAck('x')
            .catch((error) => [error, error.responses]),
          await socket
            .timeout(0)
            .emitWithAck('x')
            .catch((error) => error),
        ];
      },
    },
    {
      what: 'that there are no other servers',
      program: async ({ io }) => {
        const own: unknown[] = [];
        io.on('hello', () => own.push('own'));
        return [io.serverSideEmit('hello', 1), own];
      },
    },
    {
      what: 'that no other server answers',
      program: async ({ io }) => io.serverSideEmitWithAck('hello'),
      differs: { why: 'the genuine one prints a warning and never answers', here: [], alone: true },
    },
    {
      what: 'that a selection never changes',
      program: async ({ io, join, quiet }) => {
        const people = [await join(), await join()];
        people[0]?.socket.join('a');
        people[1]?.socket.join('b');
        const a = io.to('a');
        const both = a.to('b');
        const neither = both.except(['a', 'b']);
        const local = a.local.volatile.compress(true);
        a.emit('a');
        both.emit('both');
        neither.emit('neither');
        await quiet();
        local.emit('local');
        await quiet();
        return [people.map(({ heard }) => heard), a !== both, both !== neither];
      },
    },
    {
      what: 'that ids are rooms',
      program: async ({ io, join, quiet }) => {
        const [one, two] = [await join(), await join()];
        io.to(one.socket.id).emit('one');
        io.except(one.socket.id).emit('two');
        io.except([one.socket.id, two.socket.id]).emit('nobody');
        io.local.emit('both');
        await quiet();
        return [one.heard, two.heard];
      },
    },
    {
      what: 'which rooms appear and disappear',
      program: async ({ io, join, quiet }) => {
        const seen: unknown[] = [];
        for (const event of ['create-room', 'delete-room', 'join-room', 'leave-room'])
          io.of('/').adapter.on(event, (...args: unknown[]) => seen.push([event, ...args]));
        const { socket, client } = await join();
        socket.join(['a', 'b', 'a']);
        socket.leave('a');
        socket.leave('nowhere');
        client.disconnect();
        await quiet();
        return [seen, io.of('/').adapter.rooms.size, io.of('/').adapter.sids.size];
      },
    },
  ]);
});
