/** Pictures for the specs, painted by the browser itself; scripts are text since they run on the page, not here. */
import type { Page } from 'playwright-core';

const comet = `(() => {
  const canvas = document.createElement('canvas');
  canvas.width = 900;
  canvas.height = 560;
  const pen = canvas.getContext('2d');
  const sky = pen.createLinearGradient(0, 0, 0, 560);
  for (const [at, colour] of [[0, '#0b1030'], [0.7, '#34406f'], [1, '#e0946b']]) sky.addColorStop(at, colour);
  pen.fillStyle = sky;
  pen.fillRect(0, 0, 900, 560);
  pen.fillStyle = '#ffffffaa';
  for (let i = 1; i < 140; i++) pen.fillRect((i * 7919) % 900, (i * 3571) % 400, 2, 2);
  const tail = pen.createLinearGradient(300, 330, 640, 120);
  tail.addColorStop(0, '#fff');
  tail.addColorStop(1, '#fff0');
  pen.strokeStyle = tail;
  pen.lineWidth = 9;
  pen.beginPath();
  pen.moveTo(300, 330);
  pen.lineTo(640, 120);
  pen.stroke();
  pen.fillStyle = '#0a0c18';
  for (let i = 0; i < 12; i++) pen.fillRect(i * 80, 470 + ((i * 37) % 50), 70, 200);
  return canvas.toDataURL('image/png');
})()`;

/** Noise can't be compressed: a PNG of this is far beyond what may be sent. */
const noise = `(() => {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 900;
  const pen = canvas.getContext('2d');
  const image = pen.createImageData(900, 900);
  for (let i = 0; i < image.data.length; i += 65536) crypto.getRandomValues(image.data.subarray(i, i + 65536));
  pen.putImageData(image, 0, 0);
  return canvas.toDataURL('image/png');
})()`;

const subjects = { comet, noise } as const;

/** A PNG of that subject. */
export async function paint(page: Page, subject: keyof typeof subjects): Promise<Buffer> {
  const url: string = await page.evaluate(subjects[subject]);
  return Buffer.from(url.slice(url.indexOf(',') + 1), 'base64');
}
