/** Handlers whose end is the connection's end. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mock } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Socket } from '../../lib/namespace/socket.js';
import { PacketType } from '../../lib/packet.js';
import { settled, type World, world } from './fake-client.js';

/** A promise and its key. */
function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

let here: World;
beforeEach(() => {
  here = world({ mailboxMessages: 2 });
});

describe('a served client', () => {
  it('has joined when its handler begins', () => {
    const seen: unknown[] = [];
    here.root.serve(async (socket) => {
      seen.push([socket.connected, here.root.sockets.has(socket.id)]);
      await gate().opened;
    });
    const { client } = here.join();
    assert.deepEqual(seen, [[true, true]]);
    assert.equal(client.received[0]?.type, PacketType.CONNECT);
  });

  it('is sent away when its handler has ended, and not before', async () => {
    const end = gate();
    here.root.serve(() => end.opened);
    const { client, socket } = here.join();
    await settled();
    assert.equal(socket.connected, true);
    end.open();
    await settled();
    assert.equal(socket.connected, false);
    assert.equal(client.received.at(-1)?.type, PacketType.DISCONNECT);
    assert.deepEqual(client.closings, ['connection if unused']);
    assert.deepEqual(here.errors, []);
  });

  it('is sent away when its handler fails, and onError hears of it', async () => {
    const boom = new Error('boom');
    here.root.serve(async () => {
      throw boom;
    });
    const one = here.join();
    await settled();
    assert.deepEqual(one.client.closings, ['connection if unused']);
    here.root.serve(() => {
      throw boom;
    });
    const two = here.join();
    await settled();
    assert.deepEqual(two.client.closings, ['connection if unused']);
    assert.deepEqual(here.errors, [
      { error: boom, event: 'serve', socket: one.socket },
      { error: boom, event: 'serve', socket: two.socket },
    ]);
  });

  it('is sent away when a plain function has returned', async () => {
    here.root.serve((socket) => socket.emit('bye'));
    const { client } = here.join();
    await settled();
    assert.deepEqual(
      client.received.map(({ type }) => type),
      [PacketType.CONNECT, PacketType.EVENT, PacketType.DISCONNECT],
    );
  });

  it('is announced to listeners as well, and they end nothing', async () => {
    const seen: string[] = [];
    here.root.on('connection', () => seen.push('connection'));
    here.root.serve(async () => {
      seen.push('serve');
      await gate().opened;
    });
    const { socket } = here.join();
    await settled();
    assert.deepEqual(seen, ['serve', 'connection']);
    assert.equal(socket.connected, true);
  });

  it('loses nothing that it says before the handler reads', async () => {
    const ready = gate();
    const got: unknown[] = [];
    here.root.serve(async (socket) => {
      await ready.opened;
      for await (const message of socket) got.push(message.data);
    });
    const { says, socket, client } = here.join();
    for (const n of [1, 2, 3]) says('x', n);
    assert.deepEqual(client.flows, [false]);
    ready.open();
    await settled();
    assert.deepEqual(client.flows, [false, true]);
    says('x', 4);
    socket.closed('transport close');
    await settled();
    assert.deepEqual(got, [1, 2, 3, 4]);
  });

  it('is read to its end even if it has left already', async () => {
    const ready = gate();
    const got: unknown[] = [];
    here.root.serve(async (socket) => {
      await ready.opened;
      for await (const message of socket) got.push(message.data);
    });
    const { says, socket } = here.join();
    says('x', 1);
    socket.closed('transport close');
    ready.open();
    await settled();
    assert.deepEqual(got, [1]);
  });

  it('is never stopped where listeners do the work', () => {
    here.root.serve((socket) => {
      socket.on('x', () => {});
      return gate().opened;
    });
    const { says, client } = here.join();
    for (let n = 0; n < 10; n++) says('x', n);
    assert.deepEqual(client.flows, []);
  });

  it('is set free when listeners come later', () => {
    here.root.serve(() => gate().opened);
    for (const listen of [
      (socket: Socket) => socket.on('x', () => {}),
      (socket: Socket) => socket.onAny(() => {}),
      (socket: Socket) => socket.prependAny(() => {}),
    ]) {
      const { says, client, socket } = here.join();
      for (let n = 0; n < 3; n++) says('x', n);
      assert.deepEqual(client.flows, [false]);
      listen(socket);
      assert.deepEqual(client.flows, [false, true]);
      for (let n = 0; n < 10; n++) says('x', n);
      assert.deepEqual(client.flows, [false, true]);
    }
  });

  it('is kept for its reader although somebody waits for its end', async () => {
    const got: unknown[] = [];
    const ready = gate();
    here.root.serve(async (socket) => {
      socket.on('disconnect', () => {}).on('error', () => {});
      await ready.opened;
      for await (const message of socket) got.push(message.data);
    });
    const { says } = here.join();
    says('x', 1);
    ready.open();
    await settled();
    assert.deepEqual(got, [1]);
  });

  it('is kept for its reader although a listener takes other events', async () => {
    const got: unknown[] = [];
    const heard: unknown[] = [];
    const ready = gate();
    here.root.serve(async (socket) => {
      socket.on('typing', (value) => heard.push(value));
      await ready.opened;
      for await (const message of socket) got.push(message.data);
    });
    const { says } = here.join();
    says('x', 1);
    for (let n = 0; n < 10; n++) says('typing', n);
    ready.open();
    await settled();
    says('typing', 'now');
    await settled();
    assert.deepEqual(got, [1, 'now']);
    assert.equal(heard.length, 11);
  });

  it('is kept for its reader although a listener comes before the loop', async () => {
    const got: unknown[] = [];
    const ready = gate();
    here.root.serve(async (socket) => {
      await ready.opened;
      socket.on('typing', () => {});
      for await (const message of socket) got.push(message.data);
    });
    const { says, client } = here.join();
    for (const n of [1, 2, 3]) says('x', n);
    ready.open();
    await settled();
    assert.deepEqual(got, [1, 2, 3]);
    assert.equal(client.flows.at(-1), true);
  });

  it('is not stopped for ever by what no listener takes: that is dropped at the bound', async () => {
    const got: unknown[] = [];
    const ready = gate();
    here.root.serve(async (socket) => {
      socket.on('typing', () => {});
      await ready.opened;
      for await (const message of socket) got.push(message.data);
    });
    const { says, client } = here.join();
    for (let n = 0; n < 10; n++) says('x', n);
    assert.ok(!client.flows.includes(false));
    ready.open();
    await settled();
    says('x', 'from now on');
    await settled();
    assert.deepEqual(got, ['from now on']);
  });

  it('is not stopped for ever by a handler that neither listens nor iterates: it is heard again after a minute', async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    const over = gate();
    here.root.serve((socket) => {
      socket.on('disconnect', () => over.open());
      return over.opened;
    });
    const { says, client, socket } = here.join();
    for (let n = 0; n < 10; n++) says('x', n);
    assert.deepEqual(client.flows, [false]);
    mock.timers.tick(60_000);
    mock.timers.reset();
    assert.deepEqual(client.flows, [false, true]);
    for (let n = 0; n < 10; n++) says('x', n);
    const heard: unknown[] = [];
    socket.on('x', (n) => heard.push(n));
    says('x', 'now');
    assert.deepEqual([client.flows, heard], [[false, true], ['now']]);
    socket.closed('transport close');
    await settled();
  });

  it('goes on where the loop before stopped', async () => {
    const got: unknown[] = [];
    const ready = gate();
    here.root.serve(async (socket) => {
      for await (const message of socket) {
        got.push(message.data);
        break;
      }
      await ready.opened;
      for await (const message of socket) got.push(message.data);
    });
    const { says, socket } = here.join();
    says('x', 1);
    says('x', 2);
    await settled();
    says('x', 3);
    ready.open();
    await settled();
    socket.closed('transport close');
    await settled();
    assert.deepEqual(got, [1, 2, 3]);
  });

  it('can be read on after break even if it has left meanwhile', async () => {
    const got: unknown[] = [];
    const ready = gate();
    here.root.serve(async (socket) => {
      await ready.opened;
      for await (const message of socket) if (got.push(message.data) === 1) break;
      for await (const message of socket) got.push(message.data);
    });
    const { says, socket } = here.join();
    says('x', 1);
    says('x', 2);
    socket.closed('transport close');
    ready.open();
    await settled();
    assert.deepEqual(got, [1, 2]);
  });

  it('is not stopped for a reader who has gone, where listeners do the rest', async () => {
    here.root.serve(async (socket) => {
      for await (const _message of socket) break;
      socket.on('x', () => {});
      await gate().opened;
    });
    const { says, client } = here.join();
    says('x', 'hello');
    await settled();
    for (let n = 0; n < 10; n++) says('x', n);
    assert.deepEqual(client.flows, []);
  });

  it('is served by the handler that was given last', async () => {
    const served: string[] = [];
    here.root.serve(() => served.push('first'));
    here.root.serve(() => served.push('second'));
    here.join();
    assert.deepEqual(served, ['second']);
  });
});

describe('a handler that was meant for on("connection")', () => {
  it('is warned about once in the life of a process, and only if nobody iterated', async () => {
    const program = fileURLToPath(new URL('serve-warning.ts', import.meta.url));
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--import', 'tsx', program]);
    assert.deepEqual(JSON.parse(stdout), {
      afterIterating: 0,
      afterCleaning: 0,
      afterListening: 1,
      dropped: 1,
    });
    assert.match(stderr, /SOCKETIO_SERVE_LISTENERS/);
  }).timeout(30_000);
});
