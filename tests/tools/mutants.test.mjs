import assert from 'node:assert/strict';
import { test } from 'node:test';
import { summary } from '../../tools/lib/mutants-record.mjs';
import { argumentsFor } from '../../tools/lib/mutants-tree.mjs';

test('every mutant that survived has its reason, and every reason a mutant', () => {
  const { unexplained, unused } = summary();
  assert.deepEqual(
    unexplained.map(({ key }) => key),
    [],
  );
  assert.deepEqual(unused, []);
});

test('slow tests are tried on the files that they are about', () => {
  assert.ok(!argumentsFor('src/deflate/bits.rs').includes('deflate_oracle'));
  assert.ok(argumentsFor('src/deflate/bits.rs').includes('utf8::tests'));
  assert.ok(argumentsFor('src/frame.rs').includes('deflate_oracle'));
  assert.ok(!argumentsFor('src/connection/send.rs').includes('all::memory'));
  assert.ok(argumentsFor('src/handshake/head.rs').includes('all::memory'));
});
