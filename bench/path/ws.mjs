import { WebSocketServer } from 'ws';
import { COMPRESSION } from './compression.mjs';
import { httpServer, report, variant } from './server.mjs';

const server = httpServer();
const { level, threshold } = COMPRESSION;
const perMessageDeflate = variant === 'deflate' && { threshold, zlibDeflateOptions: { level } };
const sockets = new WebSocketServer({ server, perMessageDeflate });
sockets.on('connection', (socket) => {
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
});
report(server);
