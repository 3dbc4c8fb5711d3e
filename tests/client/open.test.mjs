// A promise for an open WebSocket, on each way there is to a server.

import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createSecureServer } from 'node:http2';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { acceptKey, Connection } from 'sansocket';
import { ConnectError, open, WebSocket, WebSocketStream } from 'sansocket/client';
import { acceptHttp2 } from 'sansocket/server';
import { TestClock } from '../server/clock.mjs';
import { proxyServer } from './support/proxy.mjs';
import { ca, identity, listening, tcpServer } from './support/servers.mjs';
import { errorOf } from './support/transport.mjs';
import { assertWorks, echoServer, next, refusingServer, response } from './support/websocket.mjs';

test('over TCP, with subprotocols, header fields and compression', async (t) => {
  const server = await echoServer(t, { perMessageDeflate: true });
  const socket = await open(`ws://127.0.0.1:${server.port}/a%20b?c=d`, {
    protocols: ['chat', 'other'],
    headers: { 'X-Test': 'yes', Origin: 'https://app.test' },
    perMessageDeflate: true,
  });
  assert.equal(socket.readyState, WebSocket.OPEN);
  assert.equal(socket.protocol, 'chat');
  assert.equal(socket.extensions, 'permessage-deflate');
  await assertWorks(socket);
  const [{ target, headers }] = server.requests;
  assert.equal(target, '/a%20b?c=d');
  assert.equal(headers['x-test'], 'yes');
  assert.equal(headers.origin, 'https://app.test');
  await server.idle();
});

