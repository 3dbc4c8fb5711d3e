// The two sides against the npm package ws, in both directions.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import WebSocket, { WebSocketServer } from 'ws';
import { start } from './process.mjs';
import { lineClient, sides } from './sides.mjs';
import { CLOSES, closed, converse } from './ws.mjs';

const TIMEOUT = { timeout: 120_000 };

for (const side of sides) {
  describe(`${side.name} serves ws`, TIMEOUT, () => {
    let server;
    let url;
    before(async () => {
      server = start(side.server);
      [, url] = await server.line(/(ws:\/\/\S+)/);
    });
    after(() => server.stop());

    const open = async (...args) => {
      const socket = new WebSocket(...args);
      await once(socket, 'open');
      return socket;
    };

    test('messages, fragments and pings', async () => {
      const socket = await open(url);
      await converse(socket);
      socket.close();
      await closed(socket);
    });

    test('the subprotocol that both speak', async () => {
      const socket = await open(url, ['chat', 'echo']);
      assert.equal(socket.protocol, 'echo');
      socket.close();
      await closed(socket);
    });

    test('many connections at once', async () => {
      const sockets = await Promise.all(Array.from({ length: 20 }, () => open(url)));
      const messages = sockets.map((socket) => once(socket, 'message'));
      sockets.forEach((socket, index) => {
        socket.send(`number ${index}`);
      });
      const received = (await Promise.all(messages)).map(([data]) => String(data));
      assert.deepEqual(
        received,
        Array.from(received, (_, index) => `number ${index}`),
      );
      for (const socket of sockets) socket.close();
      await Promise.all(sockets.map(closed));
    });

    for (const [code, reason, answer] of CLOSES) {
      test(`a Close with ${code} ${JSON.stringify(reason)}`, async () => {
        const socket = await open(url);
        socket.close(code, reason);
        assert.deepEqual(await closed(socket), [answer, '']);
        await server.line(new RegExp(`^closed by the client: ${answer} "${reason ?? ''}"$`));
      });
    }

    test('a message right before a Close', async () => {
      const socket = await open(url);
      const [message, close] = [once(socket, 'message'), closed(socket)];
      socket.send('the last one');
      socket.close(1000);
      assert.equal(String((await message)[0]), 'the last one');
      assert.deepEqual(await close, [1000, '']);
    });

    test('text that is not UTF-8', async () => {
      const socket = await open(url);
      socket.send(Buffer.of(0x61, 0xff), { binary: false });
      assert.deepEqual(await closed(socket), [1007, '']);
      await server.line(/^failed: .*not UTF-8/);
    });

    test('a path that is not served', async () => {
      const socket = new WebSocket(new URL('nope', url));
      socket.on('error', () => {});
      const [, response] = await once(socket, 'unexpected-response');
      assert.equal(response.statusCode, 404);
      assert.equal(String(await once(response, 'data')), 'Only / is served here.\n');
      socket.terminate();
    });

    test('an older version of the protocol', async () => {
      const socket = new WebSocket(url, { protocolVersion: 8 });
      socket.on('error', () => {});
      const [, response] = await once(socket, 'unexpected-response');
      assert.equal(response.statusCode, 426);
      assert.equal(response.headers['sec-websocket-version'], '13');
      socket.terminate();
    });

    test('a lost connection leaves the server well', async () => {
      const socket = await open(url);
      socket.send('x'.repeat(100_000), { fin: false });
      socket.terminate();
      await server.line(/lost before a Close|ECONNRESET|[Cc]onnection reset/);
      const next = await open(url);
      next.close();
      await closed(next);
    });
  });

  describe(`${side.name} is a client of ws`, TIMEOUT, () => {
    let server;
    before(async () => {
      server = new WebSocketServer({
        host: '127.0.0.1',
        port: 0,
        verifyClient: ({ req }, answer) => answer(req.url !== '/refused', 403, 'not for you'),
      });
      await once(server, 'listening');
    });
    after(() => {
      for (const socket of server.clients) socket.terminate();
      server.close();
    });

    const run = (path) => start([...side.client, `127.0.0.1:${server.address().port}`, path]);

    /** A client that has connected, and its socket. */
    const connected = async () => {
      const client = run('/');
      const [socket] = await Promise.race([
        once(server, 'connection'),
        client.exit().then((code) => assert.fail(`the client ended with ${code}: ${client.lines}`)),
      ]);
      return { client, socket };
    };

    test('messages, fragments and pings', async () => {
      const { client, socket } = await connected();
      await converse(socket);
      socket.close(1000);
      await closed(socket);
      assert.equal(await client.exit(), 0);
    });

    for (const [code, reason, answer] of CLOSES) {
      test(`a Close with ${code} ${JSON.stringify(reason)}`, async () => {
        const { client, socket } = await connected();
        socket.close(code, reason);
        assert.deepEqual(await closed(socket), [answer, '']);
        assert.equal(await client.exit(), 0);
        assert.deepEqual(client.lines, [`closed by the server: ${answer} "${reason ?? ''}"`]);
      });
    }

    test('text that is not UTF-8', async () => {
      const { client, socket } = await connected();
      socket.send(Buffer.of(0x61, 0xff), { binary: false });
      assert.deepEqual(await closed(socket), [1007, '']);
      await client.exit();
      assert.match(client.lines[0], /^failed: .*not UTF-8/);
    });

    test('a refusal', async () => {
      const client = run('/refused');
      assert.equal(await client.exit(), 1);
      assert.match(client.lines[0], /^refused with 403: not for you/);
    });
  });
}

test('the line client talks to ws', TIMEOUT, async () => {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  server.on('connection', (socket) => socket.on('message', (data) => socket.send(String(data))));
  const client = start([...lineClient, `127.0.0.1:${server.address().port}`], { input: 'Hello\n\nκόσμε\n' });
  assert.equal(await client.exit(), 0);
  assert.deepEqual(client.lines, ['Hello', 'pong', 'κόσμε', 'closed by the server: 1000 ""']);
  server.close();
});
