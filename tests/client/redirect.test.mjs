// Redirects: which are followed, how far, and what does not go along.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createSecureContext } from 'node:tls';
import { open } from 'sansocket/client';
import { TestClock } from '../server/clock.mjs';
import { ca, identity, listening } from './support/servers.mjs';
import { errorOf } from './support/transport.mjs';
import { assertWorks, echoServer, refusingServer, response } from './support/websocket.mjs';

/** A server that sends everybody to `location()`. */
const redirecting = (t, location, { status = 302, tls = false } = {}) =>
  refusingServer(t, (socket) => socket.end(response(`${status} Found`, { Location: location() })), { tls });

test('each status of a redirect is followed, http: stands for ws:, and a fragment is dropped', async (t) => {
  const server = await echoServer(t);
  for (const status of [301, 302, 303, 307, 308]) {
    const from = await redirecting(t, () => `http://127.0.0.1:${server.port}/there?a=b#c`, { status });
    const socket = await open(`ws://127.0.0.1:${from.port}/here`);
    assert.equal(socket.url, `ws://127.0.0.1:${server.port}/there?a=b`);
    await assertWorks(socket);
    assert.equal(server.requests.at(-1).target, '/there?a=b');
    await from.idle();
  }
});

test('other statuses, and redirects to nowhere, are refusals', async (t) => {
  for (const answer of [
    response('300 Choices', { Location: '/there' }),
    response('302 Found'),
    response('304 Not', { Location: '/' }),
  ]) {
    const server = await refusingServer(t, (socket) => socket.end(answer));
    const error = await errorOf(open(`ws://127.0.0.1:${server.port}/`));
    assert.equal(error.code, 'ERR_HANDSHAKE_REFUSED');
    assert.equal(server.requests.length, 1);
  }
});

test('within an origin everything goes along', async (t) => {
  const server = createServer();
  const requests = [];
  server.on('upgrade', (request, socket) => {
    requests.push([request.url, request.headers.authorization, request.headers.cookie]);
    const location = { '/a': '/b', '/b': `ws://${request.headers.host}/c` }[request.url];
    socket.end(location ? response('302 Found', { Location: location }) : response('403 Forbidden'));
  });
  const { port } = await listening(t, server);
  const error = await errorOf(open(`ws://u:p@127.0.0.1:${port}/a`, { headers: { Cookie: 'a=b' } }));
  assert.equal(error.status, 403);
  assert.deepEqual(requests, [
    ['/a', 'Basic dTpw', 'a=b'],
    ['/b', 'Basic dTpw', 'a=b'],
    ['/c', 'Basic dTpw', 'a=b'],
  ]);
});

test('to another origin credentials do not go along', async (t) => {
  const server = await echoServer(t);
  // Those in the location are not the caller's.
  const from = await redirecting(t, () => `ws://x:y@127.0.0.1:${server.port}/`);
  const headers = { Authorization: 'Bearer token', Cookie: 'a=b', 'X-Test': 'kept' };
  for (const url of [`ws://127.0.0.1:${from.port}/`, `ws://u:p@127.0.0.1:${from.port}/`]) {
    await assertWorks(await open(url, { headers, protocols: 'chat' }));
    const seen = server.requests.at(-1).headers;
    assert.deepEqual([seen.authorization, seen.cookie, seen['x-test']], [undefined, undefined, 'kept']);
    assert.equal(seen['sec-websocket-protocol'], 'chat');
  }
  assert.equal(from.requests[0].headers.authorization, 'Bearer token');
});

test("to another origin neither the client's certificate nor the name to check goes along", async (t) => {
  const asking = { ca, requestCert: true, rejectUnauthorized: false };
  const seen = [];
  const note = (server) =>
    server.on('secureConnection', (socket) => seen.push([socket.servername, socket.getPeerCertificate().subject?.CN]));
  const to = await echoServer(t, { tls: asking });
  const from = await redirecting(t, () => `wss://localhost:${to.port}/`, { tls: asking });
  for (const { server } of [from, to]) note(server);
  const tls = { ca, servername: 'server.test', ...identity('client') };
  await assertWorks(await open(`wss://127.0.0.1:${from.port}/`, { tls }));
  assert.deepEqual(seen, [
    ['server.test', 'client'],
    ['localhost', undefined],
  ]);
});

