// Phoenix's server is Elixir: this one joins channels and repeats what is pushed, in version 2 of its serializer.

import assert from 'node:assert/strict';
import { Socket } from 'phoenix';
import { deferred, overEachWay, serveSockets } from './support.mjs';

const serve = (server) => {
  const sockets = serveSockets(server, (socket) => {
    socket.on('message', (data) => {
      const [joinRef, ref, topic, event, payload] = JSON.parse(data);
      const response = event === 'phx_join' ? {} : payload;
      socket.send(JSON.stringify([joinRef, ref, topic, 'phx_reply', { status: 'ok', response }]));
    });
  });
  return { stop: () => sockets.close() };
};

overEachWay('phoenix', serve, async ({ WebSocket, host }) => {
  const socket = new Socket(`ws://${host}/socket`, { transport: WebSocket });
  const answered = deferred();
  socket.onError((error) => answered.reject(error));
  socket.connect();
  const channel = socket.channel('room:lobby');
  const rejected = ({ reason }) => answered.reject(new Error(reason));
  channel.join().receive('error', rejected);
  channel.push('shout', { text: 'hello' }).receive('ok', answered.resolve).receive('error', rejected);
  assert.deepEqual(await answered.promise, { text: 'hello' });
  await new Promise((resolve) => socket.disconnect(resolve));
});
