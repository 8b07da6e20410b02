/** The battery: what every client of every generation may expect, whatever carries it. */
import type { Pair } from '../support/pair.js';
import { Stage } from '../support/stage.js';
import { asking } from './asking.js';
import { beating } from './beating.js';
import { binary } from './binary.js';
import { growing } from './growing.js';
import { joining } from './joining.js';
import { leaving } from './leaving.js';
import { listening } from './listening.js';
import { returning } from './returning.js';
import { rooms } from './rooms.js';
import { serving } from './serving.js';
import { talking } from './talking.js';
import { trouble } from './trouble.js';

/** Some behaviours of one kind; each spec opens its own site on the stage. */
export type Topic = (stage: Stage) => void;

const topics: Readonly<Record<string, Topic>> = {
  'coming in': joining,
  talking,
  'sending binary data': binary,
  'asking for answers': asking,
  'being listened to': listening,
  'in rooms': rooms,
  'in namespaces made for it': growing,
  'being served': serving,
  'when the application fails': trouble,
  leaving,
  'coming back': returning,
  'showing signs of life': beating,
};

export function walk(pair: Pair): void {
  describe(`a client ${pair.name}`, () => {
    const stage = new Stage(pair);
    afterEach(() => stage.close());
    for (const [name, topic] of Object.entries(topics)) describe(name, () => topic(stage));
  });
}
