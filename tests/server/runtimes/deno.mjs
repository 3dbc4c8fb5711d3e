// For Deno: a server on its own sockets.

import { fromDenoConn } from 'sansocket/adapters';
import { acceptStream } from 'sansocket/server';
import { attend, options, tellLine } from './peer.mjs';

const listener = Deno.listen({ hostname: '127.0.0.1', port: 0 });
tellLine({ port: listener.addr.port });
for await (const conn of listener) attend(acceptStream(fromDenoConn(conn), options), tellLine);
