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

test('garbage, half a request, and nothing', async () => {
  for (const [bytes, kind] of [
    ['\x16\x03\x01\x02\x00', /./],
    [request().slice(0, 50), /./],
    ['', /./],
  ]) {
    const [near, far] = transportPair();
    const end = ended(acceptStream(far, { origins: 'any' }));
    const writer = near.writable.getWriter();
    if (bytes) writer.write(Buffer.from(bytes, 'latin1'));
    writer.close();
    const { code, error } = await end;
    assert.equal(code, 1006);
    assert.equal(error.name, 'OpeningError');
    assert.match(error.message, kind);
  }
});

test('what is no transport is refused by the part that is wrong', () => {
  assert.throws(() => acceptStream(undefined, { origins: 'any' }), /"transport" expected/);
  assert.throws(() => acceptStream({ writable: new WritableStream() }, { origins: 'any' }), /transport\.readable/);
  const readable = new ReadableStream();
  readable.getReader();
  assert.throws(() => acceptStream({ readable, writable: new WritableStream() }, { origins: 'any' }), /locked/);
});
