// A WebSocket server over node:net that sends every message back: echo-server.mjs [SETTINGS]. The settings are those of
// permessage-deflate, as JSON.

import { createServer } from 'node:net';
import { ServerHandshake } from 'sansocket';
import { CLOSE_TIMEOUT, LIMITS, write } from './socket.mjs';

const perMessageDeflate = JSON.parse(process.argv[2] ?? 'false');

const server = createServer({ allowHalfOpen: true }, (socket) => {
  const options = { origins: 'any', protocols: ['echo'], perMessageDeflate, connection: LIMITS };
  const handshake = new ServerHandshake(options);
  socket.on('error', (error) => console.log(error.message));
  socket.on('data', (chunk) => {
    handshake.receiveData(chunk);
    react(socket, handshake);
  });
  socket.on('end', () => {
    handshake.receiveEof();
    react(socket, handshake);
  });
});
server.listen(0, '127.0.0.1', () => console.log(`listening on ws://127.0.0.1:${server.address().port}/`));

function react(socket, handshake) {
  if (handshake.request !== undefined && handshake.state === 'connecting') {
    if (handshake.request.path === '/') handshake.accept();
    else handshake.reject(404, { headers: { 'Content-Type': 'text/plain' }, body: 'Only / is served here.\n' });
  }
  write(socket, handshake);
  if (handshake.state === 'closed') {
    if (handshake.error !== undefined) console.log(`refused: ${handshake.error.message}`);
    socket.end();
  }
  if (handshake.connection !== undefined) serve(socket, handshake.connection);
}

function serve(socket, connection) {
  for (const event of connection.events()) {
    if (event.type === 'text') connection.sendText(event.data);
    else if (event.type === 'binary') connection.sendBinary(event.data);
    else if (event.type === 'close') console.log(`closed by the client: ${event.code} ${JSON.stringify(event.reason)}`);
    else if (event.type === 'error') console.log(`failed: ${event.error.message}`);
  }
  write(socket, connection);
  if (connection.writeEnded) socket.end();
  if (connection.closeExpected) socket.setTimeout(CLOSE_TIMEOUT, () => socket.destroy());
}
