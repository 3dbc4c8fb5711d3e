import assert from 'node:assert/strict';
import { Client } from '@stomp/stompjs';
import StompServer from 'stomp-broker-js';
import { deferred, overEachWay } from './support.mjs';

const serve = (server) => {
  const broker = new StompServer({ server, path: '/stomp', heartbeat: [0, 0] });
  return { stop: () => broker.socket.close() };
};

overEachWay('@stomp/stompjs', serve, async ({ WebSocket, host }) => {
  const received = deferred();
  const clients = [];
  const connected = async (onConnect) => {
    const { promise, resolve } = deferred();
    const client = new Client({
      webSocketFactory: () => new WebSocket(`ws://${host}/stomp`, ['v12.stomp']),
      reconnectDelay: 0,
      onConnect: () => resolve(onConnect?.(client)),
      onStompError: ({ headers }) => received.reject(new Error(headers.message)),
      onWebSocketError: ({ error }) => received.reject(error),
    });
    client.activate();
    clients.push(client);
    await promise;
    return client;
  };
  // The broker sends a message to everybody but who sent it.
  await connected((client) => client.subscribe('/topic/news', ({ body }) => received.resolve(body)));
  const writer = await connected();
  writer.publish({ destination: '/topic/news', body: 'hello' });
  assert.equal(await received.promise, 'hello');
  await Promise.all(clients.map((client) => client.deactivate()));
});
