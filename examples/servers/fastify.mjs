// Rooms on Fastify, whose routes and hooks see requests for a WebSocket as any other: node examples/servers/fastify.mjs

import { ServerResponse } from 'node:http';
import fastify from 'fastify';
import { acceptUpgrade, broadcast, closeAll } from 'sansocket/server';

const sessions = new Map([['7f3a', 'ann']]);
const rooms = new Map([['lobby', new Set()]]);

const app = fastify();

app.decorateRequest('user');

const authenticate = async (request, reply) => {
  request.user = sessions.get(/(?:^|; )session=(\w+)/.exec(request.headers.cookie)?.[1]);
  if (request.user === undefined) return reply.code(401).send('Log in first.\n');
};

app.get('/', async () => 'There are rooms at /rooms/.\n');

app.get('/rooms/:room', { onRequest: authenticate }, (request, reply) => {
  const room = rooms.get(request.params.room);
  if (room === undefined) return reply.callNotFound();
  const { accept } = request.raw;
  if (accept === undefined) return reply.code(426).header('Upgrade', 'websocket').send('Come by WebSocket.\n');
  reply.hijack();
  const peer = accept({
    origins: ['https://app.example'],
    protocols: ['chat'],
    limits: { maxMessageSize: 64 << 10 },
    pingInterval: 30_000,
  });
  peer.onopen = () => room.add(peer);
  peer.onclose = () => room.delete(peer);
  peer.onmessage = ({ data }) => broadcast(room, `${request.user}: ${data}`);
});

app.server.on('upgrade', (request, socket, head) => {
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
  app.routing(request, response);
});

app.addHook('preClose', () =>
  closeAll(
    [...rooms.values()].flatMap((room) => [...room]),
    { timeout: 5000 },
  ),
);
process.on('SIGTERM', () => app.close());

await app.listen({ port: process.env.PORT ?? 8080, host: '127.0.0.1' });
console.log(`http://127.0.0.1:${app.server.address().port}/`);
