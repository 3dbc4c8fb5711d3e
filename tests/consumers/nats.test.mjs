// The NATS server is Go: this one knows INFO, CONNECT, PING, SUB, PUB and MSG.

import assert from 'node:assert/strict';
import { connect, StringCodec } from 'nats.ws';
import { overEachWay, serveSockets } from './support.mjs';

const serve = (server) => {
  const sockets = serveSockets(server, (socket) => {
    const send = (text) => socket.send(Buffer.from(text));
    const subscriptions = new Map();
    let pending = '';
    send('INFO {"server_id":"x","version":"2.10.0","proto":1,"headers":true,"max_payload":1048576}\r\n');
    socket.on('message', (data) => {
      pending += data.toString('latin1');
      for (;;) {
        const end = pending.indexOf('\r\n');
        if (end < 0) return;
        const [command, subject, ...rest] = pending.slice(0, end).split(' ');
        if (command === 'PUB') {
          const size = Number(rest.at(-1));
          if (pending.length < end + 2 + size + 2) return;
          const payload = pending.slice(end + 2, end + 2 + size);
          pending = pending.slice(end + 2 + size + 2);
          const id = subscriptions.get(subject);
          if (id !== undefined) send(`MSG ${subject} ${id} ${size}\r\n${payload}\r\n`);
          continue;
        }
        pending = pending.slice(end + 2);
        if (command === 'PING') send('PONG\r\n');
        if (command === 'SUB') subscriptions.set(subject, rest.at(-1));
      }
    });
  });
  return { stop: () => sockets.close() };
};

overEachWay('nats.ws', serve, async ({ WebSocket, host }) => {
  const connection = await connect({
    servers: `ws://${host}`,
    reconnect: false,
    wsFactory: async (url) => ({ socket: new WebSocket(url), encrypted: false }),
  });
  const codec = StringCodec();
  const subscription = connection.subscribe('news', { max: 2 });
  connection.publish('news', codec.encode('one'));
  connection.publish('news', codec.encode('two'));
  const received = [];
  for await (const message of subscription) received.push(codec.decode(message.data));
  assert.deepEqual(received, ['one', 'two']);
  await connection.close();
});
