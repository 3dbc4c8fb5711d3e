// A stream of HTTP/2 as the transport: extended CONNECT (RFC 8441).

import assert from 'node:assert/strict';
import { createSecureServer, createServer } from 'node:http2';
import { connect as connectTcp, createServer as createTcpServer } from 'node:net';
import { test } from 'node:test';
import { ConnectError, connect, open } from 'sansocket/client';
import { acceptHttp2 } from 'sansocket/server';
import { proxyServer } from './support/proxy.mjs';
import { ca, identity, listening, tcpServer, tlsServer } from './support/servers.mjs';
import { assertEcho, errorOf, requestFor } from './support/transport.mjs';

const settings = { enableConnectProtocol: true };

/** A server of HTTP/2 over TLS; `onStream` gets each request. */
async function http2Server(t, onStream, options = { settings }) {
  const server = createSecureServer({ ...identity('server'), ...options });
  server.on('sessionError', () => {});
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {});
    onStream(stream, headers);
  });
  return listening(t, server);
}

const echoStream = (stream) => {
  stream.respond({ ':status': 200, 'sec-websocket-protocol': 'chat', 'set-cookie': ['a=1', 'b=2'] });
  stream.pipe(stream);
};

const http2 = { http2: true, tls: { ca } };

test('the request says what is wanted, and the answer comes with the transport', async (t) => {
  const requests = [];
  const server = await http2Server(t, (stream, headers) => {
    requests.push(Object.fromEntries(Object.entries(headers)));
    echoStream(stream);
  });
  const fields = [
    ['sec-websocket-version', '13'],
    ['Sec-WebSocket-Protocol', 'chat'],
    ['x-twice', '1'],
    ['x-twice', '2'],
  ];
  const transport = await connect(http2)(requestFor(`wss://u:p@localhost:${server.port}/a/b?c=d`, { fields }));
  assert.equal(transport.response.status, 200);
  const headers = [...transport.response.headers].filter(([name]) => name !== 'date');
  assert.deepEqual(headers, [
    ['sec-websocket-protocol', 'chat'],
    ['set-cookie', 'a=1'],
    ['set-cookie', 'b=2'],
  ]);
  await assertEcho(transport);
  assert.deepEqual(requests, [
    {
      ':method': 'CONNECT',
      ':protocol': 'websocket',
      ':scheme': 'https',
      ':authority': `localhost:${server.port}`,
      ':path': '/a/b?c=d',
      'sec-websocket-version': '13',
      'sec-websocket-protocol': 'chat',
      'x-twice': '1, 2',
    },
  ]);
  // The connection goes with its one stream.
  await server.idle();
});

test('without TLS, and through a proxy', async (t) => {
  const server = createServer({ settings });
  server.on('stream', echoStream);
  const { port, idle } = await listening(t, server);
  await assertEcho(await connect({ http2: true })(requestFor(`ws://127.0.0.1:${port}/`)));
  await idle();
  const proxy = await proxyServer(t, { to: port });
  const options = { http2: true, proxy: `http://127.0.0.1:${proxy.port}` };
  await assertEcho(await connect(options)(requestFor('ws://server.test/')));
  await proxy.idle();
});

test('a refusal has the status, the fields and the body', async (t) => {
  const server = await http2Server(t, (stream) => {
    stream.respond({ ':status': 401, 'www-authenticate': 'Basic realm="chat"' });
    stream.end('Who are you?');
  });
  const error = await errorOf(connect(http2)(requestFor(`wss://localhost:${server.port}/`)));
  assert.ok(error instanceof ConnectError);
  assert.equal(
    error.message,
    `no WebSocket with localhost:${server.port}: it answered 401, and wants Basic realm="chat"`,
  );
  assert.equal(error.code, 'ERR_HANDSHAKE_REFUSED');
  assert.equal(error.status, 401);
  assert.equal(error.headers.get('www-authenticate'), 'Basic realm="chat"');
  assert.equal(Buffer.from(error.body).toString(), 'Who are you?');
  await server.idle();
});

