// The class on Node, with its server and its client.

import { createServer } from 'node:http';
import { connect } from 'sansocket/client';
import { acceptUpgrade } from 'sansocket/server';
import { echo, options, visitorOver } from './echo.mjs';

export function listen(agent, connected) {
  const server = createServer().on('upgrade', (request, socket, head) => {
    echo(acceptUpgrade(request, socket, head, { ...options, origins: 'any', headers: { server: agent } }));
    connected();
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server.address().port)));
}

export const visitor = (port) => visitorOver(connect({ proxy: false }), `127.0.0.1:${port}`);
