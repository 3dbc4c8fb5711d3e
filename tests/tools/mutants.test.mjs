import assert from 'node:assert/strict';
import { test } from 'node:test';
import { summary } from '../../tools/lib/mutants-record.mjs';
import { argumentsFor, programsFor } from '../../tools/lib/mutants-tree.mjs';

test('every mutant that survived has its reason, and every reason a mutant', () => {
  const { unexplained, unused } = summary();
  assert.deepEqual(
    unexplained.map(({ key }) => key),
    [],
  );
  assert.deepEqual(unused, []);
});

test('tests are tried on the files that they are about', () => {
  assert.ok(argumentsFor('src/deflate/bits.rs').includes('utf8::tests'));
  assert.ok(!argumentsFor('src/deflate/bits.rs', 'src/utf8.rs').includes('utf8::tests'));
  assert.ok(programsFor('src/deflate/bits.rs').includes('deflate_oracle'));
  assert.ok(!programsFor('src/deflate/bits.rs').includes('memory'));
  assert.deepEqual(
    programsFor('src/deflate/negotiate.rs').filter((name) => name.startsWith('deflate')),
    ['deflate_negotiate'],
  );
  assert.ok(programsFor('src/frame.rs').includes('deflate_connection'));
  assert.ok(!programsFor('src/frame.rs').includes('deflate_oracle'));
  assert.ok(programsFor('src/handshake/head.rs', 'src/frame.rs').includes('memory'));
  assert.ok(programsFor('src/utf16.rs').includes('errors'));
});
