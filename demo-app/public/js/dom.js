/** Small functions that build elements; text only ever becomes text, never HTML. */

/** The element of that id; the page is ours, so a missing one is a mistake worth a clear error. */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no #${id}`);
  return found;
}

/** Makes an element. Properties are set as attributes; `text` becomes its text; `null` and `false` are left out. */
export function make(tag, { text, ...attributes } = {}, ...children) {
  const element = document.createElement(tag);
  if (text !== undefined) element.textContent = text;
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== false) element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.filter(Boolean));
  return element;
}

const SVG = 'http://www.w3.org/2000/svg';

/** An icon of /icons.svg. */
export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS(SVG, 'use');
  use.setAttribute('href', `/icons.svg#${name}`);
  svg.append(use);
  return svg;
}

/** Whether the page is in its narrow form, where rooms live in a drawer. */
export const narrow = window.matchMedia('(max-width: 760px)');
