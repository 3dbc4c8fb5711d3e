/** The proxy that the environment asks for. */

import { BlockList, isIP, isIPv6 } from 'node:net';
import { proxyOf } from './options.js';
import { hostOf, portOf } from './url.js';

/** Variables of an environment. */
export interface Environment {
  readonly [name: string]: string | undefined;
  readonly no_proxy?: string | undefined;
  readonly NO_PROXY?: string | undefined;
  readonly REQUEST_METHOD?: string | undefined;
}

/**
 * The names for each scheme. A proxy for HTTPS is made to pass on what it does not understand, so it is preferred for
 * `ws:` too (RFC 6455 §4.1, step 3).
 */
const variables: Readonly<Record<string, readonly string[]>> = {
  'ws:': ['ws_proxy', 'https_proxy', 'http_proxy', 'all_proxy'],
  'wss:': ['wss_proxy', 'https_proxy', 'all_proxy'],
};

/**
 * The forward proxy that the environment asks for, `undefined` for none: `wss_proxy`, `https_proxy` or `all_proxy` for a
 * `wss:` URL, `ws_proxy`, `https_proxy`, `http_proxy` or `all_proxy` for a `ws:` URL, in this order and each in lower or
 * upper case, unless `no_proxy` names the host. One that is no `http:` or `https:` proxy throws a `TypeError` that names
 * the variable: to go around a proxy that is wanted would be worse than to fail.
 *
 * `no_proxy` is `*`, or entries between commas or spaces, each with or without a port. A domain, with or without `.` or `*.`
 * before it, stands for itself and all below it; an address for itself; `10.0.0.0/8` for a network.
 */
export function proxyFromEnvironment(url: string | URL, env: Environment = process.env): URL | undefined {
  const { protocol } = new URL(url);
  for (const name of variables[protocol] ?? []) {
    const found = [name, name.toUpperCase()].find((variable) => env[variable] && !isHeader(variable, env));
    if (found === undefined) continue;
    if (isExempt(new URL(url), env.no_proxy || env.NO_PROXY || '')) return undefined;
    return proxyOf(found, env[found] as string).url;
  }
  return undefined;
}

/** In a CGI program `HTTP_PROXY` is the header field `Proxy` of a stranger's request (CVE-2016-5385). */
const isHeader = (variable: string, env: Environment): boolean =>
  variable === 'HTTP_PROXY' && env.REQUEST_METHOD !== undefined;

function isExempt(url: URL, list: string): boolean {
  const host = hostOf(url).toLowerCase().replace(/\.$/, '');
  const port = String(portOf(url));
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => entry !== '' && matches(entry, host, port));
}

function matches(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  const [, bracketed, plain, wantedPort] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/.exec(entry) ?? [];
  // An address of IPv6 without brackets, or a network of it.
  const name = (bracketed ?? plain ?? entry).replace(/^\*?\./, '').replace(/\.$/, '');
  if (wantedPort !== undefined && wantedPort !== port) return false;
  if (name.includes('/')) return isInNetwork(host, name);
  if (isIP(host) !== 0) return isIP(name) !== 0 && isInNetwork(host, `${name}/${isIPv6(name) ? 128 : 32}`);
  return name !== '' && (host === name || host.endsWith(`.${name}`));
}

/** Whether an address is in a network. What is neither is in none. */
function isInNetwork(host: string, network: string): boolean {
  const [address = '', bits = ''] = network.split('/');
  if (isIP(host) === 0 || isIP(host) !== isIP(address) || !/^\d{1,3}$/.test(bits)) return false;
  const family = isIPv6(host) ? 'ipv6' : 'ipv4';
  if (Number(bits) > (family === 'ipv6' ? 128 : 32)) return false;
  const networks = new BlockList();
  networks.addSubnet(address, Number(bits), family);
  return networks.check(host, family);
}
