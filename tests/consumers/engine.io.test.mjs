import assert from 'node:assert/strict';
import { once } from 'node:events';
import { attach } from 'engine.io';
import { Socket, WebSocket as WebSocketTransport } from 'engine.io-client';
import { overEachWay } from './support.mjs';

const serve = (server) => {
  const engine = attach(server, { transports: ['websocket'] });
  engine.on('connection', (socket) => socket.on('message', (data) => socket.send(data)));
  return { stop: () => engine.close() };
};

overEachWay('engine.io-client', serve, async ({ WebSocket, host }) => {
  /** The transport of browsers, which takes whatever class it finds: here it is told. */
  class Transport extends WebSocketTransport {
    createSocket(uri, protocols) {
      const socket = new WebSocket(uri, protocols);
      // Outside browsers the client asks for Node's buffers, which is no type of the platform: it is ignored.
      socket.binaryType = 'arraybuffer';
      return socket;
    }
  }
  const socket = new Socket(`ws://${host}`, { transports: [Transport] });
  socket.binaryType = 'arraybuffer';
  await once(socket, 'open');
  const text = once(socket, 'message');
  socket.send('hello');
  assert.deepEqual(await text, ['hello']);
  const binary = once(socket, 'message');
  socket.send(Uint8Array.of(1, 2, 3));
  assert.deepEqual(new Uint8Array((await binary)[0]), Uint8Array.of(1, 2, 3));
  const closed = once(socket, 'close');
  socket.close();
  await closed;
});
