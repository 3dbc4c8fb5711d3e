// STOMP servers are brokers in other languages: this one knows CONNECT, SUBSCRIBE, SEND and DISCONNECT of STOMP 1.2.

import assert from 'node:assert/strict';
import { Client } from '@stomp/stompjs';
import { deferred, overEachWay, serveSockets } from './support.mjs';

const serve = (server) => {
  const handleProtocols = () => 'v12.stomp';
  const speak = (socket) => {
    const subscriptions = new Map();
    socket.on('message', (data) => {
      const text = data.toString();
      if (text.trim() === '') return;
      const [head, body] = text.replace(/\0\s*$/, '').split(/\r?\n\r?\n/);
      const [command, ...lines] = head.split(/\r?\n/);
      const headers = Object.fromEntries(lines.map((line) => line.split(/:(.*)/s).slice(0, 2)));
      if (command === 'CONNECT') socket.send('CONNECTED\nversion:1.2\nheart-beat:0,0\n\n\0');
      if (command === 'SUBSCRIBE') subscriptions.set(headers.destination, headers.id);
      if (command === 'SEND') {
        const id = subscriptions.get(headers.destination);
        const fields = `subscription:${id}\nmessage-id:1\ndestination:${headers.destination}`;
        socket.send(`MESSAGE\n${fields}\n\n${body}\0`);
      }
      if (headers.receipt) socket.send(`RECEIPT\nreceipt-id:${headers.receipt}\n\n\0`);
    });
  };
  const sockets = serveSockets(server, speak, { handleProtocols });
  return { stop: () => sockets.close() };
};

overEachWay('@stomp/stompjs', serve, async ({ WebSocket, host }) => {
  const received = deferred();
  const client = new Client({
    webSocketFactory: () => new WebSocket(`ws://${host}/stomp`, ['v12.stomp']),
    reconnectDelay: 0,
    onConnect: () => {
      client.subscribe('/topic/news', ({ body }) => received.resolve(body));
      client.publish({ destination: '/topic/news', body: 'hello' });
    },
    onStompError: ({ headers }) => received.reject(new Error(headers.message)),
    onWebSocketError: ({ error }) => received.reject(error),
  });
  client.activate();
  assert.equal(await received.promise, 'hello');
  await client.deactivate();
});
