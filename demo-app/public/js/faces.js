/** A coloured disc with initials for each user; the colour comes from the user's id. */
import { make } from './dom.js';

/** Makes an element into the face of a user. */
export function wear(element, user) {
  element.textContent = initials(user.name);
  element.style.setProperty('--hue', String(hue(user.id)));
  return element;
}

export function face(user) {
  return wear(make('span', { class: 'face', 'aria-hidden': 'true' }), user);
}

/** The hue in which this user's name and face are shown. */
export function hue(id) {
  let sum = 0;
  for (const sign of id) sum = (sum * 31 + sign.codePointAt(0)) % 3600;
  // Steps of 30 degrees: two users are either clearly the same colour or clearly different ones.
  return (sum % 12) * 30;
}

function initials(name) {
  const words = name.split(' ').filter(Boolean);
  const picked = words.length > 1 ? [words[0], words[words.length - 1]] : [words[0] ?? '?'];
  return picked.map((word) => [...word][0].toUpperCase()).join('');
}
