import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import { report } from './report.mjs';

const server = createServer();
const sockets = new WebSocketServer({ server, perMessageDeflate: false });
sockets.on('connection', (socket) => {
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
});
report(server);
