/** Which compression a client prefers, of those that are offered. */

export type Encoding = 'br' | 'gzip' | 'deflate';

// Accept-Encoding = [ coding [ weight ] *( OWS "," OWS coding [ weight ] ) ]
// coding          = token / "*"
// weight          = OWS ";" OWS "q=" qvalue

interface Wish {
  readonly coding: string;
  readonly weight: number;
}

/**
 * The best by weight; among equals the one that is named (not meant by `*`), then the one that is named first.
 * @param accepted the header `Accept-Encoding`
 * @param offered in the order in which those are preferred that the client has no preference for
 * @see RFC 9110, section 12.5.3
 */
export function preferred(accepted: string | undefined, offered: readonly Encoding[]): Encoding | undefined {
  // Usual clients name all that they know, without weights.
  if (!accepted) return undefined;
  const wishes = accepted.split(',').map(readWish);
  const any = wishes.findIndex(({ coding }) => coding === '*');
  let best: { readonly encoding: Encoding; readonly rank: readonly number[] } | undefined;
  offered.forEach((encoding, index) => {
    const named = wishes.findIndex(({ coding }) => coding === encoding);
    const place = named === -1 ? any : named;
    const weight = wishes[place]?.weight ?? 0;
    const rank = [weight, named === -1 ? 0 : 1, -place, -index];
    if (weight > 0 && (!best || isAbove(rank, best.rank))) best = { encoding, rank };
  });
  return best?.encoding;
}

function readWish(text: string): Wish {
  const [coding = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const weight = parameters.find((parameter) => parameter.startsWith('q='));
  return { coding, weight: weight === undefined ? 1 : Number(weight.slice(2)) };
}

/** Compares from the left; the first difference decides. */
function isAbove(one: readonly number[], other: readonly number[]): boolean {
  const at = one.findIndex((value, index) => value !== other[index]);
  return at !== -1 && (one[at] ?? 0) > (other[at] ?? 0);
}
