// The class on Deno, over its own connections.

import { fromDenoConn } from 'sansocket/adapters';
import { acceptStream } from 'sansocket/server';
import { echo, options, visitorOver } from './echo.mjs';

const hostname = '127.0.0.1';

export async function listen(agent, connected) {
  const listener = Deno.listen({ hostname, port: 0 });
  const accept = async () => {
    for await (const conn of listener) {
      echo(acceptStream(fromDenoConn(conn), { ...options, origins: 'any', headers: { server: agent } }));
      connected();
    }
  };
  accept();
  return listener.addr.port;
}

export const visitor = (port) =>
  visitorOver(async () => fromDenoConn(await Deno.connect({ hostname, port })), `${hostname}:${port}`);
