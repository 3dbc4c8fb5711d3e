// What a client makes of the answer of a server, and of a transport that comes too late.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { acceptKey, ClientHandshake } from 'sansocket';
import { createWebSocketClass } from 'sansocket/websocket';
import { TestClock } from '../server/clock.mjs';
import { manual, next, overMemory, Peer, tasks, until, watch } from './support.mjs';

test('a server that chooses none of the subprotocols offered fails the connection', async () => {
  const { WebSocket, peers } = overMemory({ closeTimeout: 50 });
  const socket = new WebSocket('ws://h/', ['chat', 'superchat']);
  const end = watch(socket);
  await until(() => peers.length > 0);
  const peer = new Peer(peers[0]);
  await peer.answer();
  const { types, code, wasClean, error } = await end;
  assert.deepEqual([types, code, wasClean], [['error', 'close'], 1006, false]);
  assert.deepEqual(
    [error.name, error.message, error.response.status],
    ['OpeningError', 'the server chose none of the subprotocols offered: chat, superchat', 101],
  );
  assert.equal(socket.protocol, '');
  // The server is not left waiting.
  await peer.ended;
});

test('one that chooses among those offered, or is offered none, does not', async () => {
  for (const [offered, chosen] of [
    [['chat', 'superchat'], 'superchat'],
    [[], undefined],
  ]) {
    const { WebSocket, peers } = overMemory({ closeTimeout: 50 });
    const socket = new WebSocket('ws://h/', offered);
    await until(() => peers.length > 0);
    await new Peer(peers[0]).answer(undefined, { protocol: chosen });
    await next(socket, 'open');
    assert.equal(socket.protocol, chosen ?? '');
    socket.close();
  }
});

/** A connect function whose transport comes when `deliver` is called. */
function late() {
  const { transport, calls } = manual();
  let deliver;
  let signal;
  const connect = (request) => {
    signal = request.signal;
    return new Promise((resolve) => {
      deliver = () => resolve(transport);
    });
  };
  return { connect, calls, deliver: () => deliver(), isAborted: () => signal?.aborted === true, transport };
}

const released = ['abort', 'cancel', 'close'];

test('a transport that comes after close() is let go', async () => {
  for (const pause of [0, 1, 5]) {
    const { connect, calls, deliver, isAborted, transport } = late();
    const WebSocket = createWebSocketClass(connect);
    const socket = new WebSocket('ws://h/');
    const end = watch(socket);
    await tasks(2);
    socket.close();
    assert.equal(isAborted(), true);
    await tasks(pause);
    deliver();
    await end;
    await tasks(5);
    assert.deepEqual(calls.sort(), released);
    assert.deepEqual([transport.readable.locked, transport.writable.locked], [false, false]);
  }
});

test('a transport that comes after the time limit, or just at it, is let go', async () => {
  for (const pause of [undefined, 0, 1, 5]) {
    const { connect, calls, deliver, isAborted, transport } = late();
    let limit;
    const clock = {
      now: () => 0,
      setTimeout: (run) => {
        limit = run;
        return 1;
      },
      clearTimeout: () => {},
    };
    const WebSocket = createWebSocketClass(connect, { clock });
    const end = watch(new WebSocket('ws://h/'));
    await tasks(2);
    // Before the limit, but not before anybody has looked at it.
    if (pause === undefined) {
      deliver();
      await Promise.resolve();
    }
    limit();
    if (pause !== undefined) {
      await tasks(pause);
      deliver();
    }
    const { types, error } = await end;
    assert.deepEqual([types, error.name], [['error', 'close'], 'TimeoutError']);
    await tasks(5);
    // There may have been time for a request.
    const others = calls.filter((call) => !Array.isArray(call));
    assert.deepEqual(others.sort(), released, `${pause}`);
    assert.deepEqual([transport.readable.locked, transport.writable.locked], [false, false]);
    assert.equal(isAborted(), true);
  }
});

