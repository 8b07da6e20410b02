/** What a program does with the server's socket for a client. */
import { compare, type Ground, type Present, thrown } from '../support/twins.js';

const reserved = ['connect', 'connect_error', 'disconnect', 'disconnecting', 'newListener', 'removeListener'];

/** Loosely typed: this is about what programs may do, not about what the compiler lets them. */
type Loose = Present['socket'] & Record<string, unknown>;

/** One present client whose socket echoes what it is asked. */
async function echoing({ join }: Ground): Promise<Present> {
  const present = await join();
  present.socket.on('echo', (...args) => (args.pop() as (...answer: unknown[]) => void)(...args));
  return present;
}

describe('a program sees of a socket', () => {
  compare([
    {
      what: 'that emit returns true, and the other verbs return it',
      program: async ({ join }) => {
        const { socket } = await join();
        const chained = [
          socket.send('x'),
          socket.write('x'),
          socket.compress(true),
          socket.volatile,
          socket.timeout(10),
          socket.use((_event, next) => next()),
          socket.onAny(() => {}),
          socket.offAny(),
          socket.onAnyOutgoing(() => {}),
          socket.disconnect(),
        ];
        return [socket.emit('x'), chained.map((one) => (one as unknown) === socket)];
      },
    },
    {
      what: 'that reserved names are not emitted',
      program: async ({ join }) => {
        const { socket } = await join();
        return reserved.map((name) => [
          thrown(() => socket.emit(name)),
          thrown(() => socket.broadcast.emit(name)),
        ]);
      },
    },
    {
      what: 'where it is, live',
      program: async ({ join }) => {
        const { socket } = await join();
        const { rooms } = socket;
        const seen: unknown[] = [[...rooms]];
        const joined = socket.join(['a', 'b']);
        seen.push([...rooms], joined instanceof Promise);
        const left = socket.leave('a');
        seen.push([...rooms], left instanceof Promise, rooms === socket.rooms);
        return seen;
      },
    },
    {
      what: 'that it is still in its rooms in disconnecting, and in none in disconnect',
      program: async ({ io, join, quiet }) => {
        const { socket, client } = await join();
        const seen: unknown[] = [];
        for (const event of ['disconnecting', 'disconnect'])
          socket.on(event as 'disconnect', (...args) => {
            seen.push([event, args, [...socket.rooms], socket.connected, socket.disconnected]);
            seen.push([io.of('/').sockets.has(socket.id)]);
            socket.join('late');
            socket.emit('late');
          });
        socket.join('a');
        client.disconnect();
        await quiet();
        return [seen, [...socket.rooms], io.of('/').adapter.rooms.has('late')];
      },
    },
    {
      what: 'the reasons of its end',
      program: async ({ io, join, quiet }) => {
        const people = [await join(), await join(), await join(), await join()];
        const reasons = people.map(({ socket }) => {
          const said: string[] = [];
          socket.on('disconnecting', (reason) => said.push(reason));
          socket.on('disconnect', (reason) => said.push(reason));
          return said;
        });
        people[0]?.client.disconnect();
        people[1]?.socket.disconnect();
        people[2]?.socket.disconnect(true);
        io.in(people[3]?.socket.id ?? '').disconnectSockets();
        await quiet();
        return [reasons, people.map(({ client }) => client.connected)];
      },
    },
    {
      what: 'that a second disconnect does nothing',
      program: async ({ join }) => {
        const { socket } = await join();
        let times = 0;
        socket.on('disconnect', () => {
          times += 1;
        });
        socket.disconnect();
        socket.disconnect(true);
        return times;
      },
    },
    {
      what: 'who hears everything first',
      program: async (ground) => {
        const { socket, client } = await echoing(ground);
        const order: unknown[] = [];
        const told =
          (who: string) =>
          (...args: unknown[]) => {
            order.push([who, ...args]);
          };
        socket.onAny(told('first'));
        socket.onAny(told('second'));
        socket.prependAny(told('prepended'));
        const gone = told('gone');
        socket.onAny(gone);
        socket.offAny(gone);
        socket.use(([name], next) => {
          order.push(['middleware', name]);
          next();
        });
        socket.on('echo', () => order.push('listener'));
        const answer = await client.emitWithAck('echo', 1);
        client.emit('plain', 2);
        await ground.quiet();
        return [order, answer, socket.listenersAny().length];
      },
    },
    {
      what: 'that listeners for everything are called as they were when the event came',
      program: async ({ join, quiet }) => {
        const { socket, client } = await join();
        const order: unknown[] = [];
        const second = (): unknown => order.push('second');
        socket.onAny(() => {
          order.push('first');
          socket.offAny(second);
          socket.onAny(() => order.push('new'));
        });
        socket.onAny(second);
        client.emit('x');
        await quiet();
        socket.offAny();
        client.emit('x');
        await quiet();
        return order;
      },
    },
    {
      what: 'what is said to its client',
      program: async ({ io, join, quiet }) => {
        const { socket, client } = await join();
        const order: unknown[] = [];
        socket.onAnyOutgoing((...args) => order.push(['second', ...args]));
        socket.prependAnyOutgoing((...args) => order.push(['first', ...args]));
        socket.on('ask', (reply) => reply('not an event'));
        socket.emit('direct', 1);
        socket.emit('asking', 2, () => {});
        socket.send('text');
        io.emit('to all', 3);
        io.to('none').emit('to nobody');
        io.in(socket.id)
          .timeout(10)
          .emit('asking all', () => {});
        await client.emitWithAck('ask');
        await quiet();
        const count = socket.listenersAnyOutgoing().length;
        socket.offAnyOutgoing();
        socket.emit('unheard');
        return [order, count];
      },
    },
    {
      what: 'that middlewares may change an event',
      program: async (ground) => {
        const { socket, client } = await echoing(ground);
        socket.use((event, next) => {
          if (event[0] === 'ohce') event[0] = 'echo';
          event[1] = [event[1], 'changed'];
          next();
        });
        return client.emitWithAck('ohce', 1);
      },
    },
    {
      what: 'that middlewares may drop an event, and who hears of it',
      program: async ({ join, quiet }) => {
        const { socket, client, heard } = await join();
        const errors: unknown[] = [];
        socket.on('error', (error) => errors.push(error));
        socket.on('x', () => errors.push('heard'));
        socket.use((_event, next) => next(Object.assign(new Error('no'), { data: 1 })));
        socket.use(() => errors.push('second middleware'));
        client.emit('x');
        await quiet();
        return [errors, heard, socket.connected];
      },
    },
    {
      what: 'that an event waits for a middleware that takes its time',
      program: async ({ join, quiet }) => {
        const { socket, client } = await join();
        const order: unknown[] = [];
        socket.use(([name], next) => {
          if (name === 'slow') setImmediate(() => setImmediate(next));
          else next();
        });
        socket.onAny((name) => order.push(`any ${name}`));
        for (const name of ['slow', 'quick']) socket.on(name, () => order.push(name));
        client.emit('slow');
        client.emit('quick');
        await quiet();
        await quiet();
        return order;
      },
    },
    {
      what: 'that flags are used up by the next emit',
      program: async ({ io, join, quiet }) => {
        const [one, two] = [await join(), await join()];
        one.client.on('x', () => {});
        const answers: unknown[] = [];
        one.socket.timeout(20).emit('x', (error: unknown, ...rest: unknown[]) => answers.push(error, rest));
        one.socket.emit('y', 'no error in front');
        const asked = one.socket.timeout(20).emitWithAck('x');
        answers.push(await asked.catch((error) => error));
        one.socket.broadcast.emit('once');
        io.to([one.socket.id, two.socket.id]).emit('both');
        one.socket.emit('only me');
        await quiet();
        return [answers, one.heard, two.heard];
      },
    },
    {
      what: 'the answers to it, with and without a limit',
      program: async ({ join }) => {
        const { socket, client } = await join();
        client.on('ask', (value, reply) => reply(value, 'more'));
        return [
          await socket.emitWithAck('ask', 1),
          await socket.timeout(1_000).emitWithAck('ask', 2),
          await new Promise((resolve) => socket.emit('ask', 3, (...args: unknown[]) => resolve(args))),
          await new Promise((resolve) =>
            socket.timeout(1_000).emit('ask', 4, (...args: unknown[]) => resolve(args)),
          ),
        ];
      },
    },
    {
      what: 'that it may answer once',
      program: async ({ join, quiet }) => {
        const { socket, client } = await join();
        socket.on('ask', (reply) => {
          reply(1);
          reply(2);
        });
        const answers: unknown[] = [];
        client.emit('ask', (...args: unknown[]) => answers.push(args));
        await quiet();
        return answers;
      },
    },
    {
      what: 'whom it speaks to',
      program: async ({ join, quiet }) => {
        const people = [await join(), await join(), await join()];
        const [one, two, three] = people.map(({ socket }) => socket);
        if (!one || !two || !three) return 'nobody';
        for (const socket of [one, two]) socket.join('a');
        three.join(['b', 'c']);
        one.broadcast.emit('broadcast');
        one.to('a').emit('to a');
        one.in(['a', 'b', 'c']).emit('in all');
        one.except('b').emit('except b');
        one.local.emit('local');
        one.to(one.id).emit('to myself');
        one.to('a').except(two.id).to('b').emit('b');
        one.broadcast.emit('message', 'text');
        await quiet();
        return people.map(({ heard }) => heard);
      },
    },
    {
      what: 'the answers of the others',
      program: async ({ join }) => {
        const people = [await join(), await join(), await join()];
        for (const [index, { client }] of people.entries()) client.on('x', (reply) => reply(index));
        const answers = await people[0]?.socket.broadcast.timeout(1_000).emitWithAck('x');
        return (answers as number[]).sort();
      },
    },
    {
      what: 'in which order it comes',
      program: async ({ io, join }) => {
        const order: unknown[] = [];
        io.on('connection', (socket) => {
          order.push(['connection', socket.connected, io.of('/').sockets.has(socket.id)]);
          socket.emit('welcome');
        });
        io.on('connect', (socket) => order.push(['connect', [...socket.rooms].length]));
        io.use((socket, next) => {
          order.push(['middleware', socket.connected, socket.disconnected, io.of('/').sockets.size]);
          socket.join('early');
          next();
        });
        const { socket } = await join();
        return [order, [...socket.rooms].filter((room) => room !== socket.id), socket.rooms.has(socket.id)];
      },
    },
    {
      what: 'how middlewares refuse',
      program: async ({ io, coming }) => {
        const refusals = [
          new Error('plain'),
          Object.assign(new Error('with data'), { data: { code: 7, list: [null] } }),
          Object.assign(new Error('with null'), { data: null }),
        ];
        io.use((_socket, next) => next(refusals.shift()));
        const heard: unknown[] = [];
        for (let count = refusals.length; count > 0; count -= 1)
          heard.push(await new Promise((resolve) => coming().on('connect_error', resolve)));
        return [heard, io.of('/').sockets.size, io.of('/').adapter.rooms.size];
      },
    },
    {
      what: 'that middlewares of clients run one after the other, as they were when the client came',
      program: async ({ io, join }) => {
        const order: unknown[] = [];
        io.use((_socket, next) => {
          order.push('first');
          io.use((_late, go) => {
            order.push('late');
            go();
          });
          setImmediate(next);
        });
        io.use((_socket, next) => {
          order.push('second');
          next();
        });
        await join();
        return order;
      },
    },
    {
      what: 'that a middleware speaks twice',
      program: async ({ io, join, quiet }) => {
        let times = 0;
        io.use((_socket, next) => {
          next();
          next();
        });
        io.on('connection', () => {
          times += 1;
        });
        await join();
        await quiet();
        return times;
      },
      differs: { why: 'only the first word counts; the genuine one lets the client in twice', here: 1 },
    },
    {
      what: 'that a middleware throws',
      program: async ({ io, coming }) => {
        io.use(() => {
          throw new Error('thrown');
        });
        return new Promise((resolve) => coming().on('connect_error', resolve));
      },
      differs: {
        why: 'it counts as a refusal; the genuine one lets the process crash',
        here: new Error('thrown'),
        alone: true,
      },
    },
    {
      what: 'that a listener throws',
      program: async ({ join, quiet }) => {
        const { socket, client } = await join();
        const heard: unknown[] = [];
        socket.on('x', () => {
          throw new Error('thrown');
        });
        socket.on('x', () => heard.push('other listener'));
        client.emit('x');
        await quiet();
        return [heard, socket.connected];
      },
      differs: {
        why: 'onError hears of it and all goes on; the genuine one lets the process crash',
        here: [['other listener'], true],
        alone: true,
      },
    },
    {
      what: 'its data, which it keeps',
      program: async ({ io, join }) => {
        io.use((socket, next) => {
          socket.data.name = 'ada';
          next();
        });
        const { socket } = await join();
        socket.data.age = 36;
        const [fetched] = await io.fetchSockets();
        return [socket.data, fetched?.data, fetched?.data === socket.data];
      },
    },
    {
      what: 'of a socket that was fetched',
      program: async ({ io, join, quiet }) => {
        const { socket, client, heard } = await join('/', { token: 1 });
        client.on('ask', (reply) => reply('single', 'more'));
        const [fetched] = await io.in(socket.id).fetchSockets();
        if (!fetched) return 'nobody';
        fetched.join(['a', 'b']);
        fetched.leave('b');
        fetched.emit('hello', 1);
        const answer = await new Promise((resolve) =>
          fetched.timeout(1_000).emit('ask', (...args: unknown[]) => resolve(args)),
        );
        const rooms = [...fetched.rooms];
        fetched.disconnect();
        await quiet();
        return [fetched.id, fetched.handshake.auth, rooms, answer, heard, socket.connected];
      },
    },
    {
      what: 'its handshake',
      program: async ({ join }) => {
        const { socket } = await join('/', { token: 'abc' });
        const { handshake } = socket;
        return [
          Object.keys(handshake).sort(),
          handshake.auth,
          handshake.xdomain,
          handshake.secure,
          handshake.query,
          typeof handshake.issued,
          handshake.url.replace(/&t=[^&]*/, ''),
        ];
      },
    },
    {
      what: 'its connection',
      program: async ({ io, join }) => {
        const { socket } = await join();
        const { conn, client, request, nsp } = socket;
        return [
          conn.transport.name,
          conn.protocol,
          conn.readyState,
          client.conn === conn,
          client.request === request,
          request.method,
          nsp === io.of('/'),
          socket.id === (conn as unknown as { id: string }).id,
          socket.recovered,
          [socket.connected, socket.disconnected],
        ];
      },
    },
    {
      what: 'that events named like things that every object has are ordinary',
      program: async ({ join, quiet }) => {
        const { socket, client, heard } = await join();
        const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', ''];
        const came: unknown[] = [];
        for (const name of names) socket.on(name, (...args) => came.push([name, ...args]));
        for (const name of names) client.emit(name, 1);
        for (const name of names) socket.emit(name, 2);
        await quiet();
        return [came, heard];
      },
    },
    {
      what: 'that something was left behind on Object.prototype',
      program: async (ground) => {
        const polluted = Object.prototype as unknown as Record<string, unknown>;
        polluted.foo = 'bar';
        try {
          const { io, quiet } = ground;
          io.of(/^\/room/).use((_socket, next) => next());
          const one = await echoing(ground);
          const two = await ground.join('/room1', { token: 1 });
          one.socket.join(['a', 'b']);
          io.to('a')
            .except('none')
            .emit('hello', { deep: [Buffer.from([1])] });
          const answer = await one.client.emitWithAck('echo', { x: 1 });
          const answers = await io
            .timeout(50)
            .emitWithAck('nobody answers')
            .catch((error) => error.responses);
          two.client.disconnect();
          await quiet();
          const keys = Object.keys(one.socket.handshake).length;
          return [answer, answers, one.heard, keys, [...one.socket.rooms], two.socket.connected];
        } finally {
          delete polluted.foo;
        }
      },
    },
    {
      what: 'its volatile words',
      program: async ({ io, join, quiet }) => {
        const { socket, heard } = await join();
        await quiet();
        socket.volatile.emit('direct');
        await quiet();
        io.volatile.emit('to all');
        await quiet();
        io.to(socket.id).volatile.emit('to one');
        await quiet();
        return heard;
      },
    },
    {
      what: 'that its verbs may be used after its end',
      program: async ({ join, quiet }) => {
        const { socket, client } = await join();
        client.disconnect();
        await quiet();
        const loose = socket as unknown as Loose;
        return [
          thrown(() => loose.emit('x')),
          thrown(() => loose.send('x')),
          thrown(() => loose.join('a')),
          thrown(() => loose.leave('a')),
          thrown(() => loose.broadcast.emit('x')),
          thrown(() => loose.disconnect(true)),
          [...loose.rooms],
          loose.nsp.adapter.rooms.size,
        ];
      },
    },
  ]);
});
