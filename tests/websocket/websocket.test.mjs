// The class of the web platform: its shape, its arguments, and how connections begin and end.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Connection, encodeFrame, ServerHandshake } from 'sansocket';
import { createWebSocketClass, createWebSocketStreamClass } from 'sansocket/websocket';
import { next, overMemory, pair, watch } from './support.mjs';

test('the shape of the class', () => {
  const { WebSocket } = overMemory();
  assert.deepEqual([WebSocket.name, WebSocket.length, typeof WebSocket], ['WebSocket', 1, 'function']);
  // Web IDL counts the arguments that must be there.
  assert.deepEqual([WebSocket.prototype.send.length, WebSocket.prototype.close.length], [1, 0]);
  assert.equal(Object.prototype.toString.call(WebSocket.prototype), '[object WebSocket]');
  for (const [i, name] of ['CONNECTING', 'OPEN', 'CLOSING', 'CLOSED'].entries()) {
    for (const owner of [WebSocket, WebSocket.prototype]) {
      const expected = { value: i, enumerable: true, writable: false, configurable: false };
      assert.deepEqual(Object.getOwnPropertyDescriptor(owner, name), expected);
    }
  }
  for (const name of ['url', 'readyState', 'bufferedAmount', 'binaryType', 'onmessage', 'protocol', 'extensions']) {
    const { get, enumerable, configurable } = Object.getOwnPropertyDescriptor(WebSocket.prototype, name);
    assert.deepEqual([typeof get, enumerable, configurable], ['function', true, true], name);
    assert.throws(() => get.call({}), TypeError);
  }
});

test('wrong options are refused with the class, by their names', () => {
  for (const make of [createWebSocketClass, createWebSocketStreamClass]) {
    for (const [options, error] of [
      [null, /^TypeError: "options" expected an object, got null$/],
      [{ handshakeTimeout: 0 }, /^RangeError: "options.handshakeTimeout"/],
      [{ clock: {} }, /^TypeError: "options.clock.now" expected a function$/],
      [{ handshake: 'None' }, /^TypeError: "options.handshake" expected "http1" or "none", got "None"$/],
      [{ perMessageDeflate: 'yes' }, /^TypeError: "options.perMessageDeflate"/],
      [{ headers: { Host: 'x' } }, /^TypeError: "headers" may not have 'host'/],
      [{ limits: 5 }, /^TypeError: "options.limits" expected an object, got number$/],
      [{ limits: { maxMessageSize: -1 } }, /^RangeError: "options.limits.maxMessageSize" .* got -1$/],
      [{ limits: { maxFragments: '5' } }, /^TypeError: "options.limits.maxFragments"/],
    ]) {
      assert.throws(() => make(() => {}, options), error);
    }
    make(() => {}, { limits: { maxMessageSize: 0, maxFragments: Number.POSITIVE_INFINITY } });
  }
});

test('arguments of the constructor', () => {
  const { WebSocket, peers } = overMemory();
  assert.throws(() => new WebSocket(), TypeError);
  for (const url of ['/relative', 'ftp://h/', 'ws://h/#', 'ws://h/#a', 'mailto:a@b']) {
    assert.throws(() => new WebSocket(url), { name: 'SyntaxError' }, url);
  }
  for (const protocols of ['', 'a b', ['a', 'A'], ['a', ''], 'é', ['a,b']]) {
    assert.throws(() => new WebSocket('ws://h/', protocols), { name: 'SyntaxError' }, String(protocols));
  }
  for (const name of ['Upgrade', 'connection', 'Sec-WebSocket-Key', 'Host']) {
    assert.throws(() => new WebSocket('ws://h/', { headers: { [name]: 'x' } }), TypeError, name);
  }
  const sockets = ['http://h:80', 'https://h/?q'].map((url) => new WebSocket(url));
  assert.deepEqual(
    sockets.map(({ url }) => url),
    ['ws://h/', 'wss://h/?q'],
  );
  for (const socket of sockets) socket.close();
  assert.equal(peers.length, 0, 'nothing is connected within the constructor');
});

