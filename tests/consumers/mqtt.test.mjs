import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Aedes } from 'aedes';
import mqtt from 'mqtt';
import { createWebSocketStream } from 'ws';
import { overEachWay, serveSockets } from './support.mjs';

async function serve(server) {
  const broker = await Aedes.createBroker();
  const handleProtocols = () => 'mqtt';
  const sockets = serveSockets(server, (socket) => broker.handle(createWebSocketStream(socket)), { handleProtocols });
  return {
    stop: () => {
      sockets.close();
      return new Promise((resolve) => broker.close(resolve));
    },
  };
}

overEachWay(
  'MQTT.js',
  serve,
  async ({ WebSocket, host }) => {
    const client = mqtt.connect(`ws://${host}/mqtt`, {
      forceNativeWebSocket: true,
      reconnectPeriod: 0,
      createWebsocket: (url, protocols) => new WebSocket(url, protocols),
    });
    await once(client, 'connect');
    await client.subscribeAsync('news/+');
    const received = once(client, 'message');
    // More than the 512 KiB above which it waits for bufferedAmount to fall.
    const large = 'x'.repeat(1 << 20);
    await client.publishAsync('news/today', large, { qos: 1 });
    const [topic, payload] = await received;
    assert.equal(topic, 'news/today');
    assert.equal(payload.toString(), large);
    await client.endAsync();
  },
  // A DISCONNECT ends the connection of MQTT: aedes cuts the stream below, whether the closing handshake is done or not.
  { losses: [0, 1] },
);
