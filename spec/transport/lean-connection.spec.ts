/** What Node gives each connection, shared by all. */
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, Socket } from 'node:net';
import { shareMethods } from '../../lib/transport/lean-connection.js';
import { listening } from '../support/listening.js';
import { heard } from '../support/patience.js';

describe('connections with shared methods', () => {
  let server: Server;
  let port: number;
  let serve: (req: IncomingMessage, res: ServerResponse) => void;
  const clients = new Set<Socket>();

  beforeEach(async () => {
    serve = ({ socket }) => shareMethods(socket);
    server = createServer((req, res) => {
      serve(req, res);
      res.end('answer');
    });
    port = await listening(server);
  });
  afterEach(async () => {
    for (const client of clients) client.destroy();
    clients.clear();
    await new Promise((resolve) => server.close(resolve));
  });

  /** Asks for something; the same connection may ask again. */
  async function ask(path: string, client = connect(port, '127.0.0.1')): Promise<Socket> {
    clients.add(client);
    client.write(`GET ${path} HTTP/1.1\r\nHost: here\r\n\r\n`);
    assert.match(String(await heard(client, 'data')), /answer/);
    return client;
  }

  it('have the same ones, that were Node’s own', async () => {
    const sockets: Socket[] = [];
    serve = ({ socket }) => {
      assert.notEqual(socket.on, Socket.prototype.on);
      shareMethods(socket);
      sockets.push(socket);
    };
    await ask('/first');
    await ask('/second');
    const [first, second] = sockets;
    assert.ok(first && second && first !== second);
    assert.equal(first.on, second.on);
    assert.equal(first.addListener, second.addListener);
    assert.equal(first.prependListener, second.prependListener);
    assert.notEqual(first.on, Socket.prototype.on);
  });

  it('show their bytes to whoever listens, and are still answered', async () => {
    await ask('/before');
    const read: string[] = [];
    serve = ({ socket }) => {
      shareMethods(socket);
      if (read.length === 0) socket.on('data', (bytes) => read.push(String(bytes)));
    };
    const client = await ask('/first');
    await ask('/second', client);
    assert.deepEqual(read, ['GET /second HTTP/1.1\r\nHost: here\r\n\r\n']);
  });

  it('are plain connections after an upgrade', async () => {
    server.on('upgrade', (_req, socket: Socket) => {
      socket.on('data', (bytes) => socket.end(bytes));
      assert.equal(socket.on, Socket.prototype.on);
      assert.equal(socket.prependListener, Socket.prototype.prependListener);
      socket.write('upgraded');
    });
    const client = await ask('/before');
    client.write('GET / HTTP/1.1\r\nHost: here\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
    assert.equal(String(await heard(client, 'data')), 'upgraded');
    client.write('bytes');
    assert.equal(String(await heard(client, 'data')), 'bytes');
  });

  it('keep what somebody else has put there', async () => {
    await ask('/before');
    const watched = Socket.prototype.on.bind(undefined);
    let kept: unknown;
    serve = ({ socket }) => {
      socket.on = watched;
      shareMethods(socket);
      kept = socket.on;
      Reflect.deleteProperty(socket, 'on');
    };
    await ask('/first');
    assert.equal(kept, watched);
  });
});
