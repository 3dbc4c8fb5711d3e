// acceptUpgrade: what goes over the wire, and what the socket tells.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { open } from 'sansocket/client';
import { acceptUpgrade, refuseUpgrade } from 'sansocket/server';
import { credentials } from '../adapters/node-ends.mjs';
import { accepting, ended, frame, isOpen, listen, next, opened, Raw, request } from './support.mjs';

const any = { origins: 'any' };

test('the handshake of RFC 6455 §1.2, and a message each way', async (t) => {
  const server = await accepting(t, { ...any, protocols: ['chat'] });
  const { raw, lines } = await opened(server.port, { 'Sec-WebSocket-Protocol': 'chat, superchat' });
  assert.deepEqual(lines.slice(1).sort(), [
    'Connection: Upgrade',
    'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=',
    'Sec-WebSocket-Protocol: chat',
    'Upgrade: websocket',
  ]);
  const peer = await server.next();
  await isOpen(peer);
  assert.deepEqual(
    [peer.readyState, peer.protocol, peer.extensions, peer.url],
    [1, 'chat', '', 'ws://server.example/chat?x=1'],
  );
  raw.write(frame(1, 'Grüße'));
  assert.equal((await next(peer, 'message')).data, 'Grüße');
  peer.send('back');
  assert.deepEqual(await raw.frame(), { opcode: 1, payload: 'back' });
});

test('frames that follow the request at once are not lost, and wait for the handlers', async (t) => {
  const server = await accepting(t, any);
  const raw = new Raw(server.port);
  raw.write(request(), frame(1, 'early'), frame(1, 'earlier'));
  const peer = await server.next();
  await next(peer, 'open');
  const received = [];
  peer.addEventListener('message', ({ data }) => received.push(data));
  while (received.length < 2) await next(peer, 'message');
  assert.deepEqual(received, ['early', 'earlier']);
});

test('what is no valid request is refused', async (t) => {
  const server = await accepting(t, { origins: ['https://app.example'] });
  const origin = { Origin: 'https://app.example' };
  for (const [fields, status, field] of [
    [{ ...origin, 'Sec-WebSocket-Key': 'short' }, 400],
    [{ ...origin, 'Sec-WebSocket-Version': '8' }, 426, 'Sec-WebSocket-Version: 13'],
    [{ ...origin, line: 'POST / HTTP/1.1' }, 405],
    [{ Origin: 'https://elsewhere.example' }, 403],
  ]) {
    const raw = new Raw(server.port);
    raw.write(request(fields));
    const peer = await server.next();
    const [{ code, wasClean, error }, [line, ...lines]] = await Promise.all([ended(peer), raw.head()]);
    assert.equal(Number(line.split(' ')[1]), status);
    if (field) assert.ok(lines.includes(field), lines.join('\n'));
    assert.deepEqual([code, wasClean, peer.readyState], [1006, false, 3]);
    assert.equal(error.name, 'OpeningError');
    assert.equal(error.cause.status, status);
    await raw.rest();
  }
});

test('a request that is not wanted is refused with a status, header fields and a body', async (t) => {
  const server = createServer();
  const sockets = [];
  server.on('upgrade', (incoming, socket, head) => {
    sockets.push(socket);
    const refusal = { status: 404, headers: { 'X-Reason': 'no such room' }, body: 'not here' };
    refuseUpgrade(incoming, socket, head, refusal);
  });
  const port = await listen(t, server);
  const raw = new Raw(port);
  raw.write(request());
  const [line, ...fields] = await raw.head();
  assert.match(line, /^HTTP\/1\.1 404 /);
  for (const field of ['X-Reason: no such room', 'Content-Length: 8', 'Connection: close']) {
    assert.ok(fields.includes(field), fields.join('\n'));
  }
  assert.equal((await raw.rest()).toString(), 'not here');
  raw.socket.end();
  const [socket] = sockets;
  if (!socket.closed) await once(socket, 'close');

  // What is no request for a WebSocket is told so.
  const wrong = new Raw(port);
  wrong.write(request({ 'Sec-WebSocket-Version': '8' }));
  assert.match((await wrong.head())[0], /^HTTP\/1\.1 426 /);
  wrong.socket.destroy();
});

test('a client that resets meanwhile does not end the process', async (t) => {
  const server = createServer();
  const made = new Promise((resolve) => {
    server.on('upgrade', (...args) => resolve(args));
  });
  const port = await listen(t, server);
  const raw = new Raw(port);
  raw.write(request());
  const [incoming, socket, head] = await made;
  raw.socket.resetAndDestroy();
  refuseUpgrade(incoming, socket, head, { status: 404 });
  // An `error` that nobody listens to would be thrown.
  await new Promise((resolve) => socket.on('close', resolve));
});

