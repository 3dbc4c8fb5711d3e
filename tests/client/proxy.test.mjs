// Tunnels through forward proxies.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConnectError, connect } from 'sansocket/client';
import { proxyServer } from './support/proxy.mjs';
import { ca, echo, tcpServer, tlsServer } from './support/servers.mjs';
import { assertEcho, errorOf, exchange, requestFor } from './support/transport.mjs';

test('ws: goes through a tunnel too (RFC 6455 §4.1)', async (t) => {
  const server = await tcpServer(t, echo);
  const proxy = await proxyServer(t);
  await assertEcho(
    await connect({ proxy: `http://127.0.0.1:${proxy.port}` })(requestFor(`ws://127.0.0.1:${server.port}/`)),
  );
  const target = `127.0.0.1:${server.port}`;
  assert.deepEqual(proxy.requests, [`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`]);
  await proxy.idle();
  await server.idle();
});

test('names are left to the proxy, and ports are always named', async (t) => {
  const server = await tcpServer(t, echo);
  const proxy = await proxyServer(t, { to: server.port });
  const through = connect({ proxy: new URL(`http://127.0.0.1:${proxy.port}`) });
  for (const url of ['ws://server.test/', 'ws://[::1]/', 'ws://user:secret@server.test:8080/'])
    await assertEcho(await through(requestFor(url)));
  const targets = proxy.requests.map((head) => head.split(' ')[1]);
  assert.deepEqual(targets, ['server.test:80', '[::1]:80', 'server.test:8080']);
});

for (const tls of [false, true]) {
  test(`wss: through an ${tls ? 'https:' : 'http:'} proxy`, async (t) => {
    const server = await tlsServer(t, {}, echo);
    const proxy = await proxyServer(t, { tls, to: server.port });
    const url = `${tls ? 'https' : 'http'}://localhost:${proxy.port}`;
    const through = connect({ proxy: { url, tls: { ca } }, tls: { ca } });
    await assertEcho(await through(requestFor('wss://server.test/')));
    // Whom the proxy leads to is not taken on trust.
    const wrong = await errorOf(through(requestFor('wss://elsewhere.test/')));
    assert.equal(wrong.code, 'ERR_TLS_CERT_ALTNAME_INVALID');
    await proxy.idle();
    await server.idle();
  });
}

test('an https: proxy must prove who it is', async (t) => {
  const proxy = await proxyServer(t, { tls: true });
  const url = `https://127.0.0.1:${proxy.port}`;
  // What is trusted of the server is not trusted of the proxy.
  const error = await errorOf(connect({ proxy: url, tls: { ca } })(requestFor('wss://server.test/')));
  const name = `the proxy 127.0.0.1:${proxy.port}`;
  assert.equal(error.message, `no TLS with ${name}: its certificate is signed by an authority that is not trusted`);
  await proxy.idle();
});

test('user and password of the URL, and further fields, go to the proxy', async (t) => {
  const server = await tcpServer(t, echo);
  const proxy = await proxyServer(t);
  const credentials = (user) => `Basic ${Buffer.from(user).toString('base64')}`;
  const url = `http://us%40er:p%C3%A4ss@127.0.0.1:${proxy.port}`;
  const request = requestFor(`ws://127.0.0.1:${server.port}/`);
  await assertEcho(await connect({ proxy: url })(request));
  const headers = { 'Proxy-Authorization': 'Bearer token', 'User-Agent': 'test' };
  await assertEcho(await connect({ proxy: { url, headers } })(request));
  const [first, second] = proxy.requests;
  assert.match(first, new RegExp(`\r\nProxy-Authorization: ${credentials('us@er:päss').replaceAll('+', '\\+')}\r\n`));
  assert.match(second, /\r\nProxy-Authorization: Bearer token\r\nUser-Agent: test\r\n/);
  assert.equal(second.match(/proxy-authorization/gi).length, 1);
});

test('HTTP/1.0, any 2xx, fields without meaning, interim answers and early bytes are understood', async (t) => {
  const answers = [
    'HTTP/1.0 200 Connection established',
    'HTTP/1.1 204',
    'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked',
    'HTTP/1.1 102 Processing\r\nVia: x\r\n\r\nHTTP/1.1 200 OK',
  ];
  for (const answer of answers) {
    // All in one piece: what follows the head is the server's.
    const proxy = await proxyServer(t, { answer: (socket) => socket.end(`${answer}\r\n\r\nHello`) });
    const through = connect({ proxy: `http://127.0.0.1:${proxy.port}` });
    assert.equal(await exchange(await through(requestFor('ws://server.test/')), ''), 'Hello', answer);
  }
});