test('what does not take WebSockets over HTTP/2 is told why', async (t) => {
  const old = await http2Server(t, () => assert.fail('nothing may be asked'), {});
  const other = await tlsServer(t, { ALPNProtocols: ['http/1.1'] });
  const none = await tlsServer(t, {});
  const rst = await http2Server(t, (stream) => stream.close(2));
  const text = await tcpServer(t, (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  const mute = await tcpServer(t, (socket) => socket.end());
  const cases = [
    [`wss://localhost:${old.port}`, 'ERR_HTTP2', /^no WebSocket with \S+: it takes no WebSockets over HTTP\/2$/],
    [
      `wss://localhost:${other.port}`,
      'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL',
      /^no TLS with \S+: it speaks none of the protocols offered$/,
    ],
    [`wss://localhost:${none.port}`, 'ERR_HTTP2', /^no HTTP\/2 with \S+: it does not speak it$/],
    [`wss://localhost:${rst.port}`, 'ERR_HTTP2_STREAM_ERROR', /^no WebSocket with \S+: Stream closed with error code/],
    [`ws://127.0.0.1:${text.port}`, 'ERR_HTTP2_ERROR', /^no WebSocket with \S+: Protocol error$/],
    [`ws://127.0.0.1:${mute.port}`, 'ERR_CLOSED', /^no WebSocket with \S+: it closed the connection$/],
  ];
  for (const [url, code, message] of cases) {
    const error = await errorOf(connect(http2)(requestFor(url)));
    assert.match(error.message, message);
    assert.equal(error.code, code);
  }
  for (const server of [old, other, none, rst, text, mute]) await server.idle();
});

test('an answer that ends the stream is a refusal, and its status is the one that was sent', async (t) => {
  for (const [status, protocols, code] of [
    [200, [], 'ERR_HANDSHAKE_REFUSED'],
    [204, ['chat'], 'ERR_HANDSHAKE_REFUSED'],
  ]) {
    const server = await http2Server(t, (stream) => stream.respond({ ':status': status }, { endStream: true }));
    const error = await errorOf(open(`wss://localhost:${server.port}/`, { ...http2, protocols }));
    assert.deepEqual([error.code, error.status], [code, status]);
    await server.idle();
  }
  const server = await http2Server(t, (stream) => stream.respond({ ':status': 201 }));
  const error = await errorOf(open(`wss://localhost:${server.port}/`, { ...http2, protocols: ['chat'] }));
  assert.match(error.message, /the server chose none of the subprotocols offered: chat$/);
  assert.equal(error.status, 201);
  await server.idle();
});

test('nothing is held of a server that goes away, or does not end what we have ended', async (t) => {
  const going = await http2Server(t, () => {});
  going.server.on('session', (session) => session.goaway(0));
  await errorOf(open(`wss://localhost:${going.port}/`, http2));
  const server = createServer({ settings });
  server.on('stream', (stream, headers) => acceptHttp2(stream, headers, { origins: 'any' }));
  const { port } = await listening(t, server);
  // It never passes on that we have ended.
  const lingering = createTcpServer({ allowHalfOpen: true }, (socket) => {
    const inner = connectTcp(port, '127.0.0.1');
    for (const each of [socket, inner]) each.on('error', () => {});
    socket.on('data', (data) => inner.write(data));
    inner.on('data', (data) => socket.write(data));
    t.after(() => inner.destroy());
  });
  const { port: through } = await listening(t, lingering);
  const socket = await open(`ws://127.0.0.1:${through}/`, { http2: true, closeTimeout: 3_600_000 });
  const closed = new Promise((resolve) => socket.addEventListener('close', resolve));
  socket.close();
  assert.equal((await closed).wasClean, true);
  const ours = () => process._getActiveHandles().filter((handle) => [going.port, through].includes(handle.remotePort));
  while (ours().length > 0) await new Promise((resolve) => setImmediate(resolve));
});

test('a field that HTTP/2 does not have leaves nothing open', async (t) => {
  const server = await http2Server(t, () => assert.fail('nothing may be asked'));
  const request = requestFor(`wss://localhost:${server.port}/`, { fields: [['keep-alive', '5']] });
  assert.equal((await errorOf(connect(http2)(request))).code, 'ERR_HTTP2_INVALID_CONNECTION_HEADERS');
  await server.idle();
});