test('a transport is let go where the choices of the class are wrong', async () => {
  const { transport, calls } = manual();
  const WebSocket = createWebSocketClass(() => transport, { perMessageDeflate: { level: 10 } });
  const { types, error } = await watch(new WebSocket('ws://h/'));
  assert.deepEqual(types, ['error', 'close']);
  assert.match(error.message, /level/);
  await tasks(2);
  assert.deepEqual(calls.sort(), released);
});

/** The answer to the request of a client, with fields that replace or join the right ones. */
async function answerWith(peer, { line = 'HTTP/1.1 101 Switching Protocols', ...fields }, after = '') {
  const { key } = await peer.request();
  const all = { Upgrade: 'websocket', Connection: 'Upgrade', 'Sec-WebSocket-Accept': acceptKey(key), ...fields };
  const lines = Object.entries(all).filter(([, value]) => value !== undefined);
  await peer.write(`${line}\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${after}`);
}

/** What a socket makes of an answer. */
async function outcome(fields, protocols, options) {
  const { WebSocket, peers } = overMemory({ closeTimeout: 50, ...options });
  const socket = new WebSocket('ws://h/', protocols);
  const first = Promise.race([next(socket, 'open').then(() => 'open'), next(socket, 'error')]);
  await until(() => peers.length > 0);
  const peer = new Peer(peers[0]);
  await answerWith(peer, fields);
  // The body of a refusal may be everything up to the end.
  if (fields.line !== undefined) await peer.end();
  const event = await first;
  socket.close();
  return event === 'open' ? event : event.error;
}

test('lists of tokens, whatever their case', async () => {
  for (const fields of [
    { Connection: 'keep-alive, Upgrade' },
    { Connection: 'upgrade,close' },
    { Upgrade: 'WebSocket' },
    { upgrade: 'websocket', connection: 'UPGRADE', Upgrade: undefined, Connection: undefined },
  ]) {
    assert.equal(await outcome(fields), 'open', JSON.stringify(fields));
  }
});

test('answers that are refused, each with a rule', async () => {
  for (const [fields, kind, protocols] of [
    [{ Upgrade: 'h2c' }, /Upgrade/i],
    [{ Upgrade: undefined }, /Upgrade/i],
    [{ Connection: 'keep-alive' }, /Connection/i],
    [{ 'Sec-WebSocket-Accept': 'dGhlIHNhbXBsZSBub25jZQ==' }, /Accept/i],
    [{ 'Sec-WebSocket-Accept': undefined }, /Accept/i],
    [{ 'Sec-WebSocket-Protocol': 'other' }, /protocol/i, ['chat']],
    [{ 'Sec-WebSocket-Protocol': 'chat' }, /protocol/i],
    [{ 'Sec-WebSocket-Extensions': 'permessage-deflate' }, /extension/i],
    [{ line: 'HTTP/1.1 200 OK' }, /the server answered 200 OK/],
    [{ line: 'HTTP/1.1 302 Found', Location: 'ws://other/' }, /the server answered 302 Found/],
  ]) {
    const error = await outcome(fields, protocols);
    assert.equal(error.name, 'OpeningError', JSON.stringify(fields));
    assert.match(error.message, kind);
  }
});

test('an extension parameter that was not offered is refused', async () => {
  const extension = 'permessage-deflate; client_max_window_bits=20';
  const error = await outcome({ 'Sec-WebSocket-Extensions': extension }, undefined, { perMessageDeflate: true });
  assert.match(error.message, /extension|permessage-deflate/i);
});

test('what a person reads when the peer speaks something else, or nothing', async () => {
  for (const [answer, expected] of [
    ['HTTP/1.0 200 OK\r\n\r\n', /the server answered 200 OK/],
    ['HTTP/1.0 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n', /the version of HTTP must be 1\.1/],
    ['\x16\x03\x01garbage\r\n\r\n', /the status line is malformed/],
    ['SSH-2.0-OpenSSH_9.6\r\n', /the status line is malformed/],
    ['HTTP/1.1 101 Switch', /the connection was lost during the opening handshake/],
    ['', /the connection was lost during the opening handshake/],
  ]) {
    const { WebSocket, peers } = overMemory({ closeTimeout: 50 });
    const end = watch(new WebSocket('ws://h/'));
    await until(() => peers.length > 0);
    const writer = peers[0].writable.getWriter();
    if (answer) await writer.write(Buffer.from(answer, 'latin1'));
    await writer.close();
    const { types, code, error } = await end;
    assert.deepEqual([types, code], [['error', 'close'], 1006]);
    assert.match(error.message, expected, JSON.stringify(answer));
  }
});

