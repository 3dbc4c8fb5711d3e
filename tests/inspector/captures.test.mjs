// The captures in tests/captures are those that its script makes.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { files } from '../captures/make.mjs';

const folder = new URL('../captures/', import.meta.url);

test('every capture is as the script makes it', () => {
  const made = files();
  const there = readdirSync(folder).filter((name) => /\.(pcap|pcapng|har|netlog|jsonl)$/.test(name));
  assert.deepEqual(there.sort(), Object.keys(made).sort());
  for (const [name, content] of Object.entries(made)) {
    // Compressed bytes depend on the zlib that Node was built with.
    if (/pmd|inflate|netlog/.test(name)) continue;
    assert.ok(Buffer.from(content).equals(readFileSync(new URL(name, folder))), name);
  }
});
