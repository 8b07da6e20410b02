/** Who is in the room: the list, the count and the faces in the header. */
import { byId, make } from './dom.js';
import { face } from './faces.js';
import { generation } from './generation.js';

const FACES = 4;

/** @param here `{ count, people }` as the server tells it */
export function showPeople({ count, people }, me) {
  // You stand first: the rest keeps the order in which they came.
  const sorted = [...people].sort((one, other) => Number(other.id === me.id) - Number(one.id === me.id));
  byId('people').replaceChildren(...sorted.map((user) => person(user, user.id === me.id)));
  byId('people-count').textContent = String(count);
  byId('summary').textContent = summary(count, sorted, me);
  const shown = sorted.slice(0, FACES).map(face);
  const more = count > FACES ? make('span', { class: 'face more', text: `+${count - FACES}` }) : '';
  byId('faces').replaceChildren(...shown, more);
}

function person(user, own) {
  return make(
    'li',
    {},
    face(user),
    make('span', { class: 'name', text: user.name }),
    ...user.protocols.map(generation),
    own ? make('span', { class: 'you', text: 'you' }) : null,
  );
}

function summary(count, people, me) {
  if (count <= 1) return 'Only you are here';
  if (count === 2) return `You and ${people.find((user) => user.id !== me.id)?.name ?? 'somebody'}`;
  return `${count} people here`;
}
