/** What a program sees at the edges: answers that cannot come, silence, strange words, many rooms. */
import { compare } from '../support/twins.js';

describe('a program sees at the edges', () => {
  compare([
    {
      what: 'that a question to somebody who leaves is answered by an error in the end',
      program: async ({ join, quiet }) => {
        const { socket, client } = await join();
        client.on('ask', () => {});
        const answers: unknown[] = [];
        socket.timeout(50).emit('ask', (error: Error) => answers.push(error instanceof Error));
        const promise = socket.timeout(50).emitWithAck('ask');
        await quiet();
        client.disconnect();
        await promise.catch((error) => answers.push(error instanceof Error));
        return answers;
      },
    },
    {
      what: 'what it says if somebody leaves who was asked',
      program: async ({ join, quiet }) => {
        const { socket, client } = await join();
        client.on('ask', () => {});
        const promise = socket.timeout(50).emitWithAck('ask');
        await quiet();
        client.disconnect();
        return promise.catch((error) => error);
      },
      differs: {
        why: 'no answer can come any more; the genuine one waits for the timeout',
        here: new Error('socket has been disconnected'),
      },
    },
    {
      what: 'that an answer which comes late is not heard',
      program: async ({ join, quiet }) => {
        const { socket, client } = await join();
        let reply = (..._args: unknown[]): void => {};
        client.on('ask', (given) => {
          reply = given;
        });
        const answers: unknown[] = [];
        await new Promise<void>((resolve) => {
          socket.timeout(30).emit('ask', (...args: unknown[]) => {
            answers.push(args);
            resolve();
          });
        });
        reply('late');
        await quiet();
        return answers;
      },
    },
    {
      what: 'that events named like those of a server or an emitter harm nobody',
      program: async ({ io, join, quiet }) => {
        const { socket, client } = await join();
        const heard: unknown[] = [];
        io.on('connection', () => heard.push('connection on the server'));
        socket.on('connection' as 'error', (...args: unknown[]) => heard.push(['connection', ...args]));
        client.emit('connection', 1);
        client.emit('new_namespace', 1);
        client.emit('error', 'nobody listens');
        await quiet();
        socket.on('error', (error) => heard.push(['error', error]));
        client.emit('error', 'somebody listens');
        await quiet();
        return [heard, socket.connected];
      },
    },
    {
      what: 'that a silent middleware keeps its client waiting, and nobody else',
      program: async ({ io, join, coming, quiet }) => {
        io.of('/silent').use(() => {});
        io.of('/silent').on('connection', () => {
          throw new Error('nobody may get in');
        });
        const waiting = coming('/silent');
        const { heard } = await join();
        io.emit('hello');
        await quiet();
        return [heard, waiting.connected, io.of('/silent').sockets.size];
      },
    },
    {
      what: 'that a middleware may take its time, as a promise',
      program: async ({ io, join }) => {
        const order: unknown[] = [];
        io.use(async (socket, next) => {
          socket.data.user = await Promise.resolve('ada');
          next();
        });
        io.use((socket, next) => {
          order.push(socket.data.user);
          next();
        });
        const { socket } = await join();
        return [order, socket.data];
      },
    },
    {
      what: 'that somebody who goes while a middleware thinks never comes in',
      program: async ({ io, join, coming, quiet }) => {
        const seen: unknown[] = [];
        let letIn = (): void => {};
        const asked = new Promise<void>((resolve) => {
          io.of('/slow').use((socket, next) => {
            socket.join('early');
            letIn = next;
            resolve();
          });
        });
        io.of('/slow').on('connection', () => seen.push('connection'));
        const client = coming('/slow');
        await asked;
        client.io.engine.close();
        await join();
        await quiet();
        letIn();
        await quiet();
        return [seen, io.of('/slow').sockets.size, io.of('/slow').adapter.rooms.size];
      },
    },
    {
      what: 'that a listener may be called once',
      program: async ({ io, join, quiet }) => {
        const seen: unknown[] = [];
        io.once('connection', () => seen.push('connection'));
        const { socket, client } = await join();
        await join();
        socket.once('x', (value) => seen.push(value));
        client.emit('x', 1);
        client.emit('x', 2);
        await quiet();
        return [seen, io.listenerCount('connection'), socket.listenerCount('x')];
      },
    },
    {
      what: 'that a listener may be taken away, or all of them',
      program: async ({ join, quiet }) => {
        const { socket, client } = await join();
        const seen: unknown[] = [];
        const one = (): unknown => seen.push('one');
        socket.on('x', one);
        socket.on('x', () => seen.push('two'));
        socket.on('y', () => seen.push('y'));
        socket.off('x', one);
        client.emit('x');
        client.emit('y');
        await quiet();
        socket.removeAllListeners();
        client.emit('x');
        client.emit('y');
        await quiet();
        return [seen, socket.eventNames().length === 0 || socket.listenerCount('x') === 0];
      },
    },
    {
      what: 'binary data in every position',
      program: async ({ join, quiet }) => {
        const { socket, client } = await join();
        const seen: unknown[] = [];
        socket.on('bytes', (first, second, reply) => {
          seen.push([Buffer.isBuffer(first), first, second]);
          reply(Buffer.from([9]), { deep: [first] });
        });
        client.on('ask', (bytes: Buffer, reply) => reply(bytes));
        const answer = await new Promise((resolve) => {
          client.emit('bytes', Buffer.from([1, 2]), { list: [Buffer.from([3])] }, (...args: unknown[]) =>
            resolve(args),
          );
        });
        const back = await socket.emitWithAck('ask', Buffer.from([4]));
        await quiet();
        return [seen, answer, back, Buffer.isBuffer(back)];
      },
    },
    {
      what: 'that a client may be in several namespaces, and be sent out of one',
      program: async ({ io, join, quiet }) => {
        const main = await join();
        io.of('/other').on('connection', (socket) => socket.on('leave', () => socket.disconnect()));
        const other = main.client.io.socket('/other', {});
        const left = new Promise((resolve) => other.on('disconnect', resolve));
        other.emit('leave');
        const reason = await left;
        await quiet();
        return [reason, main.socket.connected, io.of('/other').sockets.size];
      },
    },
    {
      what: 'that disconnect(true) ends all namespaces of a client',
      program: async ({ io, join, quiet }) => {
        const main = await join();
        const reasons: unknown[] = [];
        io.of('/other').on('connection', (socket) => {
          socket.on('disconnect', (reason) => reasons.push(reason));
          main.socket.on('disconnect', (reason) => reasons.push(reason));
          main.socket.disconnect(true);
        });
        const other = main.client.io.socket('/other', {});
        await new Promise((resolve) => main.client.on('disconnect', resolve));
        await quiet();
        return [reasons, other.connected, main.client.connected, io.of('/other').sockets.size];
      },
    },
    {
      what: 'that the reason is told when the server goes',
      program: async ({ io, join }) => {
        const { socket } = await join();
        const reason = new Promise((resolve) => socket.on('disconnect', resolve));
        void io.close();
        return reason;
      },
    },
  ]);
});
