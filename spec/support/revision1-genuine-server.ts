/** The genuine socket.io 0.9 with a small application, in a process of its own: it changes globals. */
import { EventEmitter } from 'node:events';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';

/** The socket of the original, as far as the application needs it. */
interface GenuineSocket {
  readonly json: { send(value: unknown): void };
  on(event: string, listener: (...args: unknown[]) => void): void;
  send(text: unknown): void;
  emit(event: string, ...args: unknown[]): void;
  disconnect(): void;
}

interface GenuineManager {
  readonly sockets: { on(event: 'connection', listener: (socket: GenuineSocket) => void): void };
  readonly flashPolicyServer?: {
    readonly socket: { address(): AddressInfo; on(event: string, listener: () => void): void };
  };
}

// What the policy server expects of Node.
Object.assign(process, { EventEmitter });
const { listen } = createRequire(import.meta.url)('socket.io-09') as {
  listen(server: unknown, settings: object): GenuineManager;
};

const { mended, ...settings } = JSON.parse(process.argv[2] ?? '{}') as { readonly mended?: boolean };
const server = createServer();
// Node refuses to set the encoding of an HTTP connection, and the server of that time ends its hixie-76 there.
if (mended) server.on('connection', (socket) => Reflect.deleteProperty(socket, 'setEncoding'));
const manager = listen(server, { log: false, 'flash policy port': 0, ...settings });

manager.sockets.on('connection', (socket) => {
  socket.on('message', (data) => (typeof data === 'string' ? socket.send(data) : socket.json.send(data)));
  socket.on('ask', (...args) => (args.pop() as (...answer: unknown[]) => void)(...args));
  socket.on('kick', () => socket.disconnect());
});

server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.send?.({ port, policyPort: manager.flashPolicyServer?.socket.address().port });
});
process.on('disconnect', () => process.exit());
