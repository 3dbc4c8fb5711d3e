import assert from 'node:assert/strict';
import { WebSocket as ReconnectingWebSocket } from 'partysocket';
import { deferred, overEachWay, serveSockets } from './support.mjs';

const echo = (server) => {
  const sockets = serveSockets(server, (socket) => socket.on('message', (data) => socket.send(`got ${data}`)));
  return { stop: () => sockets.close() };
};

overEachWay('partysocket', echo, async ({ WebSocket, host }) => {
  const socket = new ReconnectingWebSocket(`ws://${host}/`, 'mine', { WebSocket, maxRetries: 0 });
  const message = deferred();
  socket.addEventListener('open', () => socket.send('hello'));
  socket.addEventListener('message', ({ data }) => message.resolve(data));
  socket.addEventListener('error', ({ error }) => message.reject(error));
  assert.equal(await message.promise, 'got hello');
  assert.equal(socket.protocol, 'mine');
  const closed = deferred();
  socket.addEventListener('close', closed.resolve);
  socket.close(4000, 'enough');
  assert.equal((await closed.promise).code, 4000);
});

/** Loses the first two connections, in different ways. */
const unsteady = (server) => {
  let count = 0;
  const sockets = serveSockets(server, (socket) => {
    count += 1;
    if (count === 1) socket.terminate();
    else if (count === 2) socket.close(1012, 'restart');
    else socket.on('message', (data) => socket.send(`connection ${count} got ${data}`));
  });
  return { stop: () => sockets.close() };
};

overEachWay('partysocket reconnects', unsteady, async ({ WebSocket, host }) => {
  const options = { WebSocket, minReconnectionDelay: 1, maxReconnectionDelay: 10, minUptime: 1 };
  const socket = new ReconnectingWebSocket(`ws://${host}/`, [], options);
  const message = deferred();
  // What is sent while there is no connection waits in partysocket.
  socket.addEventListener('message', ({ data }) => message.resolve(data));
  socket.addEventListener('open', () => socket.send('hello'));
  assert.equal(await message.promise, 'connection 3 got hello');
  socket.close();
});
