import { createServer } from 'node:http';
import { acceptUpgrade } from 'sansocket/server';
import { report } from './report.mjs';

const server = createServer();
server.on('upgrade', (request, socket, head) => {
  const peer = acceptUpgrade(request, socket, head, { origins: 'any' });
  peer.onmessage = ({ data }) => peer.send(data);
});
report(server);