test('from wss: to ws: no redirect is followed; the other way it is', async (t) => {
  const plain = await echoServer(t);
  const secure = await echoServer(t, { tls: true });
  for (const scheme of ['ws', 'http']) {
    const from = await redirecting(t, () => `${scheme}://127.0.0.1:${plain.port}/`, { tls: true });
    const error = await errorOf(open(`wss://localhost:${from.port}/`, { tls: { ca } }));
    assert.equal(error.message, `no WebSocket with localhost:${from.port}: it redirects from wss: to ws:`);
    assert.equal(error.code, 'ERR_REDIRECT');
    assert.equal(error.status, 302);
    assert.equal(error.cause.code, 'ERR_HANDSHAKE_REFUSED');
  }
  assert.equal(plain.requests.length, 0);
  const up = await redirecting(t, () => `https://localhost:${secure.port}/`);
  await assertWorks(await open(`ws://127.0.0.1:${up.port}/`, { tls: { ca } }));
});

test('what is no URL of a WebSocket is not followed', async (t) => {
  for (const location of ['ftp://server.test/', 'http://', 'file:///etc/passwd']) {
    const from = await redirecting(t, () => location);
    const error = await errorOf(open(`ws://127.0.0.1:${from.port}/`));
    assert.match(error.message, /: it redirects to what is no WebSocket URL$/);
  }
});

test('a certificate inside a context does not go along either, nor do secrets for a proxy', async (t) => {
  const asking = { requestCert: true, rejectUnauthorized: false, ca };
  const certificates = [];
  const to = await echoServer(t, { tls: asking });
  to.server.on('upgrade', (_, socket) => certificates.push(socket.getPeerCertificate().subject?.CN));
  // Of the same origin it is shown, or the test would show nothing.
  const secureContext = createSecureContext({ ca, ...identity('client') });
  const headers = { 'Proxy-Authorization': 'Basic dTpw' };
  await assertWorks(await open(`wss://localhost:${to.port}/`, { tls: { secureContext }, headers }));
  const from = await redirecting(t, () => `wss://localhost:${to.port}/`, { tls: asking });
  const tls = { secureContext, rejectUnauthorized: false };
  await assertWorks(await open(`wss://localhost:${from.port}/`, { tls, headers }));
  assert.deepEqual(certificates, ['client', undefined]);
  assert.deepEqual(
    to.requests.map((request) => request.headers['proxy-authorization']),
    ['Basic dTpw', undefined],
  );
});

test('a redirect does not wait for what it says beside its target', async (t) => {
  const server = await echoServer(t);
  const from = await refusingServer(t, (socket) =>
    socket.write(`HTTP/1.1 302 Found\r\nLocation: ws://127.0.0.1:${server.port}/\r\nContent-Length: 100\r\n\r\nMoved`),
  );
  // Of a clock that stands still no limit is reached.
  await assertWorks(await open(`ws://127.0.0.1:${from.port}/`, { clock: new TestClock() }));
});

test('the number of redirects is bounded', async (t) => {
  const loop = await redirecting(t, () => '/again');
  const url = `ws://127.0.0.1:${loop.port}/`;
  const error = await errorOf(open(url));
  assert.equal(error.message, `no WebSocket with 127.0.0.1:${loop.port}: it redirects more than 5 times`);
  assert.equal(error.code, 'ERR_REDIRECT');
  assert.equal(loop.requests.length, 6);
  assert.equal((await errorOf(open(url, { maxRedirects: 1 }))).code, 'ERR_REDIRECT');
  assert.equal(loop.requests.length, 8);
  // With none it is a refusal like any other.
  const none = await errorOf(open(url, { maxRedirects: 0 }));
  assert.equal(none.code, 'ERR_HANDSHAKE_REFUSED');
  assert.equal(none.headers.get('location'), '/again');
  assert.equal(loop.requests.length, 9);
  await loop.idle();
});

test('a Unix domain socket is the only server that its redirects may name', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sansocket-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const socketPath = join(folder, 'socket');
  const server = createServer().on('upgrade', ({ url }, socket) => {
    if (url === '/c') socket.end(response('403 Forbidden'));
    else socket.end(response('302 Found', { Location: url === '/a' ? '/c' : 'ws://elsewhere.test/' }));
  });
  await listening(t, server, socketPath);
  assert.equal((await errorOf(open('ws://server.test/a', { socketPath }))).status, 403);
  const error = await errorOf(open('ws://server.test/b', { socketPath }));
  assert.equal(
    error.message,
    'no WebSocket with server.test:80: it redirects to another server than that of the socket',
  );
});

test('the signal counts for every attempt', async (t) => {
  const controller = new AbortController();
  const silent = createServer().on('upgrade', () => controller.abort());
  const { port, idle } = await listening(t, silent);
  const from = await redirecting(t, () => `ws://127.0.0.1:${port}/`);
  const error = await errorOf(open(`ws://127.0.0.1:${from.port}/`, { signal: controller.signal }));
  assert.equal(error, controller.signal.reason);
  await idle();
});
