/** A small mark beside the name of somebody whose client is of an older generation. */
import { make } from './dom.js';

/** By the revision of the protocol: the server knows no more than that. */
const older = {
  1: { label: '0.9', title: 'By a client 0.7 to 0.9' },
  3: { label: '1.x · 2.x', title: 'By a client 1.x or 2.x' },
};

/** @returns nothing for a client of today */
export function generation(protocol) {
  const known = older[protocol];
  return known && make('span', { class: 'generation', text: known.label, title: known.title });
}
