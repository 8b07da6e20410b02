/** `npm run chaos -- --messages N --cuts M`: genuine clients over lines that break; fails if a promise is broken. */
import { parseArgs } from 'node:util';
import { describeOutcome } from './outcome.js';
import { travel } from './travels.js';

const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '20000' },
    cuts: { type: 'string', default: '200' },
    seed: { type: 'string', default: `${Date.now() & 0x7fffffff}` },
  },
});
const [messages, cuts, seed] = [Number(values.messages), Number(values.cuts), Number(values.seed)];

console.log(`${messages} messages each way and ${cuts} cuts, --seed ${seed}`);
const outcome = await travel({ messages, cuts, seed, each: 6, usual: 60_000, note: console.log });
for (const line of describeOutcome(outcome)) console.log(line);
for (const fault of outcome.faults.slice(0, 20)) console.log('FAULT ', fault);
console.log(`${outcome.faults.length} faults`);
process.exitCode = outcome.faults.length > 0 ? 1 : 0;
