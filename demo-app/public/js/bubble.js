/** One message as an element of the log. */
import { icon, make } from './dom.js';
import { face, hue } from './faces.js';
import { generation } from './generation.js';

const states = {
  pending: { icon: 'pending', label: 'Not sent yet' },
  sent: { icon: 'one-tick', label: 'The server has it' },
  received: { icon: 'two-ticks', label: 'Received' },
  failed: { icon: 'failed', label: 'Not sent' },
};

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'short' });

/** @param own whether the reader wrote it: then it stands on the other side and has ticks */
export function bubble(message, own) {
  const item = make(
    'li',
    { class: own ? 'message own' : 'message', 'data-author': message.from.id },
    own ? null : face(message.from),
    make(
      'div',
      { class: 'bubble' },
      own
        ? make('p', { class: 'unseen', text: 'You' })
        : make('p', { class: 'who', text: message.from.name }, generation(message.protocol)),
      message.picture ? pictureFrame(message) : null,
      message.text ? make('p', { class: 'text', dir: 'auto', text: message.text }) : null,
      make('p', { class: 'meta' }, make('time'), own ? make('span', { class: 'tick', role: 'img' }) : null),
    ),
  );
  item.style.setProperty('--hue', String(hue(message.from.id)));
  stamp(item, message.at);
  return item;
}

/** Sets the time that the server gave it. */
export function stamp(item, at) {
  const time = item.querySelector('time');
  const date = new Date(at);
  time.dateTime = date.toISOString();
  time.textContent = clock.format(date);
  time.title = full.format(date);
  item.dataset.at = String(at);
}

/** Shows how far an own message has come. A received one stays received. */
export function mark(item, state) {
  const tick = item.querySelector('.tick');
  if (!tick || item.dataset.state === 'received') return;
  item.dataset.state = state;
  tick.replaceChildren(icon(states[state].icon));
  tick.setAttribute('aria-label', states[state].label);
  tick.title = states[state].label;
}

/** Joins a message to the one before it when the same person wrote both within minutes. */
export function group(item) {
  const before = item?.previousElementSibling;
  const near = before && Number(item.dataset.at) - Number(before.dataset.at) < 4 * 60_000;
  item?.classList.toggle('follows', Boolean(near && before.dataset.author === item.dataset.author));
}

/** The place of a picture, of its final size so that nothing jumps when the bytes arrive. */
function pictureFrame({ picture, from, text }) {
  const image = make('img', { alt: text ? `Picture: ${text}` : `Picture from ${from.name}` });
  if (picture.width && picture.height) {
    image.width = picture.width;
    image.height = picture.height;
  }
  return make(
    'button',
    { class: 'picture', type: 'button', 'aria-label': `Enlarge picture from ${from.name}` },
    image,
  );
}
