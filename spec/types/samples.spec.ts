/** Programs of the kinds that Socket.IO's users write: the compiler takes them, and they can be started. */
import assert from 'node:assert/strict';
import { asking, moving, reading, saying, typed } from './samples/cheatsheet.js';
import { cookies, inParts, ownSessions, presence, sessions, tokens, wrapped } from './samples/how-to.js';
import { typedEvents } from './samples/typed-events.js';
import {
  acknowledgements,
  catchAll,
  engine,
  middleware,
  namespaces,
  optionsWithParts,
  rooms,
} from './samples/untyped.js';

describe('a program that was written for socket.io', () => {
  const programs = {
    middleware,
    acknowledgements,
    rooms,
    namespaces,
    engine,
    'listeners for everything': catchAll,
    'options with parts': optionsWithParts,
    'every way to say something': saying,
    'every way to ask': asking,
    'all that a socket tells of itself': reading,
    'all that is done to many': moving,
    'types of its own': typed,
    'sessions of Express': sessions,
    "Express' middleware around sockets": wrapped,
    'tokens in headers': tokens,
    'cookies of its own': cookies,
    'what is known of who is here': presence,
    'parts in files of their own': inParts,
    'sessions that sockets begin': ownSessions,
  };
  for (const [name, program] of Object.entries(programs)) {
    it(`may use ${name}`, async () => {
      const io = program();
      await io.close();
    });
  }

  it('may type its events, its data and what servers tell each other', async () => {
    const { io, asked, named } = typedEvents();
    assert.equal(await asked, 0);
    assert.deepEqual(await named, []);
    await io.close();
  });
});