test('a refusal that cannot be sent is an error of the caller, and the socket is left alone', () => {
  const socket = new PassThrough();
  const incoming = {
    method: 'GET',
    url: '/',
    httpVersion: '1.1',
    rawHeaders: request()
      .split(/: |\r\n/)
      .slice(1, -2),
  };
  for (const status of [101, 200, 600, '404', undefined]) {
    assert.throws(() => refuseUpgrade(incoming, socket, new Uint8Array(), { status }), /"status"/);
  }
  assert.equal(socket.listenerCount('error'), 0);
});

test('an origin must be chosen', () => {
  assert.throws(() => acceptUpgrade({ rawHeaders: [] }, {}, new Uint8Array(), {}), /origins/);
});

test('authentication, at once and later', async (t) => {
  const refusal = { status: 401, headers: { 'WWW-Authenticate': 'Basic' }, body: 'who are you?' };
  for (const wait of [(value) => value, async (value) => value]) {
    const authenticate = ({ headers }) =>
      wait(headers.some(([name, value]) => name === 'Authorization' && value === 'secret') ? undefined : refusal);
    const server = await accepting(t, { ...any, authenticate, headers: { 'X-Hello': 'there' } });
    const { lines } = await opened(server.port, { Authorization: 'secret' });
    assert.ok(lines.includes('X-Hello: there'));
    await isOpen(await server.next());

    const raw = new Raw(server.port);
    raw.write(request());
    const peer = await server.next();
    const { code, error } = await ended(peer);
    assert.deepEqual([code, error.message], [1006, 'the request was refused by this server']);
    const [line, ...fields] = await raw.head();
    assert.match(line, /^HTTP\/1\.1 401 /);
    assert.ok(fields.includes('WWW-Authenticate: Basic'));
    assert.equal((await raw.rest()).toString(), 'who are you?');
  }
});

test('an authentication that fails is answered with 500, and the cause stays here', async (t) => {
  const cause = new Error('no database');
  for (const authenticate of [
    () => {
      throw cause;
    },
    () => Promise.reject(cause),
  ]) {
    const server = await accepting(t, { ...any, authenticate });
    const raw = new Raw(server.port);
    raw.write(request());
    const { error } = await ended(await server.next());
    assert.equal(error.cause, cause);
    assert.match((await raw.head())[0], /^HTTP\/1\.1 500 /);
    assert.equal((await raw.rest()).includes('database'), false);
  }
});

test('the subprotocol may depend on the request', async (t) => {
  const protocols = ({ protocols: offered, path }) => (path === '/v2' ? 'chat.2' : offered[0]);
  const server = await accepting(t, { ...any, protocols });
  const offer = { 'Sec-WebSocket-Protocol': 'chat.1, chat.2' };
  const { lines } = await opened(server.port, { ...offer, line: 'GET /v2 HTTP/1.1' });
  assert.ok(lines.includes('Sec-WebSocket-Protocol: chat.2'));
  const other = await opened(server.port, offer);
  assert.ok(other.lines.includes('Sec-WebSocket-Protocol: chat.1'));
});

test('compression is agreed and used', async (t) => {
  const server = await accepting(t, { ...any, perMessageDeflate: { threshold: 0 } });
  const offer = { 'Sec-WebSocket-Extensions': 'permessage-deflate; client_max_window_bits' };
  const { raw } = await opened(server.port, offer);
  const peer = await server.next();
  await isOpen(peer);
  assert.match(peer.extensions, /^permessage-deflate/);
  raw.write(frame(1, Buffer.from('f248cdc9c90700', 'hex'), { rsv1: true }));
  assert.equal((await next(peer, 'message')).data, 'Hello');
});

test('limits are those of the connection', async (t) => {
  const server = await accepting(t, { ...any, limits: { maxMessageSize: 10 } });
  const { raw } = await opened(server.port);
  const peer = await server.next();
  const end = ended(peer);
  raw.write(frame(2, 'x'.repeat(11)));
  const { code, wasClean, error } = await end;
  assert.deepEqual([code, wasClean, error.closeCode], [1006, false, 1009]);
  assert.deepEqual(await raw.frame(), { opcode: 8, code: 1009 });
});

test('a Close is answered, and the server ends first', async (t) => {
  const server = await accepting(t, any);
  const { raw } = await opened(server.port);
  const peer = await server.next();
  const end = ended(peer);
  raw.write(frame(8, Buffer.from([0x0f, 0xa0, ...Buffer.from('bye')])));
  assert.equal((await raw.frame()).opcode, 8);
  assert.equal((await raw.rest()).length, 0);
  assert.equal(peer.readyState, peer.CLOSING);
  raw.socket.end();
  assert.deepEqual(await end, { code: 4000, reason: 'bye', wasClean: true, error: undefined });
});

