// A forward proxy that knows CONNECT and nothing else.

import { connect, createServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { identity, listening } from './servers.mjs';

/**
 * Starts a proxy; `requests` are the heads that it got. Instead of opening the tunnel it does what `answer(socket, head)`
 * says. Wherever it is asked to connect to, it goes to `to`, a port of loopback, if that is given.
 */
export async function proxyServer(
  t,
  { tls = false, answer, to, established = 'HTTP/1.1 200 Connection established' } = {},
) {
  const requests = [];
  const onSocket = (socket) => {
    let received = '';
    socket.on('end', () => {
      if (!received.includes('\r\n\r\n')) socket.end();
    });
    socket.on('data', function onData(chunk) {
      received += chunk.toString('latin1');
      if (!received.includes('\r\n\r\n')) return;
      socket.off('data', onData);
      requests.push(received);
      if (answer) {
        answer(socket, received);
        socket.on('end', () => socket.end()).resume();
      } else tunnel(socket, to ?? Number(/^CONNECT \S+:(\d+) /.exec(received)[1]), established);
    });
  };
  const server = tls ? createTlsServer(identity('server'), onSocket) : createServer({ allowHalfOpen: true }, onSocket);
  return { ...(await listening(t, server)), requests };
}

function tunnel(socket, port, established) {
  const server = connect({ port, host: '127.0.0.1', allowHalfOpen: true }, () => {
    socket.write(`${established}\r\n\r\n`);
    socket.pipe(server);
    server.pipe(socket);
  });
  const end = () => {
    socket.destroy();
    server.destroy();
  };
  for (const each of [socket, server]) each.on('error', end).on('close', end);
}
