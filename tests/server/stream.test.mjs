// acceptStream, over memory.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeFrame } from 'sansocket';
import { transportPair } from 'sansocket/adapters';
import { acceptStream } from 'sansocket/server';
import { createWebSocketClass } from 'sansocket/websocket';
import { ended, next, request } from './support.mjs';

test('a client and a server over memory', async () => {
  const [near, far] = transportPair();
  const peer = acceptStream(far, { origins: 'any', protocols: ['b'], perMessageDeflate: true, scheme: 'wss' });
  const WebSocket = createWebSocketClass(() => near, { perMessageDeflate: true });
  const socket = new WebSocket('wss://in.memory/path', ['a', 'b']);
  await Promise.all([next(socket, 'open'), next(peer, 'open')]);
  assert.deepEqual([peer.url, peer.protocol, socket.protocol], ['wss://in.memory/path', 'b', 'b']);
  assert.equal(peer.extensions, socket.extensions);
  const ends = Promise.all([ended(socket), ended(peer)]);
  socket.close(4001, 'enough');
  const [ours, theirs] = await ends;
  const clean = { code: 4001, wasClean: true, error: undefined };
  // The answer repeats the code (RFC 6455 §5.5.1), and has nothing to add.
  assert.deepEqual(ours, { ...clean, reason: '' });
  assert.deepEqual(theirs, { ...clean, reason: 'enough' });
});

test('without a handshake', async () => {
  const [near, far] = transportPair();
  const peer = acceptStream(far, { handshake: 'none', protocol: 'mine' });
  await next(peer, 'open');
  assert.deepEqual([peer.protocol, peer.url], ['mine', '']);
  const writer = near.writable.getWriter();
  writer.write(encodeFrame({ opcode: 1, payload: 'x', masked: true }));
  assert.equal((await next(peer, 'message')).data, 'x');
  // A server takes masked frames only (RFC 6455 §5.1).
  const end = ended(peer);
  writer.write(encodeFrame({ opcode: 1, payload: 'x' }));
  assert.equal((await end).error.code, 'WS_ERR_EXPECTED_MASK');
  await writer.close();
});

/** Everything that a transport gives, as text. */
async function textOf({ readable }) {
  let text = '';
  for await (const chunk of readable) text += Buffer.from(chunk).toString('latin1');
  return text;
}

test('what is no request is answered as far as there is an answer, and is the error', async () => {
  for (const [name, bytes, status, message, options] of [
    ['bytes of TLS', '\x16\x03\x01\x02\x00', undefined, /was lost/],
    ['HTTP/1.0', request({ line: 'GET / HTTP/1.0' }), 505, /HTTP/],
    ['no HTTP', 'HELO mail.example\r\n\r\n', 400, /request/],
    ['half a request', request().slice(0, 50), undefined, /was lost/],
    ['nothing', '', undefined, /was lost/],
    ['a long target', request({ line: `GET /${'x'.repeat(100)} HTTP/1.1` }), 414, /./, { maxStartLineBytes: 64 }],
    ['many fields', request({ A: '1', B: '2' }), 431, /./, { maxHeaders: 6 }],
    ['large fields', request({ Cookie: 'x'.repeat(1000) }), 431, /./, { maxHeaderBytes: 512 }],
  ]) {
    const [near, far] = transportPair();
    const end = ended(acceptStream(far, { origins: 'any', ...options }));
    const writer = near.writable.getWriter();
    if (bytes) writer.write(Buffer.from(bytes, 'latin1'));
    const ending = writer.close();
    const answer = await textOf(near);
    await ending;
    const { code, wasClean, error } = await end;
    assert.deepEqual([code, wasClean], [1006, false], name);
    assert.equal(error.name, 'OpeningError', name);
    assert.match(error.message, message, name);
    if (status === undefined) assert.equal(answer, '', name);
    else assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `), name);
    assert.equal(error.cause.status, status, name);
  }
});

test('a head within its limits is accepted', async () => {
  const [near, far] = transportPair();
  const head = request();
  const limits = { maxHeaderBytes: head.length, maxHeaders: 5, maxStartLineBytes: head.indexOf('\r\n') };
  const peer = acceptStream(far, { origins: 'any', ...limits });
  near.writable.getWriter().write(Buffer.from(head));
  await next(peer, 'open');
  assert.equal(peer.url, 'ws://server.example/chat?x=1');
});

test('wrong options are refused by their names, and the transport is left alone', () => {
  const [near] = transportPair();
  for (const [options, error] of [
    [undefined, /^TypeError: "options" expected an object, got undefined$/],
    [
      {},
      /^TypeError: "options.origins" expected "any" or an array of origins such as "https:\/\/app.example", got undefined$/,
    ],
    [{ origins: 'any', limits: { maxMessageSize: -1 } }, /^RangeError: "options.limits.maxMessageSize"/],
    [{ handshake: 'none', limits: { maxMessageSize: -1 } }, /^RangeError: "options.limits.maxMessageSize"/],
    [{ handshake: 'none', limits: null }, /^TypeError: "options.limits" expected an object, got null$/],
  ]) {
    assert.throws(() => acceptStream(near, options), error);
  }
  assert.equal(near.readable.locked, false);
});

test('what is no transport is refused by the part that is wrong', () => {
  assert.throws(() => acceptStream(undefined, { origins: 'any' }), /"transport" expected/);
  assert.throws(() => acceptStream({ writable: new WritableStream() }, { origins: 'any' }), /transport\.readable/);
  const readable = new ReadableStream();
  readable.getReader();
  assert.throws(() => acceptStream({ readable, writable: new WritableStream() }, { origins: 'any' }), /locked/);
});
