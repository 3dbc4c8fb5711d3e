// WebSocketStream (whatwg/websockets#48): its shape, its arguments, and how it opens.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createWebSocketStreamClass, WebSocketError } from 'sansocket/websocket';
import { manual, overMemory, Peer, tasks, until } from './support.mjs';

const streamsOverMemory = (options) => {
  const { WebSocket, peers } = overMemory(options, createWebSocketStreamClass);
  return { WebSocketStream: WebSocket, peers };
};

/** The reason with which a promise rejects. */
const reasonOf = (promise) =>
  promise.then(
    () => assert.fail('it is fulfilled'),
    (reason) => reason,
  );

test('the shape of the class', () => {
  const { WebSocketStream } = streamsOverMemory();
  assert.deepEqual([WebSocketStream.name, WebSocketStream.length], ['WebSocketStream', 1]);
  assert.equal(Object.prototype.toString.call(WebSocketStream.prototype), '[object WebSocketStream]');
  for (const name of ['url', 'opened', 'closed']) {
    const { get, enumerable, configurable } = Object.getOwnPropertyDescriptor(WebSocketStream.prototype, name);
    assert.deepEqual([typeof get, enumerable, configurable], ['function', true, true], name);
    assert.throws(() => get.call({}), TypeError);
  }
  assert.equal(WebSocketStream.prototype.close.length, 0);
  assert.throws(() => createWebSocketStreamClass(), TypeError);
  assert.throws(() => createWebSocketStreamClass(() => {}, { closeTimeout: -1 }), RangeError);
});

test('arguments of the constructor', async () => {
  const { WebSocketStream, peers } = streamsOverMemory();
  assert.throws(() => new WebSocketStream(), TypeError);
  for (const url of ['invalid:', '/relative', 'ftp://h/', 'ws://h/#', 'ws://h/#a']) {
    assert.throws(() => new WebSocketStream(url), { name: 'SyntaxError' }, url);
  }
  for (const options of [true, 'chat', 5, { protocols: 'chat' }, { protocols: null }, { protocols: {} }]) {
    assert.throws(() => new WebSocketStream('ws://h/', options), TypeError, JSON.stringify(options));
  }
  for (const options of [{ signal: null }, { signal: {} }, { headers: { Upgrade: 'x' } }]) {
    assert.throws(() => new WebSocketStream('ws://h/', options), TypeError, JSON.stringify(options));
  }
  for (const protocols of [['a b'], ['a', 'A'], ['']]) {
    assert.throws(() => new WebSocketStream('ws://h/', { protocols }), { name: 'SyntaxError' });
  }
  for (const options of [undefined, null, {}, { protocols: [] }, { protocols: new Set(['a']) }, () => {}]) {
    const stream = new WebSocketStream('https://h:443/?q', options);
    assert.equal(stream.url, 'wss://h/?q');
    stream.close();
  }
  await tasks(2);
  assert.equal(peers.length, 0);
});

test('opened: two streams and what was agreed', async () => {
  const { WebSocketStream, peers } = streamsOverMemory({ perMessageDeflate: true, closeTimeout: 50 });
  const stream = new WebSocketStream('ws://h/', {
    protocols: ['chat', 'superchat'],
    headers: { Authorization: 'secret' },
  });
  await until(() => peers.length > 0);
  const peer = new Peer(peers[0]);
  const request = await peer.request();
  assert.deepEqual(request.protocols, ['chat', 'superchat']);
  assert.equal(request.headers.find(([name]) => name.toLowerCase() === 'authorization')[1], 'secret');
  await peer.answer(undefined, { protocol: 'superchat' });
  const { readable, writable, protocol, extensions } = await stream.opened;
  assert.ok(readable instanceof ReadableStream);
  assert.ok(writable instanceof WritableStream);
  assert.deepEqual([protocol, extensions], ['superchat', '']);
  assert.equal(stream.opened, stream.opened);
  stream.close();
  await stream.closed.catch(() => {});
});

test('what comes with the answer misses nobody who awaits opened', async () => {
  const { WebSocketStream, peers } = streamsOverMemory();
  const stream = new WebSocketStream('ws://h/');
  await until(() => peers.length > 0);
  const peer = new Peer(peers[0]);
  await peer.answer((connection) => {
    connection.sendText('1');
    connection.sendText('2');
    connection.sendClose(4000, 'bye');
  });
  await peer.end();
  const { readable } = await stream.opened;
  const received = [];
  for await (const message of readable) received.push(message);
  assert.deepEqual(received, ['1', '2']);
  assert.deepEqual(await stream.closed, { closeCode: 4000, reason: 'bye' });
});

