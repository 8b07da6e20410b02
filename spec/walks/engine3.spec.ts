/** The battery for the clients of Engine.IO 3, and what they alone do. */
import assert from 'node:assert/strict';
import { classicPairs } from '../support/classic-clients.js';
import { Stage } from '../support/stage.js';
import { walk } from './walk.js';

for (const pair of classicPairs) walk(pair);

for (const pair of classicPairs) {
  // The oldest of them has no query for a namespace.
  const tellsQuery = !pair.name.startsWith('1.4.8');

  describe(`a client ${pair.name}, as old clients do`, () => {
    const stage = new Stage(pair);
    afterEach(() => stage.close());

    it('is called after its session, in each namespace', async () => {
      const { io } = await stage.open();
      io.of('/other');
      const { guest, socket } = await stage.join();
      const other = await stage.beside(guest, '/other');
      assert.equal(socket.id, socket.client.id);
      assert.equal(other.socket.id, `/other#${socket.client.id}`);
    });

    if (tellsQuery) {
      it('tells its credentials in the query of a namespace', async () => {
        const { io } = await stage.open();
        io.of('/admin');
        const { guest, socket } = await stage.join('/', { query: { colour: 'red' } });
        const other = await stage.beside(guest, '/admin', { query: { token: 'a&b=€' } });
        assert.deepEqual(other.socket.handshake.auth, { token: 'a&b=€' });
        assert.equal(other.socket.handshake.query.token, 'a&b=€');
        assert.equal(other.socket.handshake.query.colour, 'red');
        assert.deepEqual(socket.handshake.auth, {});
        assert.equal(socket.handshake.query.token, undefined);
      });
    }
  });
}
