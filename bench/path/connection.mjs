// This package without its classes: a `Connection` on the socket, as docs/driving.md shows it.

import { acceptKey, Connection } from 'sansocket';
import { httpServer, report } from './server.mjs';

const server = httpServer();
server.on('upgrade', ({ headers }, socket) => {
  const head = [
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${acceptKey(headers['sec-websocket-key'])}`,
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  const connection = new Connection({ role: 'server' });
  socket.on('close', () => connection.free());
  socket.on('data', (chunk) => {
    connection.receiveData(chunk);
    for (const event of connection.events()) {
      if (event.type === 'text') connection.sendText(event.data);
    }
    for (const bytes of connection.dataToSend({ pooled: true })) socket.write(bytes);
  });
});
report(server);
