// Every capture of packets, crafted and real, read by tshark as well: opcode, FIN, RSV, mask, length and payload of each frame, by
// direction. Where the two differ, differences.mjs says why; what it says is to be true, too.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { differing } from './compare.mjs';
import { differences, version } from './differences.mjs';
import { dissected, versionOf } from './dissect.mjs';
import { framesOf } from './frames.mjs';

const folder = fileURLToPath(new URL('../captures/', import.meta.url));
const names = readdirSync(folder, { recursive: true }).filter((name) => /\.(pcap|pcapng)$/.test(name));

/** The server's port: of those that were recorded, their script wrote it down. */
const portOf = (name) =>
  name.startsWith('real') ? JSON.parse(readFileSync(`${folder}${name}.truth.json`, 'utf8')).port : 8080;

const there = await versionOf();
const skip =
  there === undefined
    ? 'there is no tshark here: apt-get install tshark'
    : !there.startsWith(`${version}.`) && `this is tshark ${there}, and the differences are those of ${version}`;

test('every difference that is explained is of a capture', () => {
  assert.deepEqual(
    Object.keys(differences).filter((name) => !names.includes(name)),
    [],
  );
});

describe('tshark', { concurrency: 2, skip }, () => {
  for (const name of names) {
    test(name, async () => {
      const capture = readFileSync(folder + name);
      const port = portOf(name);
      const { packets, frames } = await dissected(folder + name, port);
      const ours = framesOf(capture, packets);
      assert.deepEqual(differing(ours, frames, port), Object.keys(differences[name] ?? {}).sort());
    });
  }
});

test('a difference is seen', () => {
  const frame = { opcode: 1, fin: true, rsv: 0, masked: true, length: '1', payload: '61' };
  const of = (frames) => new Map([['0:5000', frames]]);
  assert.deepEqual(differing(of([frame]), of([frame]), 80), []);
  for (const [field, value] of Object.entries({
    opcode: 2,
    fin: false,
    rsv: 4,
    masked: false,
    length: '2',
    payload: '62',
  }))
    assert.deepEqual(differing(of([frame, { ...frame, [field]: value }]), of([frame, frame]), 80), [
      `0 c2s: ${field} of 2`,
    ]);
  assert.deepEqual(differing(of([frame, frame]), of([frame]), 5000), ['0 s2c: only the engine has 2 to 2']);
  assert.deepEqual(differing(of([]), of([frame]), 80), ['0 c2s: only tshark has 1 to 1']);
});
