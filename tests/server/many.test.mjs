// broadcast and closeAll.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open } from 'sansocket/client';
import { broadcast, closeAll } from 'sansocket/server';
import { accepting, ended, isOpen, next, opened } from './support.mjs';

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
  assert.equal(peer.bufferedAmount, 10);
  while (received.length < 2) await next(client, 'message');
  assert.deepEqual(received, [5, 'after']);
  client.close();
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

test('a reason that is too long is refused before anything is closed', async (t) => {
  const [{ client, peer }] = await clients(t, { origins: 'any' }, [{}]);
  await assert.rejects(closeAll([peer], { reason: 'x'.repeat(124) }), { name: 'SyntaxError' });
  assert.equal(peer.readyState, 1);
  client.close();
});
