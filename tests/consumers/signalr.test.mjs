// SignalR's server is .NET: this one does the handshake of its JSON protocol and answers invocations.

import assert from 'node:assert/strict';
import signalr from '@microsoft/signalr';
import { overEachWay, serveSockets } from './support.mjs';

const { HttpTransportType, HubConnectionBuilder, LogLevel } = signalr;
const SEPARATOR = '\x1e';

const serve = (server) => {
  const sockets = serveSockets(server, (socket) => {
    const send = (object) => socket.send(JSON.stringify(object) + SEPARATOR);
    socket.on('message', (data) => {
      for (const text of data.toString().split(SEPARATOR).filter(Boolean)) {
        const { protocol, type, invocationId, target, arguments: [argument] = [] } = JSON.parse(text);
        if (protocol) send({});
        if (type === 1 && target === 'echo') {
          send({ type: 1, target: 'heard', arguments: [argument] });
          send({ type: 3, invocationId, result: argument.toUpperCase() });
        }
      }
    });
  });
  return { stop: () => sockets.close() };
};

overEachWay('@microsoft/signalr', serve, async ({ WebSocket, host }) => {
  const connection = new HubConnectionBuilder()
    .withUrl(`http://${host}/hub`, {
      skipNegotiation: true,
      transport: HttpTransportType.WebSockets,
      WebSocket,
    })
    .configureLogging(LogLevel.None)
    .build();
  const heard = new Promise((resolve) => connection.on('heard', resolve));
  await connection.start();
  assert.equal(await connection.invoke('echo', 'hello'), 'HELLO');
  assert.equal(await heard, 'hello');
  await connection.stop();
});
