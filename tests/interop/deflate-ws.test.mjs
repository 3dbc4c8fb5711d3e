// permessage-deflate with the npm package ws, in both directions.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import WebSocket, { WebSocketServer } from 'ws';
import { complete, converse, echoClient, echoServer, parametersOf, SETTINGS } from './deflate.mjs';
import { start } from './process.mjs';

const TIMEOUT = { timeout: 120_000 };

/** A client of ws that has connected, and the extensions that were agreed. */
async function open(url, perMessageDeflate) {
  const socket = new WebSocket(url, { perMessageDeflate });
  const [[response]] = await Promise.all([once(socket, 'upgrade'), once(socket, 'open')]);
  return { socket, extensions: response.headers['sec-websocket-extensions'] };
}

describe('the package serves ws', TIMEOUT, () => {
  let server;
  let url;
  before(async () => {
    server = start(echoServer(true));
    [, url] = await server.line(/(ws:\/\/\S+)/);
  });
  after(() => server.stop());

  for (const settings of SETTINGS) {
    test(JSON.stringify(settings), async () => {
      const { socket, extensions } = await open(url, { threshold: 0, ...settings });
      assert.deepEqual(parametersOf(extensions), complete(settings));
      await converse(socket);
      socket.close();
      await once(socket, 'close');
    });
  }

  test('without compression', async () => {
    const { socket, extensions } = await open(url, false);
    assert.equal(extensions, undefined);
    await converse(socket);
    socket.close();
    await once(socket, 'close');
  });
});

describe('the package insists as a server', TIMEOUT, () => {
  const settings = { serverNoContextTakeover: true, serverMaxWindowBits: 10, clientMaxWindowBits: 11 };
  let server;
  let url;
  before(async () => {
    server = start(echoServer(settings));
    [, url] = await server.line(/(ws:\/\/\S+)/);
  });
  after(() => server.stop());

  test('and ws keeps to it', async () => {
    const { socket, extensions } = await open(url, { threshold: 0 });
    assert.deepEqual(parametersOf(extensions), complete(settings));
    await converse(socket);
    socket.close();
    await once(socket, 'close');
  });
});

describe('the package is a client of ws', TIMEOUT, () => {
  for (const settings of SETTINGS) {
    test(JSON.stringify(settings), async () => {
      // Half of the wishes come from the server, and half from the client.
      const { serverMaxWindowBits, clientNoContextTakeover, ...theirs } = settings;
      const server = new WebSocketServer({
        host: '127.0.0.1',
        port: 0,
        perMessageDeflate: { threshold: 0, ...theirs },
      });
      let answered;
      server.on('headers', (headers) => {
        answered = headers.find((line) => /^sec-websocket-extensions:/i.test(line));
      });
      await once(server, 'listening');
      try {
        const ours = { serverMaxWindowBits, clientNoContextTakeover };
        const client = start(echoClient(`127.0.0.1:${server.address().port}`, '/', ours));
        const [socket] = await once(server, 'connection');
        assert.deepEqual(parametersOf(answered.replace(/^.*?: /, '')), complete(settings));
        await converse(socket);
        socket.close(1000);
        await once(socket, 'close');
        assert.equal(await client.exit(), 0, client.lines.join('\n'));
      } finally {
        for (const socket of server.clients) socket.terminate();
        server.close();
      }
    });
  }
});