test('handlers keep their place, and what cannot be called is kept and not called', () => {
  const { WebSocket } = overMemory();
  const socket = new WebSocket('ws://h/');
  const calls = [];
  socket.onopen = () => calls.push('replaced');
  socket.addEventListener('open', () => calls.push('listener'));
  socket.onopen = () => calls.push('handler');
  socket.dispatchEvent(new Event('open'));
  assert.deepEqual(calls, ['handler', 'listener']);
  const object = { handleEvent: () => calls.push('object') };
  socket.onopen = object;
  assert.equal(socket.onopen, object);
  socket.dispatchEvent(new Event('open'));
  socket.onopen = 5;
  assert.equal(socket.onopen, null);
  assert.deepEqual(calls, ['handler', 'listener', 'listener']);
  socket.close();
});

test('binaryType: an invalid value is ignored', () => {
  const { WebSocket } = overMemory();
  const socket = new WebSocket('ws://h/');
  socket.binaryType = 'arraybuffer';
  socket.binaryType = 'nodebuffer';
  assert.equal(socket.binaryType, 'arraybuffer');
  socket.close();
});

test('messages of every kind, in the order of the calls', async () => {
  const { socket, peer } = await pair();
  peer.binaryType = 'arraybuffer';
  const received = [];
  peer.onmessage = ({ data }) => received.push(typeof data === 'string' ? data : [...new Uint8Array(data)]);
  const bytes = Uint8Array.of(9, 1, 2, 9);
  socket.send('a\uD800');
  socket.send(new Blob([Uint8Array.of(5)]));
  socket.send(bytes.subarray(1, 3));
  bytes.fill(7);
  socket.send(bytes.buffer);
  socket.send(null);
  assert.equal(socket.bufferedAmount, 4 + 1 + 2 + 4 + 4);
  const end = watch(peer);
  socket.close();
  await end;
  assert.deepEqual(received, ['a\uFFFD', [5], [1, 2], [7, 7, 7, 7], 'null']);
  const before = socket.bufferedAmount;
  socket.send('lost');
  assert.equal(socket.bufferedAmount, before + 4);
});

test('what cannot be sent', async () => {
  const { WebSocket } = overMemory();
  const connecting = new WebSocket('ws://h/');
  assert.throws(() => connecting.send('x'), { name: 'InvalidStateError' });
  assert.throws(() => connecting.send(), TypeError);
  connecting.close();
  const { socket } = await pair();
  assert.throws(() => socket.send(new Uint8Array(new SharedArrayBuffer(1))), TypeError);
  // Web IDL: of a buffer that was transferred there are no bytes.
  const { socket: sender, peer } = await pair();
  const detached = Uint8Array.of(1, 2, 3);
  structuredClone(detached.buffer, { transfer: [detached.buffer] });
  sender.send(detached);
  sender.send(detached.buffer);
  sender.close();
  const sizes = [];
  peer.addEventListener('message', ({ data }) => sizes.push(data.size));
  await next(peer, 'close');
  assert.deepEqual(sizes, [0, 0]);
  socket.close();
});

test('a Blob gives a Blob, an ArrayBuffer exactly its bytes', async () => {
  const { socket, peer } = await pair();
  peer.send(Uint8Array.of(1, 2));
  const { data } = await next(socket, 'message');
  assert.deepEqual([data instanceof Blob, data.size], [true, 2]);
  socket.binaryType = 'arraybuffer';
  // Small messages of one chunk share memory inside, and must not show it.
  const received = [];
  socket.addEventListener('message', (event) => received.push(event.data));
  peer.send(Uint8Array.of(3));
  peer.send(Uint8Array.of(4, 5));
  while (received.length < 2) await next(socket, 'message');
  assert.deepEqual(received, [Uint8Array.of(3).buffer, Uint8Array.of(4, 5).buffer]);
  socket.close();
});

