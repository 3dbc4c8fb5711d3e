// How reading ends: in the middle of a file, by a count, or by Ctrl-C.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { captureOf, fileOf, sansocket, start, textOf } from './run.mjs';

const windows = process.platform === 'win32';
const read = (name) => readFileSync(captureOf(name));
const clean = read('clean.pcap');

// What is cut, and what is said of it.
const cuts = {
  pcap: [clean.subarray(0, 900), /: packet 7: the packet is cut: it has 66 bytes, 42 are there\n/],
  pcapng: [read('clean_be.pcapng').subarray(0, 1402), /: byte \d+: the file ends inside a block/],
  NetLog: [read('crash.netlog'), /: the log has no end, as after a crash: what is there was read\n/],
  NDJSON: [read('clean.ndjson').subarray(0, 3000), /: the last line is cut\n/],
  HAR: [read('chrome.har').subarray(0, 800), /no HAR any more: .*the text ends in the middle\n/],
};
for (const [name, [bytes, told]] of Object.entries(cuts)) {
  test(`${name} that is cut: exit code 2, whatever was read of it`, async () => {
    const file = fileOf(bytes, `cut.${name}`);
    for (const command of [['decode'], ['lint'], ['stats'], ['convert', '-o', fileOf('', 'cut.ndjson')]]) {
      const { code, stderr } = await sansocket([...command, file]);
      assert.equal(code, 2, command[0]);
      assert.match(stderr, told, command[0]);
    }
    assert.equal((await sansocket(['--strict', file])).code, 3);
  });
}

test('a file that is not read to its end on purpose is not cut', async () => {
  const long = Buffer.concat([clean, Buffer.alloc(16)]);
  const { code, stderr } = await sansocket(['-q', '-c', '1', fileOf(long.subarray(0, -3), 'enough.pcap')]);
  assert.deepEqual([code, stderr], [0, '']);
});

test('Ctrl-C is no fault of the capture: the packet that is on its way is not cut', {
  timeout: 60_000,
  skip: windows,
}, async () => {
  const child = start(['-q', '-']);
  const stderr = textOf(child.stderr);
  child.stdout.setEncoding('utf8');
  child.stdin.write(clean.subarray(0, 900));
  await once(child.stdout, 'data');
  child.kill('SIGINT');
  child.stdout.resume();
  const [code] = await once(child, 'close');
  assert.deepEqual([code, await stderr], [130, '']);
});
