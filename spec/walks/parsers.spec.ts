/** The battery for clients that have agreed with the server on another parser. */
import { parserPairs } from '../support/modern-clients.js';
import { walk } from './walk.js';

for (const pair of parserPairs) walk(pair);