test('nothing is left of an attempt that failed: no timer, no lock, no transport', async () => {
  for (const [answer, options] of [
    ['HTTP/1.0 101 Switching Protocols\r\n\r\n'],
    ['\x16\x03\x01\x02\x00\r\n\r\n'],
    [undefined, { limit: true }],
    ['HTTP/1.1 101 Switching', { limit: true }],
    ['HTTP/1.1 101 Switching', { cut: true }],
  ]) {
    const clock = new TestClock();
    const { transport, controller, calls } = manual();
    const WebSocket = createWebSocketClass(() => transport, { clock, handshakeTimeout: 500, closeTimeout: 500 });
    const end = watch(new WebSocket('ws://h/'));
    await until(() => calls.length > 0);
    if (answer !== undefined) controller.enqueue(Buffer.from(answer, 'latin1'));
    await tasks(5);
    if (options?.limit) clock.advance(500);
    else if (options?.cut) controller.error(new Error('cut'));
    const { types, code } = await end;
    assert.deepEqual([types, code], [['error', 'close'], 1006]);
    // A peer that was refused has a while to end.
    clock.advance(500);
    await tasks(5);
    assert.equal(clock.pending, 0, answer);
    assert.deepEqual([transport.readable.locked, transport.writable.locked], [false, false]);
    assert.equal(calls.at(-1), 'close');
  }
});

test('streams that are no streams, or in use, are refused by their names', async () => {
  const { readable, writable } = manual().transport;
  const lockedWritable = new WritableStream();
  lockedWritable.getWriter();
  for (const [transport, expected] of [
    [undefined, '"transport" expected { readable, writable }, got undefined'],
    ['ws://h/', '"transport" expected { readable, writable }, got string'],
    [{ writable }, '"transport.readable" expected ReadableStream, got undefined'],
    [{ readable: writable, writable }, '"transport.readable" expected ReadableStream, got WritableStream'],
    [{ readable, writable: null }, '"transport.writable" expected WritableStream, got null'],
    [{ readable, writable, closed: true }, '"transport.closed" expected Promise, got boolean'],
    [{ readable, writable, close: 'now' }, '"transport.close" expected function, got string'],
    [{ readable, writable: lockedWritable }, /"transport.writable" .* locked/],
  ]) {
    const WebSocket = createWebSocketClass(() => transport);
    const { types, error } = await watch(new WebSocket('ws://h/'));
    assert.deepEqual(types, ['error', 'close']);
    assert.ok(error instanceof TypeError);
    if (typeof expected === 'string') assert.equal(error.message, expected);
    else assert.match(error.message, expected);
  }
  assert.deepEqual([readable.locked, writable.locked], [false, false]);
});

test('the body of a refusal is read when it is whole, however it is cut', async (t) => {
  const { get } = Object.getOwnPropertyDescriptor(ClientHandshake.prototype, 'response');
  const reading = t.mock.getter(ClientHandshake.prototype, 'response', get);
  const { WebSocket, peers } = overMemory();
  const end = watch(new WebSocket('ws://h/'));
  await until(() => peers.length > 0);
  const writer = peers[0].writable.getWriter();
  await writer.write(Buffer.from('HTTP/1.1 404 Not Found\r\nContent-Length: 100\r\n\r\n'));
  for (let i = 0; i < 100; i += 1) await writer.write(Buffer.from('x'));
  const { error } = await end;
  assert.equal(error.response.body.length, 100);
  // Once for its head, and once for its body.
  assert.equal(reading.mock.callCount(), 2);
  await writer.close();
});
