/** Preloaded into a README program: it listens on a free port instead of 3000, and prints which. */
import { Server } from 'node:net';

const { listen } = Server.prototype;
Server.prototype.listen = function elsewhere(port, ...rest) {
  this.once('listening', () => console.log(`listening:${this.address().port}`));
  return listen.call(this, port === 3000 ? 0 : port, ...rest);
};
