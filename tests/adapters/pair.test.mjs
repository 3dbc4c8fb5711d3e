import assert from 'node:assert/strict';
import { test } from 'node:test';
import { transportPair } from 'sansocket/adapters';
import { pairChecks } from './checks.mjs';
import { declare } from './declare.mjs';

const open = () => {
  const [near, far] = transportPair();
  return { near, far };
};

declare('transportPair', pairChecks, open);

test('what is sent arrives in a later task', async () => {
  const [near, far] = transportPair();
  let arrived = false;
  const read = far.readable
    .getReader()
    .read()
    .then(() => {
      arrived = true;
    });
  near.writable.getWriter().write(Uint8Array.of(1));
  for (let count = 0; count < 100; count++) await undefined;
  assert.equal(arrived, false);
  await read;
});

test('the high-water mark counts bytes that are not read', async () => {
  const [near, far] = transportPair({ highWaterMark: 10 });
  const writer = near.writable.getWriter();
  const accepted = [];
  for (const length of [4, 5, 1, 1]) writer.write(new Uint8Array(length)).then(() => accepted.push(length));
  await new Promise(setImmediate);
  // The third reaches the mark: it waits, and the fourth behind it.
  assert.deepEqual(accepted, [4, 5]);
  const reader = far.readable.getReader();
  for (let count = 0; count < 4; count++) await reader.read();
  await writer.ready;
  await writer.close();
  assert.deepEqual(accepted, [4, 5, 1, 1]);
});

test('the reason of an abort is the cause at the other end', async () => {
  const [near, far] = transportPair();
  const reason = new Error('enough');
  await near.writable.abort(reason);
  await assert.rejects(far.readable.getReader().read(), (error) => error.cause === reason);
  await assert.rejects(far.writable.getWriter().write(new Uint8Array(1)), (error) => error.cause === reason);
});

test('a mark that is no number of bytes is refused', () => {
  for (const highWaterMark of [0, -1, 1.5, Number.NaN, '9', Number.POSITIVE_INFINITY]) {
    assert.throws(() => transportPair({ highWaterMark }), { name: 'RangeError', message: /options\.highWaterMark/ });
  }
});
