/** The option `flashPolicy`: what it says, and what it may say. */
import { SocketioError } from './errors.js';
import { listOf, within } from './option-checks.js';

/** From where Flash may connect to this site, and how it learns of it: it asks before it opens a socket. */
export interface FlashPolicy {
  /** Hosts whose pages may connect: names, addresses, `*.example.com`, or `*` for all. */
  readonly domains: readonly string[];
  /** The site's ports that they may connect to: numbers, ranges as `8000-8080`, or `*` for all. */
  readonly ports: readonly (number | string)[];
  /**
   * A port that serves the policy alone, with or without a host. Flash asks 843, clients since 0.8.3 ask 10843 before.
   * @default none: only on the HTTP server's own port
   */
  readonly listen?: number | { readonly port: number; readonly host?: string };
}

/** @see Adobe, "Cross-domain policy file specification", `allow-access-from` */
const DOMAIN = /^(?:\*|(?:\*\.)?[0-9a-z-]+(?:\.[0-9a-z-]+)*)$/i;
const PORTS = /^(?:\*|[0-9]{1,5}(?:-[0-9]{1,5})?)$/;

/** `*` has to be said: nothing is allowed to everybody by default. */
export function readFlashPolicy(value: unknown): FlashPolicy {
  if (typeof value !== 'object' || value === null) {
    throw new SocketioError('OPTION_INVALID', 'flashPolicy must be an object with domains and ports');
  }
  const { domains, ports, listen } = value as Partial<Record<keyof FlashPolicy, unknown>>;
  const stranger = Object.keys(value).find((name) => !['domains', 'ports', 'listen'].includes(name));
  if (stranger !== undefined)
    throw new SocketioError('OPTION_INVALID', `flashPolicy.${stranger} is no option`);
  const isDomain = (item: unknown): boolean => typeof item === 'string' && DOMAIN.test(item);
  const policy = {
    domains: listOf(domains, 'flashPolicy.domains', isDomain),
    ports: listOf(ports, 'flashPolicy.ports', arePorts),
    ...(listen !== undefined && { listen: readListen(listen) }),
  };
  return Object.freeze(policy) as FlashPolicy;
}

function arePorts(item: unknown): boolean {
  const [least = 0, most = least] = String(item).split('-').map(Number);
  if (item === '*') return true;
  return PORTS.test(String(item)) && least >= 1 && least <= most && most <= 65_535;
}

function readListen(value: unknown): NonNullable<FlashPolicy['listen']> {
  const { port, host } = typeof value === 'number' ? { port: value } : Object(value);
  const lawful = Number.isInteger(port) && (host === undefined || typeof host === 'string');
  if (!lawful)
    throw new SocketioError('OPTION_INVALID', 'flashPolicy.listen must be a port, or { port, host }');
  within(port, 'flashPolicy.listen', [0, 65_535]);
  return host === undefined ? { port } : { port, host };
}
