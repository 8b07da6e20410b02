/** The battery for the clients of revision 1. */
import { vintagePairs } from '../support/vintage-clients.js';
import { walk } from './walk.js';

for (const pair of vintagePairs) walk(pair);
