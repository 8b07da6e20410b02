/** A program that serves two clients, closes, and has nothing left to do; started by a spec. */
import { io as connect } from 'socket.io-client';
import { open } from './ground.js';

const site = await open();
site.io.on('connection', (socket) => socket.join('all'));
const clients = ['polling', 'websocket'].map((transport) =>
  connect(site.url, { transports: [transport], forceNew: true, reconnection: false }),
);
await Promise.all(clients.map((client) => new Promise((resolve) => client.on('connect', () => resolve(0)))));
const bye = clients.map((client) => new Promise((resolve) => client.on('bye', () => resolve('bye'))));
site.io.emit('bye');
const begin = performance.now();
await site.io.close({ drain: 2_000 });
site.server.close();
const heard = await Promise.all(bye);
for (const client of clients) client.disconnect();
process.on('exit', () => console.log(JSON.stringify({ bye: heard, took: performance.now() - begin })));
