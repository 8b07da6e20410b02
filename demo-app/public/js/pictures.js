/** Pictures: made small enough to send, and shown from the bytes that arrive. */

export const MOST_BYTES = 700_000;
const types = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);

/** Reads a file that the user picked. @returns `{ bytes, type, width, height }` @throws Error with a sentence for the user */
export async function readFile(file) {
  const bitmap = await createImageBitmap(file).catch(() => {
    throw new Error('This file is not a picture that can be shown.');
  });
  try {
    const fits = file.size <= MOST_BYTES && types.has(file.type);
    if (!fits) return await shrink(bitmap);
    const { width, height } = bitmap;
    return { bytes: new Uint8Array(await file.arrayBuffer()), type: file.type, width, height };
  } finally {
    bitmap.close();
  }
}

/** Shows a picture in an image element. @returns the Blob URL, to be revoked by whoever removes the element */
export function showPicture(image, { bytes, type }) {
  const url = URL.createObjectURL(new Blob([bytes], { type }));
  image.src = url;
  return url;
}

/** Draws it smaller until it fits: first at a lower quality, then with fewer pixels. */
async function shrink(bitmap) {
  for (let side = 1_920; side >= 240; side = Math.round(side * 0.7)) {
    const canvas = draw(bitmap, side);
    for (const quality of [0.86, 0.7]) {
      const blob = await new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', quality));
      if (blob && blob.size <= MOST_BYTES) {
        const bytes = new Uint8Array(await blob.arrayBuffer());
        return { bytes, type: 'image/jpeg', width: canvas.width, height: canvas.height };
      }
    }
  }
  throw new Error('This picture could not be made small enough.');
}

function draw(bitmap, side) {
  const scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const pen = canvas.getContext('2d');
  // JPEG knows no transparency; without a ground, what was clear would turn black.
  pen.fillStyle = '#fff';
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return canvas;
}
