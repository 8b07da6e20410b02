/** Starts the demo: `npm start`, then open the printed URL in two windows. */
import type { AddressInfo } from 'node:net';
import { adminNote, offerAdmin } from './admin.js';
import { site } from './site.js';

const { app, server, io } = site();
const password = await offerAdmin(app, io);
const wanted = process.env.PORT;

server.on('error', (error: NodeJS.ErrnoException) => {
  // Somebody else has port 3000: any free one will do, unless this one was asked for by name.
  if (error.code === 'EADDRINUSE' && wanted === undefined) server.listen(0);
  else throw error;
});
server.on('listening', () => {
  const { port } = server.address() as AddressInfo;
  console.log(`Chat: http://localhost:${port}/`);
  if (password) console.log(adminNote(port, password));
});
server.listen(Number(wanted ?? 3000));

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, async () => {
    await io.close();
    server.close();
    server.closeAllConnections();
  });
}
