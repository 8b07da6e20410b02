import assert from 'node:assert/strict';
import type { Handshake } from '../../lib/namespace/wire.js';
import { arriving, asking, unspoken } from '../../lib/session/manners.js';

const handshake: Handshake = {
  headers: {},
  time: '',
  address: '::1',
  xdomain: false,
  secure: false,
  issued: 0,
  url: '/',
  query: { EIO: '3', colour: 'red' },
  auth: {},
};

describe('manners', () => {
  it('of those who ask: another id for each socket', () => {
    assert.deepEqual(asking.implied, []);
    const ids = ['/', '/', '/other'].map((nsp) => asking.idFor(nsp, 'sid'));
    assert.equal(new Set(ids).size, 3);
    for (const id of ids) assert.match(id, /^[\w-]{20}$/);
  });

  it('of those who ask: credentials are no part of the query', () => {
    const { query, auth } = asking.introduce(handshake, { colour: 'blue', token: 'x' });
    assert.equal(query, handshake.query);
    assert.deepEqual(auth, { colour: 'blue', token: 'x' });
  });

  it('of those who ask: what the program has said of somebody in one namespace is not known in the next', () => {
    const first = asking.introduce({ ...handshake, auth: unspoken }, { token: 'x' });
    Object.assign(first, { user: 'anna' });
    assert.deepEqual(asking.introduce(first, { token: 'y' }), { ...handshake, auth: { token: 'y' } });
  });

  it('of those who arrive: ids that clients make up for themselves', () => {
    assert.equal(arriving.idFor('/', 'sid'), 'sid');
    assert.equal(arriving.idFor('/other', 'sid'), '/other#sid');
  });

  it('of those who arrive: credentials are a part of the query, and change nothing of it', () => {
    const { query, auth } = arriving.introduce(handshake, { colour: 'blue', token: 'x' });
    assert.deepEqual(query, { EIO: '3', colour: 'red', token: 'x' });
    assert.deepEqual(auth, { colour: 'blue', token: 'x' });
    assert.deepEqual(handshake.query, { EIO: '3', colour: 'red' });
  });
});
