/** The parts of a URL, as sockets and header fields want them. */

import { isIPv6 } from 'node:net';

/** The host without the brackets of IPv6. */
export const hostOf = (url: URL): string => url.hostname.replace(/^\[(.*)\]$/, '$1');

const defaultPorts: Readonly<Record<string, number>> = { 'ws:': 80, 'wss:': 443, 'http:': 80, 'https:': 443 };

/** The port, also where the URL leaves it out. */
export const portOf = (url: URL): number =>
  url.port === '' ? (defaultPorts[url.protocol] as number) : Number(url.port);

/** A host and its port, as in a URL. */
export const authority = (host: string, port: number): string => `${isIPv6(host) ? `[${host}]` : host}:${port}`;

/** The server of a URL, with its port in any case. */
export const serverOf = (url: URL): string => authority(hostOf(url), portOf(url));