test('a peer that does not end after the closing handshake is reset in time', async (t) => {
  const server = await accepting(t, { ...any, closeTimeout: 50 });
  const { raw } = await opened(server.port);
  const peer = await server.next();
  const end = ended(peer);
  const gone = new Promise((resolve) => raw.socket.on('error', ({ code }) => resolve(code)));
  raw.write(frame(8));
  assert.deepEqual(await end, { code: 1005, reason: '', wasClean: true, error: undefined });
  // A socket that has read the end learns of the reset by writing.
  raw.write('x');
  assert.match(await gone, /ECONNRESET|EPIPE/);
});

test('a Close that is not answered', async (t) => {
  const server = await accepting(t, { ...any, closeTimeout: 50 });
  await opened(server.port);
  const peer = await server.next();
  await isOpen(peer);
  const end = ended(peer);
  peer.close(3000, 'done');
  const { code, wasClean, error } = await end;
  assert.deepEqual([code, wasClean, error.message], [1006, false, 'the connection was not closed within 50 ms']);
});

test('an end without a Close, and a reset', async (t) => {
  const server = await accepting(t, any);
  for (const [leave, message] of [
    [(socket) => socket.end(), /before a Close frame/],
    [(socket) => socket.resetAndDestroy(), /lost/],
  ]) {
    const { raw } = await opened(server.port);
    const peer = await server.next();
    await isOpen(peer);
    const end = ended(peer);
    leave(raw.socket);
    const { code, wasClean, error } = await end;
    assert.deepEqual([code, wasClean], [1006, false]);
    assert.match(error.message, message);
  }
});

test('what a slow reader does not take is in bufferedAmount, and goes out when it reads', async (t) => {
  const server = await accepting(t, any);
  const { raw } = await opened(server.port);
  const peer = await server.next();
  await isOpen(peer);
  raw.socket.pause();
  const piece = new Uint8Array(1 << 20);
  const task = () => new Promise((resolve) => setImmediate(resolve));
  let sent = 0;
  // Until the buffers of the system are full, however large they are.
  while (peer.bufferedAmount < 4 << 20) {
    peer.send(piece);
    sent += piece.length;
    await task();
  }
  let received = 0;
  raw.socket.on('data', ({ length }) => {
    received += length;
  });
  raw.socket.resume();
  while (peer.bufferedAmount > 0) await task();
  while (received < sent) await once(raw.socket, 'data');
  assert.equal(peer.readyState, 1);
});

test('a client that leaves before the answer leaves nothing', async (t) => {
  let decide;
  const authenticate = () =>
    new Promise((resolve) => {
      decide = resolve;
    });
  const server = await accepting(t, { ...any, authenticate });
  const raw = new Raw(server.port);
  raw.write(request());
  const peer = await server.next();
  const end = ended(peer);
  while (decide === undefined) await new Promise((resolve) => setImmediate(resolve));
  raw.socket.resetAndDestroy();
  const { code, error } = await end;
  assert.deepEqual([code, error.message], [1006, 'the transport was lost']);
  decide(undefined);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(peer.readyState, peer.CLOSED);
});

test('the request is bounded in time', async (t) => {
  const server = await accepting(t, { ...any, handshakeTimeout: 50, authenticate: () => new Promise(() => {}) });
  const raw = new Raw(server.port);
  raw.write(request());
  const { error } = await ended(await server.next());
  assert.equal(error.message, 'the connection was not open within 50 ms');
});

test('on a server of node:https', async (t) => {
  const server = createSecureServer(credentials);
  const port = await listen(t, server);
  const made = new Promise((resolve) => {
    server.on('upgrade', (incoming, socket, head) => resolve(acceptUpgrade(incoming, socket, head, any)));
  });
  const client = open(`wss://localhost:${port}/chat?x=1`, { tls: { ca: credentials.cert } });
  const peer = await made;
  const [socket] = await Promise.all([client, isOpen(peer)]);
  assert.equal(peer.url, `wss://localhost:${port}/chat?x=1`);
  peer.onmessage = ({ data }) => peer.send(data.toUpperCase());
  socket.send('hello');
  assert.equal((await next(socket, 'message')).data, 'HELLO');
  const ends = Promise.all([ended(peer), ended(socket)]);
  socket.close(4000, 'bye');
  for (const { code, wasClean } of await ends) assert.deepEqual([code, wasClean], [4000, true]);
});
