// For Bun: a server on its own sockets.

import { bunSocketHandlers } from 'sansocket/adapters';
import { acceptStream } from 'sansocket/server';
import { attend, options, tellLine } from './peer.mjs';

const { port } = Bun.listen({
  hostname: '127.0.0.1',
  port: 0,
  allowHalfOpen: true,
  socket: bunSocketHandlers((transport) => attend(acceptStream(transport, options), tellLine)),
});
tellLine({ port });
