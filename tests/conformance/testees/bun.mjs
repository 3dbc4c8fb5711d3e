// The class on Bun, over its own sockets.

import { bunSocketHandlers, fromBunSocket } from 'sansocket/adapters';
import { acceptStream } from 'sansocket/server';
import { echo, options, visitorOver } from './echo.mjs';

const hostname = '127.0.0.1';
const allowHalfOpen = true;

export async function listen(agent, connected) {
  const socket = bunSocketHandlers((transport) => {
    echo(acceptStream(transport, { ...options, origins: 'any', headers: { server: agent } }));
    connected();
  });
  return Bun.listen({ hostname, port: 0, allowHalfOpen, socket }).port;
}

export const visitor = (port) =>
  visitorOver(
    async () => fromBunSocket(await Bun.connect({ hostname, port, allowHalfOpen, socket: bunSocketHandlers() })),
    `${hostname}:${port}`,
  );
