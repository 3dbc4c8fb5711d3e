import { acceptUpgrade } from 'sansocket/server';
import { COMPRESSION } from './compression.mjs';
import { httpServer, report, variant } from './server.mjs';

const server = httpServer();
const perMessageDeflate = variant === 'deflate' && COMPRESSION;
server.on('upgrade', (request, socket, head) => {
  const peer = acceptUpgrade(request, socket, head, { origins: 'any', perMessageDeflate });
  peer.onmessage = ({ data }) => peer.send(data);
});
report(server);
