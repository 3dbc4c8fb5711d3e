/** Sockets on the way to a peer: TCP or a Unix domain socket, and TLS over either. */

import { isIP, createConnection as netConnect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type TLSSocket, connect as tlsConnect } from 'node:tls';
import type { TcpOptions, TlsOptions } from './options.js';
import { type StepOptions, step } from './step.js';

/** Where a socket leads to. */
export type Address = { readonly host: string; readonly port: number } | { readonly path: string };

/** Connects a socket. */
export function openSocket(address: Address, tcp: TcpOptions, options: StepOptions): Promise<Socket> {
  const socket = netConnect({ noDelay: true, ...tcp, ...address });
  return step<Socket>(socket, options, (done) => ({ connect: () => done(socket) }));
}

/** Begins TLS on a connected socket. On the wire and in the certificate the server's name is `host`. */
export function startTls(
  socket: Duplex,
  host: string,
  tls: TlsOptions,
  protocol: string,
  options: StepOptions,
): Promise<TLSSocket> {
  const secure = tlsConnect({
    ALPNProtocols: [protocol],
    // An address is no name that could be asked for (RFC 6066 §3).
    servername: isIP(host) === 0 ? host : '',
    ...tls,
    socket,
    host,
  });
  return step<TLSSocket>(secure, options, (done) => ({ secureConnect: () => done(secure) }));
}
