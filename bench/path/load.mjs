// The load: keeps so many messages in flight on each connection, counts what comes back, and looks at nothing else.

import { connect } from 'node:net';
import { connect as connectSecurely } from 'node:tls';
import { Connection } from 'sansocket';
import { messages as texts } from '../lib/messages.mjs';
import { FrameCounter } from './frames.mjs';

const [, , variant, ...numbers] = process.argv;
const [port, size, window, connections] = numbers.map(Number);
const deflate = variant === 'deflate';

/** The message as a frame. Compressed, it refers to none before it: the same bytes can be sent again and again. */
const message = (() => {
  const perMessageDeflate = deflate && { clientNoContextTakeover: true, level: 6, threshold: 0 };
  const client = new Connection({ role: 'client', perMessageDeflate });
  client.sendText(new TextDecoder().decode(texts(size, 1)[0]));
  return Buffer.concat(client.dataToSend());
})();
const messages = Buffer.concat(Array.from({ length: window }, () => message));
const request = [
  'GET / HTTP/1.1',
  'Host: 127.0.0.1',
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  ...(deflate ? ['Sec-WebSocket-Extensions: permessage-deflate'] : []),
  '\r\n',
].join('\r\n');

const sockets = [];
let count = 0;
let going = false;

function open() {
  const start = () => socket.write(request);
  const socket =
    variant === 'tls'
      ? connectSecurely({ port, host: '127.0.0.1', rejectUnauthorized: false }, start)
      : connect(port, '127.0.0.1', start);
  socket.setNoDelay(true);
  socket.once('data', (head) => {
    if (deflate && !/\r\nsec-websocket-extensions: permessage-deflate/i.test(head.toString('latin1')))
      throw new Error('the server does not compress');
    const frames = new FrameCounter();
    socket.on('data', (chunk) => {
      const done = frames.count(chunk);
      count += done;
      if (done > 0 && going) socket.write(messages.subarray(0, done * message.length));
    });
    sockets.push(socket);
    if (sockets.length === connections) process.send('ready');
    // One after the other: more would not fit the backlog of the server.
    else open();
  });
}
open();

process.on('message', async (order) => {
  if (order === 'go') {
    going = true;
    for (const socket of sockets) socket.write(messages);
  }
  if (order === 'once') {
    for (const socket of sockets) socket.write(message);
    while (count < connections) await new Promise((resolve) => setTimeout(resolve, 20));
  }
  if (order === 'stop') {
    going = false;
    // What is in flight comes back: the next server is to have the machine for itself.
    for (let before = -1; before !== count; ) {
      before = count;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  process.send(count);
});

process.on('disconnect', () => process.exit());
