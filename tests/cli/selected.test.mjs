// What is written of a selection: all that belongs to it, and nothing of others.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { captureOf, recordsOf, sansocket, scratch } from './run.mjs';

const written = (name) => join(scratch(), name);

async function statsOf(file) {
  return recordsOf((await sansocket(['stats', '--format', 'json', file])).stdout)[0];
}

// Two connections, each with a head that tells it.
const twice = written('two.pcapng');
const two = sansocket(['convert', captureOf('clean.pcap'), captureOf('pmd_mix.pcap'), '-o', twice]);

test('--conn: nothing of another connection is written, in any format', async () => {
  await two;
  const everything = (await sansocket(['--format', 'ndjson', twice])).stdout;
  assert.match(everything, /superchat[\s\S]*permessage-deflate/);
  for (const [format, head] of [
    ['pretty', /^== conn 2 /],
    ['ndjson', /"type":"handshake","conn":2/],
    ['json', /"type":"handshake","conn":2/],
    ['har', /permessage-deflate/],
    ['pcapng', /permessage-deflate/],
  ]) {
    const { code, stdout } = await sansocket(['-q', '--conn', '2', '--format', format, twice]);
    assert.equal(code, 0);
    assert.match(stdout, head, format);
    assert.doesNotMatch(stdout, /superchat|conn 1|"conn":1,/, format);
  }
  const { stdout } = await sansocket(['--conn', '2', '--format', 'ndjson', twice]);
  assert.deepEqual(
    new Set(recordsOf(stdout).map(({ type, conn }) => `${type} ${conn ?? ''}`.trim())),
    new Set(['capture', 'handshake 2', 'frame 2', 'close 2', 'summary']),
  );
});

test('a filter: heads are in a file only with a frame of their connection', async () => {
  await two;
  for (const format of ['har', 'pcapng', 'ndjson', 'json', 'pretty']) {
    const { stdout } = await sansocket(['-q', '-Y', 'payload contains subscribe', '--format', format, twice]);
    assert.match(stdout, format === 'pretty' ? /^== conn 2 / : /permessage-deflate/, format);
    assert.doesNotMatch(stdout, /superchat|conn 1/, format);
  }
  const out = written('filtered.pcapng');
  await sansocket(['convert', '-Y', 'op == close', twice, '-o', out]);
  const { conns, frames } = await statsOf(out);
  assert.deepEqual([frames, conns.map(({ handshake }) => handshake.acceptOk)], [4, [true, true]]);
});

test('--conn alone has the head of a connection without frames', async () => {
  const { stdout } = await sansocket(['--conn', '1', '--format', 'har', captureOf('hs_faults.pcap')]);
  assert.equal(JSON.parse(stdout).log.entries.length, 1);
});