test('a refusal shows what the proxy says', async (t) => {
  const head = 'HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="office"\r\n';
  const answers = {
    'with a length': (socket) => socket.write(`${head}Content-Length: 4\r\n\r\nNo.\n and more`),
    'in chunks': (socket) => {
      socket.write(`${head}Transfer-Encoding: chunked\r\n\r\n2\r\nNo\r\n`);
      setImmediate(() => socket.write('2\r\n.\n\r\n0\r\n\r\n'));
    },
    'to the end': (socket) => socket.end(`${head}\r\nNo.\n`),
    later: (socket) => {
      socket.write(`${head}Content-Length: 4\r\n\r\n`);
      setImmediate(() => socket.write('No.\n'));
    },
  };
  for (const [name, answer] of Object.entries(answers)) {
    const proxy = await proxyServer(t, { answer });
    const error = await errorOf(connect({ proxy: `http://127.0.0.1:${proxy.port}` })(requestFor('wss://server.test/')));
    assert.ok(error instanceof ConnectError);
    const what = `no way to server.test:443 through the proxy 127.0.0.1:${proxy.port}`;
    assert.equal(
      error.message,
      `${what}: it answered 407 Proxy Authentication Required, and wants Basic realm="office"`,
    );
    assert.equal(error.code, 'ERR_PROXY_REFUSED');
    assert.equal(error.status, 407);
    assert.equal(error.headers.get('proxy-authenticate'), 'Basic realm="office"');
    assert.equal(Buffer.from(error.body).toString(), 'No.\n', name);
    await proxy.idle();
  }
});

test('a body that never comes does not keep a refusal from being told', async (t) => {
  const answer = (socket) => socket.write('HTTP/1.1 403 Forbidden\r\nContent-Length: 100\r\n\r\nOnly this');
  const proxy = await proxyServer(t, { answer });
  const error = await errorOf(connect({ proxy: `http://127.0.0.1:${proxy.port}` })(requestFor('ws://server.test/')));
  assert.equal(error.status, 403);
  assert.equal(Buffer.from(error.body).toString(), 'Only this');
  await proxy.idle();
});

test('what a proxy answers must be HTTP, whole and not without end', async (t) => {
  const cases = [
    [(socket) => socket.write('SSH-2.0-OpenSSH\r\n'), 'ERR_PROXY', 'it does not answer in HTTP/1'],
    [(socket) => socket.write('HTTP/2 200\r\n\r\n'), 'ERR_PROXY', 'it does not answer in HTTP/1'],
    [(socket) => socket.write('HTTP/1.1 20 OK\r\n\r\n'), 'ERR_PROXY', 'it answered with a head that is malformed'],
    [
      (socket) => socket.write('HTTP/1.1 200 OK\r\nno colon\r\n\r\n'),
      'ERR_PROXY',
      'it answered with a head that is malformed',
    ],
    [
      (socket) => socket.write(`HTTP/1.1 200 OK\r\nA: ${'b'.repeat(16 << 10)}`),
      'ERR_PROXY',
      'it answered with a head of more than 16384 bytes',
    ],
    [(socket) => socket.end('HTTP/1.1 200'), 'ERR_PROXY', 'it ended the connection without an answer'],
    [(socket) => socket.resetAndDestroy(), 'ECONNRESET', 'the connection was reset'],
    [() => {}, 'ERR_TIMEOUT', 'no answer in 50 ms', { proxyTimeout: 50 }],
  ];
  for (const [answer, code, why, more] of cases) {
    const proxy = await proxyServer(t, { answer });
    const options = { proxy: `http://127.0.0.1:${proxy.port}`, ...more };
    const error = await errorOf(connect(options)(requestFor('ws://server.test/')));
    assert.equal(error.message, `no way to server.test:80 through the proxy 127.0.0.1:${proxy.port}: ${why}`);
    assert.equal(error.code, code);
    await proxy.idle();
  }
});

test('a proxy that is not there is told apart from the server', async (t) => {
  const { port, server } = await tcpServer(t);
  await new Promise((resolve) => server.close(resolve));
  const error = await errorOf(connect({ proxy: `http://127.0.0.1:${port}` })(requestFor('ws://server.test/')));
  assert.equal(error.message, `cannot reach the proxy 127.0.0.1:${port}: connection refused`);
  server.listen(0);
});
