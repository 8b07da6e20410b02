/** The network that an address belongs to, as far as one client can choose its address freely. */

/** Longer ones are no addresses: behind a proxy that is trusted too much, they are what the client has made up. */
const LONGEST = 64;
const GROUPS = 8;
/** What one client gets of IPv6: 64 bits of network, and any number of addresses in it. @see RFC 6177 */
const OWN_GROUPS = 4;

/** Some proxies say by which port a client comes, and it has thousands. */
const PORT = /^(?:\[([^\]]*)\](?::\d{1,5})?|([\d.]{7,15}):\d{1,5})$/;

/** IPv4 as it is, also where it is written as IPv6; of IPv6 the first 64 bits. */
export function networkOf(given: string): string {
  if (!given.includes(':')) return given.slice(0, LONGEST);
  const [, long, short] = PORT.exec(given.slice(0, LONGEST)) ?? [];
  const address = long ?? short ?? given;
  if (address.includes('.')) return address.slice(address.lastIndexOf(':') + 1, LONGEST);
  const [head = '', tail] = address.slice(0, LONGEST).split('::');
  const groups = head === '' ? [] : head.split(':');
  const last = tail ? tail.split(':') : [];
  if (tail !== undefined) while (groups.length + last.length < GROUPS) groups.push('0');
  return [...groups, ...last].slice(0, OWN_GROUPS).join(':');
}
