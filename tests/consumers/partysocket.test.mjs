import assert from 'node:assert/strict';
import { WebSocket as ReconnectingWebSocket } from 'partysocket';
import { deferred, overEachWay, serveSockets } from './support.mjs';

/** Sends back, and tells how connections ended. */
const echo = (server) => {
  const closed = deferred();
  const sockets = serveSockets(server, (socket) => {
    socket.on('message', (data) => socket.send(`got ${data}`));
    socket.on('close', (code, reason) => closed.resolve([code, reason.toString()]));
  });
  return { stop: () => sockets.close(), closed: closed.promise };
};

overEachWay('partysocket', echo, async ({ WebSocket, host, service }) => {
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
  // It tells of its own close at once, whatever the peer says: what counts is what has reached the server.
  assert.equal((await closed.promise).code, 4000);
  assert.deepEqual(await service.closed, [4000, 'enough']);
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
  return { stop: () => sockets.close(), count: () => count };
};

const turn = () => new Promise((resolve) => setImmediate(resolve));

overEachWay(
  'partysocket reconnects',
  unsteady,
  async ({ WebSocket, host, service, t }) => {
    // The library waits by timers: here they stand still until they are told.
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const socket = new ReconnectingWebSocket(`ws://${host}/`, [], {
      WebSocket,
      minReconnectionDelay: 1000,
      reconnectionDelayGrowFactor: 3,
      maxReconnectionDelay: 60_000,
      minUptime: 600_000,
      connectionTimeout: 600_000,
    });
    const message = deferred();
    socket.addEventListener('message', ({ data }) => message.resolve(data));
    socket.addEventListener('open', () => socket.send('hello'));
    t.mock.timers.tick(0);
    while (service.count() < 1) await turn();
    for (const [connections, delay] of [
      [1, 1000],
      [2, 3000],
    ]) {
      for (let waited = 0; ; waited += 100) {
        for (let turns = 0; turns < 20; turns += 1) await turn();
        if (service.count() > connections) {
          assert.ok(waited >= delay, `it came again after ${waited} ms`);
          break;
        }
        t.mock.timers.tick(100);
      }
    }
    assert.equal(await message.promise, 'connection 3 got hello');
    socket.close(1000, 'done');
  },
  { losses: [1] },
);
