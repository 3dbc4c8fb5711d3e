// A WebSocket client over node:net that sends every message back, frame by frame:
// echo-client.mjs HOST:PORT [PATH [SETTINGS]]. The settings are those of permessage-deflate, as JSON.

import { connect } from 'node:net';
import { ClientHandshake } from 'sansocket';
import { CLOSE_TIMEOUT, LIMITS, write } from './socket.mjs';

const [host, path = '/', settings = 'false'] = process.argv.slice(2);
const { hostname, port } = new URL(`ws://${host}`);
const perMessageDeflate = JSON.parse(settings);
const connection = { ...LIMITS, deliver: 'fragments' };
const handshake = new ClientHandshake({ host, path, perMessageDeflate, connection });

const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
socket.setTimeout(CLOSE_TIMEOUT, () => socket.destroy(new Error('nothing came')));
write(socket, handshake);
socket.on('data', (chunk) => {
  handshake.receiveData(chunk);
  react();
});
socket.on('end', () => {
  handshake.receiveEof();
  react();
});
socket.on('error', (error) => {
  console.log(error.message);
  process.exitCode = 1;
});

function react() {
  if (handshake.connection !== undefined) converse(handshake.connection);
  else if (handshake.state === 'closed' && handshake.response?.bodyComplete !== false) {
    const { status, body } = handshake.response ?? {};
    if (status !== undefined) console.log(`refused with ${status}: ${new TextDecoder().decode(body)}`);
    process.exitCode = 1;
    socket.destroy();
  }
}

function converse(connection) {
  for (const event of connection.events()) {
    if (event.type === 'fragment') sendBack(connection, event);
    else if (event.type === 'close') console.log(`closed by the server: ${event.code} ${JSON.stringify(event.reason)}`);
    else if (event.type === 'error') console.log(`failed: ${event.error.message}`);
  }
  write(socket, connection);
  if (connection.writeEnded) socket.end();
}

function sendBack(connection, { kind, data, first, last }) {
  if (first && kind === 'binary') return connection.sendBinary(data, { fin: last });
  // A frame of a text may be cut inside a code point; a string may not.
  if (first) connection.sendText('', { fin: false });
  return connection.sendContinuation(data, { fin: last });
}
