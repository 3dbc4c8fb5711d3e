// Rooms on Express, whose routes and middleware see requests for a WebSocket as any other: node examples/servers/express.mjs

import { createServer, ServerResponse } from 'node:http';
import express from 'express';
import { acceptUpgrade, broadcast, closeAll } from 'sansocket/server';

const sessions = new Map([['7f3a', 'ann']]);
const rooms = new Map([['lobby', new Set()]]);

const app = express();

app.use((request, response, next) => {
  response.locals.user = sessions.get(/(?:^|; )session=(\w+)/.exec(request.headers.cookie)?.[1]);
  if (response.locals.user === undefined && request.path !== '/') response.status(401).send('Log in first.\n');
  else next();
});

app.get('/', (_request, response) => response.send('There are rooms at /rooms/.\n'));

app.get('/rooms/:room', (request, response, next) => {
  const room = rooms.get(request.params.room);
  if (room === undefined) return next();
  if (request.accept === undefined)
    return response.status(426).set('Upgrade', 'websocket').send('Come by WebSocket.\n');
  const peer = request.accept({
    origins: ['https://app.example'],
    protocols: ['chat'],
    limits: { maxMessageSize: 64 << 10 },
    pingInterval: 30_000,
  });
  peer.onopen = () => room.add(peer);
  peer.onclose = () => room.delete(peer);
  peer.onmessage = ({ data }) => broadcast(room, `${response.locals.user}: ${data}`);
});

const server = createServer(app);

server.on('upgrade', (request, socket, head) => {
  // Until a route takes the socket, it has a response as every request: what is refused goes out as usual.
  socket.on('error', () => {});
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  response.on('finish', () => socket.destroySoon());
  request.accept = (options) => {
    response.detachSocket(socket);
    return acceptUpgrade(request, socket, head, options);
  };
  app(request, response);
});

server.listen(process.env.PORT ?? 8080, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}/`);
});

process.on('SIGTERM', async () => {
  server.close();
  await closeAll(
    [...rooms.values()].flatMap((room) => [...room]),
    { timeout: 5000 },
  );
});
