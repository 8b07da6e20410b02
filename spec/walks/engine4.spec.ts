/** The battery for the clients of Engine.IO 4. */
import { modernPairs } from '../support/modern-clients.js';
import { walk } from './walk.js';

for (const pair of modernPairs) walk(pair);
