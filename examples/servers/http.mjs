// Rooms on Node's own `http`: node examples/servers/http.mjs

import { createServer } from 'node:http';
import { acceptUpgrade, broadcast, closeAll, refuseUpgrade } from 'sansocket/server';

/** Who is logged in, by the cookie `session`. */
const sessions = new Map([['7f3a', 'ann']]);
/** The sockets in each room. */
const rooms = new Map([['lobby', new Set()]]);

const server = createServer((_request, response) => response.end('There are rooms at /rooms/.\n'));

server.on('upgrade', (request, socket, head) => {
  const refuse = (status, body) => refuseUpgrade(request, socket, head, { status, body });
  const room = rooms.get(/^\/rooms\/(\w+)$/.exec(request.url)?.[1]);
  if (room === undefined) return refuse(404, 'There is no such room.\n');
  const user = sessions.get(/(?:^|; )session=(\w+)/.exec(request.headers.cookie)?.[1]);
  if (user === undefined) return refuse(401, 'Log in first.\n');

  const peer = acceptUpgrade(request, socket, head, {
    origins: ['https://app.example'],
    protocols: ['chat'],
    perMessageDeflate: { serverNoContextTakeover: true },
    limits: { maxMessageSize: 64 << 10 },
    pingInterval: 30_000,
  });
  peer.onopen = () => room.add(peer);
  peer.onclose = () => room.delete(peer);
  peer.onmessage = ({ data }) => broadcast(room, `${user}: ${data}`);
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
