// The codec by itself, over sockets of node:net.

import { connect, createServer } from 'node:net';
import { ClientHandshake, ServerHandshake } from 'sansocket';
import { CLOSE_TIMEOUT, limits, perMessageDeflate } from './settings.mjs';

const options = { perMessageDeflate, connection: limits };

export function listen(agent, connected) {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const handshake = new ServerHandshake({ origins: 'any', ...options });
    drive(socket, handshake, { decide: () => handshake.accept({ headers: { server: agent } }) });
    connected();
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server.address().port)));
}

export function visitor(port) {
  return (path, receive) => {
    const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
    drive(socket, new ClientHandshake({ host: `127.0.0.1:${port}`, path, ...options }), { receive });
    return new Promise((resolve) => socket.on('close', resolve));
  };
}

/** Moves bytes between a socket and a handshake with its connection, and sends messages back. */
function drive(socket, handshake, { decide, receive }) {
  const write = (source) => {
    for (const bytes of source.dataToSend()) socket.write(bytes);
  };
  const pump = () => {
    if (handshake.request !== undefined && handshake.state === 'connecting') decide();
    write(handshake);
    if (handshake.state === 'closed') socket.end();
    const { connection } = handshake;
    if (connection === undefined) return;
    for (const event of connection.events()) {
      if (event.type === 'text') (receive ?? ((text) => connection.sendText(text)))(event.data);
      else if (event.type === 'binary') connection.sendBinary(event.data);
    }
    write(connection);
    if (connection.writeEnded) socket.end();
    if (connection.closeExpected) socket.setTimeout(CLOSE_TIMEOUT, () => socket.destroy());
  };
  socket.setNoDelay(true);
  socket.on('data', (chunk) => {
    handshake.receiveData(chunk);
    pump();
  });
  socket.on('end', () => {
    handshake.receiveEof();
    pump();
  });
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    handshake.connection?.free();
    handshake.free();
  });
  pump();
}
