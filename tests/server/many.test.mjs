// broadcast and closeAll.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { recycle } from 'sansocket';
import { transportPair } from 'sansocket/adapters';
import { open } from 'sansocket/client';
import { broadcast, closeAll } from 'sansocket/server';
import { createWebSocketClass } from 'sansocket/websocket';
import { TestClock } from './clock.mjs';
import { accepting, ended, frame, isOpen, next, opened } from './support.mjs';

async function clients(t, options, wishes) {
  const server = await accepting(t, options);
  const pairs = [];
  for (const wish of wishes) {
    const client = await open(`ws://127.0.0.1:${server.port}/`, wish);
    const peer = await server.next();
    await isOpen(peer);
    pairs.push({ client, peer });
  }
  return pairs;
}

test('a message reaches all that are open, however they compress', async (t) => {
  const options = { origins: 'any', perMessageDeflate: true };
  const pairs = await clients(t, options, [
    {},
    { perMessageDeflate: true },
    { perMessageDeflate: { serverNoContextTakeover: true } },
    { perMessageDeflate: { serverMaxWindowBits: 9 } },
    {},
  ]);
  const closing = pairs.pop();
  closing.peer.close();
  const peers = pairs.map(({ peer }) => peer);
  for (const data of ['Grüße '.repeat(100), new Uint8Array([1, 2, 3]), new Uint8Array([1, 2, 3]).buffer, '']) {
    const received = pairs.map(({ client }) => {
      client.binaryType = 'arraybuffer';
      return next(client, 'message');
    });
    assert.equal(broadcast([...peers, closing.peer], data), 4);
    for (const event of await Promise.all(received)) {
      const expected = typeof data === 'string' ? data : new Uint8Array([1, 2, 3]).buffer;
      assert.deepEqual(event.data, expected);
    }
  }
  // What is sent afterwards still fits the windows.
  const received = pairs.map(({ client }) => next(client, 'message'));
  for (const peer of peers) peer.send('Grüße '.repeat(100));
  for (const { data } of await Promise.all(received)) assert.equal(data, 'Grüße '.repeat(100));
  for (const { client } of pairs) client.close();
});

test('a broadcast keeps its place behind a Blob that is being read', async (t) => {
  const [{ client, peer }] = await clients(t, { origins: 'any' }, [{}]);
  client.binaryType = 'arraybuffer';
  const received = [];
  client.onmessage = ({ data }) => received.push(typeof data === 'string' ? data : data.byteLength);
  peer.send(new Blob(['12345']));
  broadcast([peer], 'after');
  broadcast([peer], new Uint8Array(new SharedArrayBuffer(3)));
  assert.equal(peer.bufferedAmount, 13);
  while (received.length < 3) await next(client, 'message');
  assert.deepEqual(received, [5, 'after', 3]);
  client.close();
});

test('a message reaches connections of older instances of the module as well', async (t) => {
  const options = { origins: 'any', perMessageDeflate: true };
  const wishes = [{}, { perMessageDeflate: true }];
  const old = await clients(t, options, wishes);
  recycle();
  const young = await clients(t, options, wishes);
  const pairs = [old[0], young[0], old[1], young[1]];
  const bytes = new Uint8Array(new SharedArrayBuffer(3));
  bytes.set([1, 2, 3]);
  for (const [data, length] of [
    ['Grüße '.repeat(100), 800],
    [bytes, 3],
  ]) {
    const received = pairs.map(({ client }) => {
      client.binaryType = 'arraybuffer';
      return Promise.race([next(client, 'message'), next(client, 'close')]);
    });
    const peers = pairs.map(({ peer }) => peer);
    assert.equal(broadcast(peers, data), 4);
    assert.deepEqual(
      peers.map(({ bufferedAmount }) => bufferedAmount),
      Array(4).fill(length),
    );
    for (const event of await Promise.all(received)) {
      assert.equal(event.type, 'message');
      assert.deepEqual(event.data, typeof data === 'string' ? data : Uint8Array.of(1, 2, 3).buffer);
    }
  }
  for (const { client } of pairs) client.close();
});

test('sockets of the other copy of this package, by require, are ours as well', async () => {
  const { acceptStream } = createRequire(import.meta.url)('sansocket/server');
  const [near, far] = transportPair();
  const peer = acceptStream(far, { handshake: 'none' });
  const WebSocket = createWebSocketClass(() => near, { handshake: 'none' });
  const client = new WebSocket('ws://h/');
  await Promise.all([next(client, 'open'), next(peer, 'open')]);
  const message = next(client, 'message');
  assert.equal(broadcast([peer], 'to all'), 1);
  assert.equal((await message).data, 'to all');
  await closeAll([peer]);
});

