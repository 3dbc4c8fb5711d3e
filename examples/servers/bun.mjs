// Rooms on Bun's own sockets, without an HTTP server: bun examples/servers/bun.mjs

import { bunSocketHandlers } from 'sansocket/adapters';
import { acceptStream, broadcast, closeAll } from 'sansocket/server';

const sessions = new Map([['7f3a', 'ann']]);
const rooms = new Map([['lobby', new Set()]]);

function accept(transport) {
  let room;
  let user;
  const peer = acceptStream(transport, {
    origins: ['https://app.example'],
    protocols: ['chat'],
    limits: { maxMessageSize: 64 << 10 },
    pingInterval: 30_000,
    // Everything that is decided on a request, its path included.
    authenticate({ path, headers }) {
      room = rooms.get(/^\/rooms\/(\w+)$/.exec(path)?.[1]);
      if (room === undefined) return { status: 404, body: 'There is no such room.\n' };
      const cookie = new Headers(headers).get('cookie');
      user = sessions.get(/(?:^|; )session=(\w+)/.exec(cookie)?.[1]);
      if (user === undefined) return { status: 401, body: 'Log in first.\n' };
    },
  });
  peer.onopen = () => room.add(peer);
  peer.onclose = () => room?.delete(peer);
  peer.onmessage = ({ data }) => broadcast(room, `${user}: ${data}`);
}

const listener = Bun.listen({
  hostname: '127.0.0.1',
  port: Number(process.env.PORT ?? 8080),
  allowHalfOpen: true,
  socket: bunSocketHandlers(accept),
});
console.log(`http://127.0.0.1:${listener.port}/`);

process.on('SIGTERM', async () => {
  listener.stop();
  await closeAll(
    [...rooms.values()].flatMap((room) => [...room]),
    { timeout: 5000 },
  );
  process.exit();
});
