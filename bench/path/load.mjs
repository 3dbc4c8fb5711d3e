// The load: keeps so many messages in flight on each connection, counts what comes back, and looks at nothing.

import { connect } from 'node:net';
import { encodeFrame } from 'sansocket';
import { frameSize } from './sizes.mjs';

const [port, size, window, connections] = process.argv.slice(2, 6).map(Number);
const message = encodeFrame({ opcode: 1, payload: 'a'.repeat(size), masked: true });
const messages = Buffer.concat(Array.from({ length: window }, () => message));
const request = [
  'GET / HTTP/1.1',
  'Host: 127.0.0.1',
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  '\r\n',
].join('\r\n');

const sockets = [];
let count = 0;
let going = false;
for (let i = 0; i < connections; i += 1) {
  const socket = connect(port, '127.0.0.1', () => socket.write(request));
  socket.setNoDelay(true);
  socket.once('data', () => {
    let bytes = 0;
    socket.on('data', (chunk) => {
      bytes += chunk.length;
      const done = Math.floor(bytes / frameSize(size));
      bytes -= done * frameSize(size);
      count += done;
      if (done > 0 && going) socket.write(messages.subarray(0, done * message.length));
    });
    sockets.push(socket);
    if (sockets.length === connections) process.send('ready');
  });
}

process.on('message', async (order) => {
  if (order === 'go') {
    going = true;
    for (const socket of sockets) socket.write(messages);
  }
  if (order === 'stop') {
    going = false;
    // What is in flight comes back.
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  process.send(count);
});
