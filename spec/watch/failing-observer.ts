/** A program with an observer that throws; started by a spec. */
import { subscribe } from 'node:diagnostics_channel';
import { ask, handshake } from '../router/raw.js';
import { openSite } from '../support/site.js';

const uncaught: string[] = [];
const others: string[] = [];
process.on('uncaughtException', (error) => uncaught.push(error.message));
for (const name of ['handshake', 'close']) {
  subscribe(`socketio:${name}`, () => {
    throw new Error('the observer');
  });
  subscribe(`socketio:${name}`, () => others.push(name));
}

const site = await openSite();
const path = `/socket.io/?EIO=4&transport=polling&sid=${await handshake(site.port)}`;
await ask(site.port, path, { method: 'POST', body: '40' });
const { body } = await ask(site.port, path);
await ask(site.port, path, { method: 'POST', body: '1' });
await site.close();
console.log(JSON.stringify({ uncaught, others, answer: body.slice(0, 2) }));
