// The tests of the libraries are as good as what they run over.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { duplexPair } from './support.mjs';

test('what was written before a loss arrives, and then the loss', async () => {
  for (const size of [10, 1 << 20]) {
    const [near, far] = duplexPair();
    const written = new Promise((resolve) => near.write(Buffer.alloc(size, 7), resolve));
    let received = 0;
    far.on('data', ({ length }) => {
      received += length;
    });
    const lost = new Promise((resolve) => far.on('error', resolve));
    await written;
    near.destroy();
    assert.equal((await lost).code, 'ECONNRESET');
    assert.equal(received, size);
  }
});

test('an end is no loss', async () => {
  const [near, far] = duplexPair();
  far.on('error', assert.fail);
  far.resume();
  near.resume();
  const ended = new Promise((resolve) => far.on('end', resolve));
  const closed = new Promise((resolve) => far.on('close', resolve));
  near.end('bye');
  await ended;
  far.end();
  await closed;
});
