import { classicPairs } from '../support/classic-clients.js';
import { walk } from './walk.js';

for (const pair of classicPairs) walk(pair);