test('arguments of close', async () => {
  const { socket, peer } = await pair();
  for (const code of [0, 999, 1001, 1005, 2999, 5000, 65_536 + 1000, Number.NaN, null, 'string']) {
    assert.throws(() => socket.close(code), { name: 'InvalidAccessError' }, String(code));
  }
  assert.throws(() => socket.close(1000, 'é'.repeat(62)), { name: 'SyntaxError' });
  assert.equal(socket.readyState, 1);
  const end = watch(peer);
  socket.close(undefined, 'because');
  assert.equal(socket.readyState, 2);
  socket.close(3000);
  const { code, reason, wasClean } = await end;
  assert.deepEqual([code, reason, wasClean], [1000, 'because', true]);
});

test('an empty Close is 1005', async () => {
  const { socket, peer } = await pair();
  const ends = Promise.all([watch(socket), watch(peer)]);
  peer.close();
  for (const { code, reason, wasClean, types } of await ends) {
    assert.deepEqual([code, reason, wasClean, types], [1005, '', true, ['close']]);
  }
});

test('close before open', async () => {
  let aborted;
  const WebSocket = createWebSocketClass(({ signal }) => {
    aborted = signal;
    return new Promise(() => {});
  });
  for (const wait of [false, true]) {
    const socket = new WebSocket('ws://h/');
    const end = watch(socket);
    if (wait) await new Promise((resolve) => setImmediate(resolve));
    socket.close();
    assert.equal(socket.readyState, 2);
    const { types, code, wasClean, error } = await end;
    assert.deepEqual([types, code, wasClean], [['error', 'close'], 1006, false]);
    assert.match(error.message, /before it was open/);
  }
  assert.equal(aborted.aborted, true);
});

test('a connect that throws, rejects, hangs, or gives no transport', async () => {
  const cause = new Error('no network');
  const locked = { readable: new ReadableStream(), writable: new WritableStream() };
  locked.readable.getReader();
  for (const [connect, expected] of [
    [
      () => {
        throw cause;
      },
      /no network/,
    ],
    [() => Promise.reject(cause), /no network/],
    [() => Promise.reject('a string'), /no connection/],
    [() => undefined, /"transport" expected/],
    [() => ({ readable: new ReadableStream() }), /"transport.writable" expected WritableStream, got undefined/],
    [() => locked, /locked/],
    [() => new Promise(() => {}), /not open within 30 ms/],
  ]) {
    const hangs = expected.source.includes('30 ms');
    const WebSocket = createWebSocketClass(connect, { handshakeTimeout: hangs ? 30 : 20_000 });
    const { types, code, wasClean, error } = await watch(new WebSocket('ws://h/'));
    assert.deepEqual([types, code, wasClean], [['error', 'close'], 1006, false]);
    assert.match(error.message, expected);
  }
});

