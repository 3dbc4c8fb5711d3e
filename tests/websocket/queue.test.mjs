// The queue, against an array.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Queue } from '../../pkg/websocket/queue.js';
import { Seeded } from '../js/support/random.mjs';

test('it gives what an array gives', () => {
  const random = new Seeded(7);
  const queue = new Queue();
  const array = [];
  for (let i = 0; i < 20_000; i += 1) {
    // Now it grows, now it shrinks.
    if (random.below(100) < (i % 4000 < 2000 ? 70 : 30)) {
      queue.push(i);
      array.push(i);
    } else assert.equal(queue.shift(), array.shift());
    if (i === 15_500) {
      queue.clear();
      array.length = 0;
    }
    assert.deepEqual([queue.length, queue.first], [array.length, array[0]]);
  }
});
