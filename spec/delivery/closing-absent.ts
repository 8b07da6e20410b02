/** A program that closes while a polling client is between two requests, with no connection to hold the process. */
import { open, Poller } from './ground.js';

const site = await open();
const poller = await Poller.come(site);
await poller.post('42["x"]');
site.server.close();
site.server.closeAllConnections();
await site.io.close({ drain: 300 });
console.log('closed');
