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

let count = 0;
let open = 0;
for (let i = 0; i < connections; i += 1) {
  const socket = connect(port, '127.0.0.1', () => socket.write(request));
  socket.setNoDelay(true);
  socket.once('data', () => {
    open += 1;
    let bytes = 0;
    socket.on('data', (chunk) => {
      bytes += chunk.length;
      const done = Math.floor(bytes / frameSize(size));
      bytes -= done * frameSize(size);
      count += done;
      if (done > 0) socket.write(messages.subarray(0, done * message.length));
    });
    socket.write(messages);
    if (open === connections) process.send('ready');
  });
}
process.on('message', () => process.send(count));