test('over TLS, a Unix domain socket and a proxy', async (t) => {
  const secure = await echoServer(t, { tls: true });
  await assertWorks(await open(`wss://localhost:${secure.port}/`, { tls: { ca } }));

  const folder = mkdtempSync(join(tmpdir(), 'sansocket-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const socketPath = join(folder, 'socket');
  const local = await echoServer(t, { path: socketPath });
  await assertWorks(await open('ws://server.test/path', { socketPath }));
  assert.equal(local.requests[0].headers.host, 'server.test');

  const proxy = await proxyServer(t, { tls: true, to: secure.port });
  const options = { proxy: { url: `https://localhost:${proxy.port}`, tls: { ca } }, tls: { ca } };
  await assertWorks(await open('wss://server.test/', options));
  assert.equal(secure.requests[1].headers.host, 'server.test');
  for (const server of [secure, local, proxy]) await server.idle();
});

test('as a stream of HTTP/2', async (t) => {
  const server = createSecureServer({ ...identity('server'), settings: { enableConnectProtocol: true } });
  const seen = [];
  server.on('stream', (stream, headers) => {
    seen.push(headers.authorization, headers['sec-websocket-key'], headers.host);
    const peer = acceptHttp2(stream, headers, { origins: 'any', protocols: ['chat'], perMessageDeflate: true });
    peer.onmessage = ({ data }) => peer.send(data);
  });
  const { port, idle } = await listening(t, server);
  const socket = await open(`wss://u:p@localhost:${port}/`, {
    http2: true,
    tls: { ca },
    protocols: 'chat',
    perMessageDeflate: true,
  });
  assert.equal(socket.protocol, 'chat');
  assert.match(socket.extensions, /^permessage-deflate/);
  await assertWorks(socket);
  assert.deepEqual(seen, ['Basic dTpw', undefined, undefined]);
  await idle();
});

test('on a port without HTTP', async (t) => {
  const server = createServer((socket) => {
    const peer = new Connection({ role: 'server' });
    socket.on('data', (chunk) => {
      peer.receiveData(chunk);
      for (const event of peer.events()) if (event.type === 'text') peer.sendText(event.data);
      for (const bytes of peer.dataToSend()) socket.write(bytes);
      if (peer.writeEnded) socket.end();
    });
  });
  const { port, idle } = await listening(t, server);
  const socket = await open(`ws://127.0.0.1:${port}/`, { handshake: 'none', protocol: 'agreed' });
  assert.equal(socket.protocol, 'agreed');
  await assertWorks(socket);
  await idle();
});

test('the class with the defaults', async (t) => {
  const server = await echoServer(t);
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/`, 'chat');
  await next(socket, 'open');
  await assertWorks(socket);
  const failed = new WebSocket(`ws://127.0.0.1:${server.port}/`);
  failed.close();
  const { error } = await next(failed, 'error');
  assert.equal(error.message, 'the connection was closed before it was open');
  await server.idle();
});

test('a message that comes with the answer is not missed', async (t) => {
  const server = await tcpServer(t, (socket) => {
    socket.once('data', (request) => {
      const [, key] = /Sec-WebSocket-Key: (\S+)/i.exec(request.toString());
      const fields = `Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${acceptKey(key)}`;
      const peer = new Connection({ role: 'server' });
      peer.sendText('Hello');
      peer.sendText('again');
      peer.sendClose(1000);
      const head = Buffer.from(`HTTP/1.1 101 Switching Protocols\r\n${fields}\r\n\r\n`);
      socket.end(Buffer.concat([head, ...peer.dataToSend()]));
    });
  });
  const received = [];
  const socket = await open(`ws://127.0.0.1:${server.port}/`);
  socket.onmessage = ({ data }) => received.push(data);
  const { code, wasClean } = await next(socket, 'close');
  assert.deepEqual({ received, code, wasClean }, { received: ['Hello', 'again'], code: 1000, wasClean: true });
});

test('user and password of the URL are Basic credentials, and go nowhere else', async (t) => {
  const server = await echoServer(t);
  const host = `127.0.0.1:${server.port}`;
  const cases = [
    [`ws://us%40er:p%C3%A4%3Ass@${host}/x`, {}, `Basic ${Buffer.from('us@er:pä:ss').toString('base64')}`],
    [`ws://user@${host}/x`, {}, `Basic ${Buffer.from('user:').toString('base64')}`],
    [`ws://:100%@${host}/x`, {}, `Basic ${Buffer.from(':100%').toString('base64')}`],
    [`ws://user:pass@${host}/x`, { headers: { Authorization: 'Bearer token' } }, 'Bearer token'],
    [`ws://${host}/x`, {}, undefined],
  ];
  for (const [url, options, expected] of cases) {
    await assertWorks(await open(url, options));
    const { target, headers } = server.requests.at(-1);
    assert.deepEqual([target, headers.host, headers.authorization], ['/x', host, expected]);
  }
});

test('a refusal has the status, the fields and the body', async (t) => {
  const answers = [
    (socket) =>
      socket.end(response('401 Unauthorized', { 'WWW-Authenticate': 'Basic realm="chat"', body: 'Who are you?' })),
    // As long as the connection, or in chunks.
    (socket) => socket.end('HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm="chat"\r\n\r\nWho are you?'),
    (socket) => {
      socket.write(
        'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm="chat"\r\nTransfer-Encoding: chunked\r\n\r\n',
      );
      socket.end('8;a=b\r\nWho are \r\n4\r\nyou?\r\n0\r\n\r\n');
    },
  ];
  for (const answer of answers) {
    const server = await refusingServer(t, answer);
    const error = await errorOf(open(`ws://127.0.0.1:${server.port}/`));
    assert.ok(error instanceof ConnectError);
    const what = `no WebSocket with 127.0.0.1:${server.port}`;
    assert.equal(error.message, `${what}: it answered 401 Unauthorized, and wants Basic realm="chat"`);
    assert.equal(error.code, 'ERR_HANDSHAKE_REFUSED');
    assert.equal(error.status, 401);
    assert.equal(error.headers.get('www-authenticate'), 'Basic realm="chat"');
    assert.equal(Buffer.from(error.body).toString(), 'Who are you?');
    await server.idle();
  }
});

test('a refusal is told with its last chunk, or after a moment, while the server keeps the connection', async (t) => {
  const head = 'HTTP/1.1 401 Unauthorized\r\nTransfer-Encoding: chunked\r\n\r\n';
  const text = async (answer, clock) => {
    const server = await refusingServer(t, answer);
    const error = await errorOf(open(`ws://127.0.0.1:${server.port}/`, { clock }));
    assert.equal(error.status, 401);
    return Buffer.from(error.body).toString();
  };
  // Of a clock that stands still no limit is reached.
  const inPieces = (socket) => {
    socket.write(`${head}2\r\nab`);
    setTimeout(() => socket.write('\r\n1\r\nc\r\n0\r'), 10);
    setTimeout(() => socket.write('\n\r\n'), 20);
  };
  assert.equal(await text(inPieces, new TestClock()), 'abc');
  assert.equal(await text((socket) => socket.write(`${head}1\r\na\r\n0\r\n\r\n`), new TestClock()), 'a');
  const clock = new TestClock();
  const silent = (socket) => {
    socket.write(`${head}1\r\na\r\n`);
    const turn = setInterval(() => clock.advance(500), 5);
    socket.on('close', () => clearInterval(turn));
  };
  assert.equal(await text(silent, clock), 'a');
  // Before the handshake's own limit.
  assert.ok(clock.now() < 30_000, `${clock.now()} ms`);
});

test('subprotocols that can be read only once are offered to each server of a redirect', async (t) => {
  const server = await echoServer(t);
  const from = await refusingServer(t, (socket) =>
    socket.end(response('302 Found', { Location: `ws://127.0.0.1:${server.port}/` })),
  );
  const socket = await open(`ws://127.0.0.1:${from.port}/`, { protocols: ['chat', 'other'].values() });
  assert.deepEqual([socket.protocol, server.requests[0].headers['sec-websocket-protocol']], ['chat', 'chat, other']);
  await assertWorks(socket);
});

test('one signal for many attempts is no leak', async (t) => {
  const warnings = [];
  const warn = (warning) => warnings.push(warning.message);
  process.on('warning', warn);
  t.after(() => process.off('warning', warn));
  const server = await echoServer(t);
  const { signal } = new AbortController();
  const url = `ws://127.0.0.1:${server.port}/`;
  const sockets = await Promise.all(Array.from({ length: 20 }, () => open(url, { signal })));
  const streams = Array.from({ length: 20 }, () => new WebSocketStream(url, { signal }));
  await Promise.all(streams.map(({ opened }) => opened));
  for (const socket of [...sockets, ...streams]) socket.close();
  await server.idle();
  assert.deepEqual(warnings, []);
  assert.equal(getEventListeners(signal, 'abort').length, 0);
});

test('a refusal is not lost with the connection, and nobody waits for a server that holds on to it', async (t) => {
  // Its body has not come, and never will.
  const cut = await refusingServer(t, (socket) => {
    socket.write('HTTP/1.1 401 Unauthorized\r\nX-Reason: you\r\n\r\n', () =>
      setTimeout(() => socket.resetAndDestroy(), 20),
    );
  });
  const error = await errorOf(open(`ws://127.0.0.1:${cut.port}/`));
  assert.deepEqual([error.code, error.status, error.headers.get('x-reason')], ['ERR_HANDSHAKE_REFUSED', 401, 'you']);

  const holding = await refusingServer(t, (socket) => socket.write(response('403 Forbidden', { body: 'no' })));
  holding.server.on('connection', (socket) => {
    socket.allowHalfOpen = true;
  });
  assert.equal((await errorOf(open(`ws://127.0.0.1:${holding.port}/`, { closeTimeout: 3_600_000 }))).status, 403);
  assert.deepEqual(
    process.getActiveResourcesInfo().filter((name) => name === 'Timeout'),
    [],
  );
});

test('a peer that does not speak the protocol is told why', async (t) => {
  const cases = [
    ['HTTP/1.0 101 Switching Protocols\r\n\r\n', 'ERR_HANDSHAKE', /1\.1/],
    ['HTTP/1.0 200 OK\r\n\r\n', 'ERR_HANDSHAKE_REFUSED', /it answered 200 OK/],
    ['SSH-2.0-OpenSSH_9\r\n\r\n', 'ERR_HANDSHAKE', /status line/],
    ['', 'ERR_HANDSHAKE', /the connection was lost/],
    [
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
      'ERR_HANDSHAKE',
      /Accept/i,
    ],
  ];
  for (const [answer, code, message] of cases) {
    const server = await tcpServer(t, (socket) => socket.once('data', () => socket.end(answer)));
    const error = await errorOf(open(`ws://127.0.0.1:${server.port}/`));
    assert.ok(error.message.startsWith(`no WebSocket with 127.0.0.1:${server.port}: `), error.message);
    assert.match(error.message, message);
    assert.equal(error.code, code);
    assert.ok(error.cause instanceof Error);
    await server.idle();
  }
  // One that ends before it is asked may be found out by either side of its connection.
  const hasty = await tcpServer(t, (socket) => socket.end());
  assert.match((await errorOf(open(`ws://127.0.0.1:${hasty.port}/`))).message, /: the connection was (lost|reset)/);
  await hasty.idle();

  const server = await tcpServer(t, (socket) => socket.once('data', () => socket.resetAndDestroy()));
  const error = await errorOf(open(`ws://127.0.0.1:${server.port}/`));
  assert.equal(error.message, `no WebSocket with 127.0.0.1:${server.port}: the connection was reset`);
  assert.equal(error.code, 'ECONNRESET');
});

test('the time limit of the handshake covers a server that says nothing', async (t) => {
  const server = await tcpServer(t);
  const error = await errorOf(open(`ws://127.0.0.1:${server.port}/`, { handshakeTimeout: 50 }));
  const what = `no WebSocket with 127.0.0.1:${server.port}`;
  assert.equal(error.message, `${what}: the connection was not open within 50 ms`);
  assert.equal(error.code, 'ERR_TIMEOUT');
  await server.idle();
  const never = await errorOf(open('ws://server.test/', { tcp: { lookup: () => {} }, handshakeTimeout: 50 }));
  assert.equal(never.message, 'no WebSocket with server.test:80: the connection was not open within 50 ms');
});

test('the signal ends the attempt, and not the connection', async (t) => {
  const mute = await tcpServer(t, (socket) => socket.once('data', () => controller.abort(reason)));
  const controller = new AbortController();
  const reason = new Error('not wanted any more');
  const { signal } = controller;
  assert.equal(await errorOf(open(`ws://127.0.0.1:${mute.port}/`, { signal })), reason);
  await mute.idle();
  // Already aborted: nobody is asked.
  assert.equal(await errorOf(open(`ws://127.0.0.1:${mute.port}/`, { signal })), reason);
  assert.equal(mute.sockets.size, 0);

  const server = await echoServer(t);
  const later = new AbortController();
  const socket = await open(`ws://127.0.0.1:${server.port}/`, { signal: later.signal });
  later.abort();
  await assertWorks(socket);
});

test('wrong arguments are refused as what they are', async () => {
  assert.equal((await errorOf(open('ftp://server.test/'))).name, 'SyntaxError');
  assert.equal((await errorOf(open('ws://server.test/#'))).name, 'SyntaxError');
  assert.equal((await errorOf(open('ws://server.test/', { protocols: ['a', 'a'] }))).name, 'SyntaxError');
  assert.equal((await errorOf(open('ws://server.test/', { headers: { Upgrade: 'x' } }))).name, 'TypeError');
  assert.equal((await errorOf(open('ws://server.test/', { socketPath: 1 }))).name, 'TypeError');
  assert.equal((await errorOf(open('ws://server.test/', { closeTimeout: -1 }))).name, 'RangeError');
  assert.equal((await errorOf(open('ws://server.test/', { maxRedirects: 0.5 }))).name, 'RangeError');
  assert.equal((await errorOf(open('ws://server.test/', null))).message, '"options" expected an object, got null');
});