test('a peer that answers something else, or nothing', async () => {
  for (const [answer, expected] of [
    ['HTTP/1.0 101 OK\r\n\r\n', /./],
    ['\x16\x03\x01garbage\r\n\r\n', /./],
    ['HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nnope', /the server answered 404 Not Found/],
    ['', /./],
  ]) {
    const { WebSocket, peers } = overMemory({ handshakeTimeout: 5000, closeTimeout: 50 });
    const socket = new WebSocket('ws://h/');
    const end = watch(socket);
    while (peers.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const writer = peers[0].writable.getWriter();
    if (answer) await writer.write(Buffer.from(answer, 'latin1'));
    await writer.close();
    const { types, error } = await end;
    assert.deepEqual(types, ['error', 'close']);
    assert.equal(error.name, 'OpeningError');
    assert.match(error.message, expected);
    if (answer.includes('404')) assert.equal(Buffer.from(error.response.body).toString(), 'nope');
  }
});

test('the answer, a message and a Close in one chunk: every event has its turn', async () => {
  const { WebSocket, peers } = overMemory();
  const socket = new WebSocket('ws://h/', 'chat');
  const end = watch(socket);
  while (peers.length === 0) await new Promise((resolve) => setImmediate(resolve));
  const { value } = await peers[0].readable.getReader().read();
  const server = new ServerHandshake({ origins: 'any', protocols: ['chat'] });
  server.receiveData(value);
  const connection = server.accept();
  connection.sendText('first');
  connection.sendClose(4000, 'last');
  const writer = peers[0].writable.getWriter();
  await writer.write(Buffer.concat([...server.dataToSend(), ...connection.dataToSend()]));
  // Set after an await, and not too late.
  await next(socket, 'open');
  assert.equal((await next(socket, 'message')).data, 'first');
  await writer.close();
  const { types, code } = await end;
  assert.deepEqual([types, code], [['open', 'message', 'close'], 4000]);
});

test('a good message before a violation is delivered, and the wire carries the code', async () => {
  const { WebSocket, peers } = overMemory({ handshake: 'none', closeTimeout: 50 });
  const socket = new WebSocket('ws://h/');
  const end = watch(socket);
  await next(socket, 'open');
  const writer = peers[0].writable.getWriter();
  const text = encodeFrame({ opcode: 1, payload: 'fine' });
  await writer.write(Buffer.concat([text, encodeFrame({ opcode: 3 })]));
  const { types, code, error } = await end;
  assert.deepEqual([types, code, error.code], [['open', 'message', 'error', 'close'], 1006, 'WS_ERR_INVALID_OPCODE']);
  const server = new Connection({ role: 'server' });
  const { value } = await peers[0].readable.getReader().read();
  server.receiveData(value);
  assert.deepEqual([...server.events()], [{ type: 'close', code: 1002, reason: '' }]);
});

test('web streams as transports, with any BufferSource as a chunk', async () => {
  const up = new TransformStream();
  const down = new TransformStream();
  const WebSocket = createWebSocketClass(() => ({ readable: down.readable, writable: up.writable }), {
    handshake: 'none',
    protocol: 'mine',
  });
  const socket = new WebSocket('ws://h/');
  await next(socket, 'open');
  assert.equal(socket.protocol, 'mine');
  assert.equal(up.writable.locked, true);
  const writer = down.writable.getWriter();
  const bytes = encodeFrame({ opcode: 1, payload: 'hello' });
  for (const chunk of [bytes.buffer.slice(0, 2), new DataView(bytes.buffer, 2, 2), bytes.subarray(4)])
    writer.write(chunk);
  assert.equal((await next(socket, 'message')).data, 'hello');
  const end = watch(socket);
  writer.abort(new Error('cut'));
  const { code, error } = await end;
  assert.deepEqual([code, error.message, error.cause?.message], [1006, 'the transport was lost', 'cut']);
  assert.equal(up.writable.locked, false);
});

test('events one task each, if asked for', async () => {
  const { socket, peer } = await pair({ allowSynchronousEvents: false });
  const log = [];
  socket.onmessage = ({ data }) => {
    log.push(data);
    queueMicrotask(() => log.push(`after ${data}`));
  };
  peer.send('1');
  peer.send('2');
  await next(socket, 'message');
  await next(socket, 'message');
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(log, ['1', 'after 1', '2', 'after 2']);
  socket.close();
});

test('the handshake that goes out', async () => {
  const options = { headers: { Origin: 'https://app.example', 'User-Agent': 'mine' }, perMessageDeflate: true };
  const { WebSocket, peers } = overMemory(options);
  const init = { protocols: ['a', 'b'], headers: { Authorization: 'secret' } };
  const socket = new WebSocket('ws://server.example:81/path?q', init);
  while (peers.length === 0) await new Promise((resolve) => setImmediate(resolve));
  const { value } = await peers[0].readable.getReader().read();
  const server = new ServerHandshake({ origins: ['https://app.example'] });
  server.receiveData(value);
  const { path, host, protocols, headers, extensions } = server.request;
  assert.deepEqual([path, host, protocols], ['/path?q', 'server.example:81', ['a', 'b']]);
  assert.match(extensions, /permessage-deflate/);
  const fields = new Headers(headers.map(([name, text]) => [name, text]));
  assert.deepEqual([fields.get('authorization'), fields.get('user-agent')], ['secret', 'mine']);
  socket.close();
});
