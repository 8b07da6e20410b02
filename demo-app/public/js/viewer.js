/** Shows a picture as large as the window; any key that closes a dialog, or a click, ends it. */
import { byId, icon, make } from './dom.js';

export function openViewer(image) {
  const viewer = byId('viewer');
  const large = make('img', { src: image.src, alt: image.alt });
  const close = make('button', { type: 'button', class: 'quiet', 'aria-label': 'Close' }, icon('cross'));
  viewer.replaceChildren(large, close);
  viewer.onclick = () => viewer.close();
  viewer.showModal();
}
