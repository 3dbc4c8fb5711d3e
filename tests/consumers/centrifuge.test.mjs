// There is no server of Centrifugo on npm: this one answers what the client asks, in the JSON protocol.

import assert from 'node:assert/strict';
import { Centrifuge } from 'centrifuge';
import { deferred, overEachWay, serveSockets } from './support.mjs';

const serve = (server) => {
  const sockets = serveSockets(server, (socket) => {
    const reply = (object) => socket.send(JSON.stringify(object));
    socket.on('message', (data) => {
      for (const line of data.toString().split('\n').filter(Boolean)) {
        const { id, connect, subscribe, publish } = JSON.parse(line);
        if (connect) reply({ id, connect: { client: 'c1', version: 'test' } });
        if (subscribe) reply({ id, subscribe: {} });
        if (publish) {
          reply({ id, publish: {} });
          reply({ push: { channel: publish.channel, pub: { data: publish.data } } });
        }
      }
    });
  });
  return { stop: () => sockets.close() };
};

overEachWay('centrifuge', serve, async ({ WebSocket, host }) => {
  const client = new Centrifuge(`ws://${host}/connection/websocket`, { websocket: WebSocket });
  const subscription = client.newSubscription('news');
  const published = deferred();
  subscription.on('publication', ({ data }) => published.resolve(data));
  subscription.on('subscribed', () => subscription.publish({ text: 'hello' }));
  client.on('error', ({ error }) => published.reject(new Error(error.message)));
  subscription.subscribe();
  client.connect();
  assert.deepEqual(await published.promise, { text: 'hello' });
  client.disconnect();
});