test('only our sockets can be broadcast to', () => {
  assert.throws(() => broadcast([{ readyState: 1, OPEN: 1 }], 'x'), TypeError);
});

test('all are closed with 1001, and waited for', async (t) => {
  const pairs = await clients(t, { origins: 'any' }, [{}, {}, {}]);
  const ends = pairs.map(({ client }) => ended(client));
  const peers = pairs.map(({ peer }) => peer);
  await closeAll(peers, { reason: 'back at noon' });
  assert.deepEqual(
    peers.map(({ readyState }) => readyState),
    [3, 3, 3],
  );
  for (const end of await Promise.all(ends)) {
    assert.deepEqual(end, { code: 1001, reason: 'back at noon', wasClean: true, error: undefined });
  }
  await closeAll(peers);
});

test('one that does not end is reset', async (t) => {
  const server = await accepting(t, { origins: 'any' });
  await opened(server.port);
  const peer = await server.next();
  await isOpen(peer);
  const end = ended(peer);
  await closeAll([peer], { timeout: 50 });
  const { code, error } = await end;
  assert.deepEqual([code, error.message], [1006, 'the connection was not closed within 50 ms']);
});

test('the time limit is by the clock of the connection', async (t) => {
  const clock = new TestClock();
  // The timeout is instead of the closeTimeout, whichever is longer.
  const server = await accepting(t, { origins: 'any', clock, closeTimeout: 100 });
  const { raw } = await opened(server.port);
  const peer = await server.next();
  await isOpen(peer);
  const end = ended(peer);
  const all = closeAll([peer], { timeout: 5000 });
  assert.deepEqual(await raw.frame(), { opcode: 8, code: 1001 });
  clock.advance(4999);
  assert.equal(peer.readyState, peer.CLOSING);
  clock.advance(1);
  assert.equal((await end).error.message, 'the connection was not closed within 5000 ms');
  await all;
  assert.equal(clock.pending, 0);
});

test('one whose Closes have crossed is not a failed one when it is reset', async (t) => {
  const clock = new TestClock();
  const server = await accepting(t, { origins: 'any', clock });
  const { raw } = await opened(server.port);
  const peer = await server.next();
  await isOpen(peer);
  const end = ended(peer);
  const all = closeAll([peer], { timeout: 5000 });
  assert.deepEqual(await raw.frame(), { opcode: 8, code: 1001 });
  // Of its own, and then it keeps its direction open.
  raw.write(frame(8, Buffer.from([0x0f, 0xa0])));
  await raw.rest();
  clock.advance(5000);
  await all;
  assert.deepEqual(await end, { code: 4000, reason: '', wasClean: true, error: undefined });
});

test('a time limit that no timer has is none', async (t) => {
  for (const timeout of [Number.POSITIVE_INFINITY, 2 ** 31]) {
    const server = await accepting(t, { origins: 'any', closeTimeout: Number.POSITIVE_INFINITY });
    const { raw } = await opened(server.port);
    const peer = await server.next();
    await isOpen(peer);
    const end = ended(peer);
    const all = closeAll([peer], { timeout });
    assert.deepEqual(await raw.frame(), { opcode: 8, code: 1001 });
    // The platform's timers, which such a time made fire at once, have had their turns.
    for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setTimeout(resolve, 2));
    assert.equal(peer.readyState, peer.CLOSING);
    raw.write(frame(8, Buffer.from([0x03, 0xe9])));
    await raw.rest();
    raw.socket.end();
    await all;
    assert.deepEqual(await end, { code: 1001, reason: '', wasClean: true, error: undefined });
  }
});

test('what cannot be sent, waited for or closed is refused before anything is closed', async (t) => {
  const [{ client, peer }] = await clients(t, { origins: 'any' }, [{}]);
  for (const code of [0, 999, 1004, 1005, 1006, 1015, 2999, 5000, 1001.5, Number.NaN, '1001', null]) {
    await assert.rejects(closeAll([peer], { code }), /"code" expected/, `code ${code}`);
  }
  for (const timeout of [0, -1, Number.NaN, '5', null]) {
    await assert.rejects(closeAll([peer], { timeout }), { name: 'RangeError', message: /"options\.timeout" expected/ });
  }
  await assert.rejects(closeAll([peer], { reason: 'x'.repeat(124) }), { name: 'SyntaxError' });
  await assert.rejects(closeAll([peer, { readyState: 1, CLOSED: 3 }]), { name: 'TypeError', message: /"socket"/ });
  assert.equal(peer.readyState, 1);
  const end = ended(client);
  await closeAll([peer], { code: 1012, reason: 'x'.repeat(123) });
  assert.equal((await end).code, 1012);
});
