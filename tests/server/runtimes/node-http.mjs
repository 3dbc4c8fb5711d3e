// For every runtime that has Node's modules: a server on the upgrades of `node:http`.

import { createServer } from 'node:http';
import { acceptUpgrade } from 'sansocket/server';
import { attend, options, tellLine } from './peer.mjs';

const server = createServer();
server.on('upgrade', (request, socket, head) => attend(acceptUpgrade(request, socket, head, options), tellLine));
server.listen(0, '127.0.0.1', () => tellLine({ port: server.address().port }));
