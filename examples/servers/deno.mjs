// Rooms on Deno's own sockets, without an HTTP server: deno run --allow-net --allow-env examples/servers/deno.mjs

import { fromDenoConn } from 'sansocket/adapters';
import { acceptStream, broadcast, closeAll } from 'sansocket/server';

const sessions = new Map([['7f3a', 'ann']]);
const rooms = new Map([['lobby', new Set()]]);

const listener = Deno.listen({ hostname: '127.0.0.1', port: Number(Deno.env.get('PORT') ?? 8080) });
console.log(`http://127.0.0.1:${listener.addr.port}/`);

Deno.addSignalListener('SIGTERM', async () => {
  listener.close();
  await closeAll(
    [...rooms.values()].flatMap((room) => [...room]),
    { timeout: 5000 },
  );
  Deno.exit();
});

for await (const conn of listener) {
  let room;
  let user;
  const peer = acceptStream(fromDenoConn(conn), {
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
