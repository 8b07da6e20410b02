/** The network that an address belongs to, as far as one client can choose its address freely. */

/** Longer ones are no addresses: behind a proxy that is trusted too much, they are what the client has made up. */
const LONGEST = 64;
const GROUPS = 8;
/** What one client gets of IPv6: 64 bits of network, and any number of addresses in it. @see RFC 6177 */
const OWN_GROUPS = 4;

/** IPv4 as it is, also where it is written as IPv6; of IPv6 the first 64 bits. */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address.slice(0, LONGEST);
  if (address.includes('.')) return address.slice(address.lastIndexOf(':') + 1, LONGEST);
  const [head = '', tail] = address.slice(0, LONGEST).split('::');
  const groups = head === '' ? [] : head.split(':');
  const last = tail ? tail.split(':') : [];
  if (tail !== undefined) while (groups.length + last.length < GROUPS) groups.push('0');
  return [...groups, ...last].slice(0, OWN_GROUPS).join(':');
}
