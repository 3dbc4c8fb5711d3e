// Several captures, or connections on the same ports, in one file.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { captureOf, recordsOf, sansocket, scratch } from './run.mjs';

const [clean, both] = ['clean.pcap', 'frag_both.pcap'].map(captureOf);
const written = (name) => join(scratch(), name);

async function statsOf(file) {
  return recordsOf((await sansocket(['stats', '--format', 'json', file])).stdout)[0];
}

/** What each frame is, apart from its place. */
async function framesOf(file) {
  const frames = recordsOf((await sansocket(['--format', 'ndjson', file])).stdout).filter(
    ({ type }) => type === 'frame',
  );
  return frames.map(({ dir, op, fin, key, payload }) => [dir, op, fin, key, payload]);
}

test('pcapng of several captures: every connection is there, though they have the same addresses', async () => {
  const out = written('both.pcapng');
  const mid = captureOf('mid.pcap');
  assert.equal((await sansocket(['convert', clean, both, mid, mid, clean, '-o', out])).code, 0);
  const each = await Promise.all([clean, both, mid, mid, clean].map(framesOf));
  const frames = await framesOf(out);
  assert.equal(frames.length, each.flat().length);
  // Without a head the sides of the connection in the middle are guessed; what was said is the same.
  assert.deepEqual(frames.slice(0, 23), each.slice(0, 2).flat());
  assert.equal((await statsOf(out)).connections, 5);
  assert.equal((await sansocket(['lint', out])).code, 0);
});

test('pcapng of a connection on ports that were used before', async () => {
  const [reused, out] = [captureOf('wrap_reuse.pcap'), written('reused.pcapng')];
  await sansocket(['convert', reused, '-o', out]);
  assert.deepEqual(await framesOf(out), await framesOf(reused));
  const servers = ({ conns }) => conns.map(({ handshake }) => handshake.server);
  assert.deepEqual(servers(await statsOf(out)), servers(await statsOf(reused)));
});

test('raw bytes are of one direction of one capture', async () => {
  const { code, stderr } = await sansocket(['--format', 'raw', '-Y', 'dir == c2s', clean, both]);
  assert.equal(code, 2);
  assert.match(stderr, /one direction of one FILE/);
});