test('a handshake that fails: opened and closed reject with one WebSocketError', async () => {
  const cause = new Error('no network');
  for (const [connect, expected, options] of [
    [() => Promise.reject(cause), /no network/],
    [() => ({ readable: new ReadableStream() }), /transport\.writable/],
    [() => new Promise(() => {}), /not open within 30 ms/, { handshakeTimeout: 30 }],
  ]) {
    const stream = new (createWebSocketStreamClass(connect, options))('ws://h/');
    const reason = await reasonOf(stream.opened);
    assert.ok(reason instanceof WebSocketError);
    assert.deepEqual([reason.name, reason.closeCode, reason.reason], ['WebSocketError', 1006, '']);
    assert.match(reason.message, expected);
    assert.match(reason.cause.message, expected);
    assert.equal(await reasonOf(stream.closed), reason);
  }
});

test('a server that refuses: its answer is in the cause', async () => {
  const { WebSocketStream, peers } = streamsOverMemory();
  const stream = new WebSocketStream('ws://h/');
  await until(() => peers.length > 0);
  const writer = peers[0].writable.getWriter();
  await writer.write(Buffer.from('HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nnope'));
  await writer.close();
  const reason = await reasonOf(stream.opened);
  assert.equal(reason.message, 'the server answered 404 Not Found');
  assert.equal(Buffer.from(reason.cause.response.body).toString(), 'nope');
});

test('nobody has to look at opened and closed', async () => {
  const { WebSocketStream } = streamsOverMemory();
  new WebSocketStream('ws://h/').close();
  // An unhandled rejection would fail this test.
  await tasks(5);
});

test('close() before open', async () => {
  for (const pause of [0, 3]) {
    let signal;
    const connect = (request) => {
      signal = request.signal;
      return new Promise(() => {});
    };
    const stream = new (createWebSocketStreamClass(connect))('ws://h/');
    await tasks(pause);
    stream.close({ closeCode: 4000 });
    const reason = await reasonOf(stream.opened);
    assert.ok(reason instanceof WebSocketError);
    assert.match(reason.message, /before it was open/);
    assert.equal(await reasonOf(stream.closed), reason);
    assert.equal(signal?.aborted, pause > 0 ? true : undefined);
  }
});

test('a signal that is aborted already: no connection is made', async () => {
  let called = false;
  const WebSocketStream = createWebSocketStreamClass(() => {
    called = true;
  });
  const why = new Error('not today');
  const stream = new WebSocketStream('ws://h/', { signal: AbortSignal.abort(why) });
  assert.equal(await reasonOf(stream.opened), why);
  assert.equal(await reasonOf(stream.closed), why);
  await tasks(3);
  assert.equal(called, false);
  // Wrong arguments come first.
  assert.throws(() => new WebSocketStream('invalid:', { signal: AbortSignal.abort() }), { name: 'SyntaxError' });
});

test('a signal that is aborted while connecting: the transport is reset, and its listener gone', async () => {
  const controller = new AbortController();
  const { transport, calls } = manual();
  const stream = new (createWebSocketStreamClass(() => transport))('ws://h/', { signal: controller.signal });
  await until(() => calls.length > 0);
  controller.abort();
  const reason = await reasonOf(stream.opened);
  assert.deepEqual([reason.name, reason], ['AbortError', controller.signal.reason]);
  assert.equal(await reasonOf(stream.closed), reason);
  await tasks(2);
  assert.deepEqual(calls.slice(1).sort(), ['abort', 'cancel', 'close']);
});

test('a signal that is aborted after open does nothing', async () => {
  const controller = new AbortController();
  const { transport, calls } = manual();
  const WebSocketStream = createWebSocketStreamClass(() => transport, { handshake: 'none' });
  const { writable } = await new WebSocketStream('ws://h/', { signal: controller.signal }).opened;
  controller.abort();
  await tasks(3);
  await writable.getWriter().write('still here');
  assert.deepEqual(
    calls.map(([call]) => call),
    ['write'],
  );
});
