/** Pictures, known by their first bytes: what a client says about a file is not believed. */

/** A picture as it is kept and sent. */
export interface Picture {
  readonly type: string;
  readonly bytes: Uint8Array;
  /** Pixels as told by the sender, only to reserve the place on the page; 0 when unknown. */
  readonly width: number;
  readonly height: number;
}

const signatures: ReadonlyArray<{ type: string; at: ReadonlyArray<readonly [number, string]> }> = [
  { type: 'image/png', at: [[0, '\x89PNG\r\n\x1a\n']] },
  { type: 'image/jpeg', at: [[0, '\xff\xd8\xff']] },
  { type: 'image/gif', at: [[0, 'GIF87a']] },
  { type: 'image/gif', at: [[0, 'GIF89a']] },
  {
    type: 'image/webp',
    at: [
      [0, 'RIFF'],
      [8, 'WEBP'],
    ],
  },
];

/** The media type of these bytes, or `undefined` when they are none of the four kinds of picture. */
export function pictureType(bytes: Uint8Array): string | undefined {
  const head = String.fromCharCode(...bytes.subarray(0, 16));
  return signatures.find(({ at }) => at.every(([offset, magic]) => head.startsWith(magic, offset)))?.type;
}
