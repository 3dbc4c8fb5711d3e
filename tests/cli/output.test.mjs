// Where output goes: files stay as they are until there is something to put in their place, and what fails is said.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { encodeFrame } from 'sansocket';
import { captureOf, fileOf, missingFile, program, sansocket, scratch } from './run.mjs';

const clean = captureOf('clean.pcap');
const windows = process.platform === 'win32';

/** Runs a line of the shell, in which "$S" is the command; `{ code, stdout, stderr }`. */
async function shell(line) {
  const env = { ...process.env, NODE: process.execPath, PROGRAM: program };
  return promisify(execFile)('sh', ['-c', line.replaceAll('$S', '"$NODE" "$PROGRAM"')], { env, timeout: 60_000 }).then(
    (out) => ({ code: 0, ...out }),
    ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
  );
}

test('a file keeps what it has where nothing can be written in its place', async () => {
  for (const ending of ['pcapng', 'ndjson', 'json', 'har', 'csv', 'hex']) {
    for (const args of [
      [clean, '-Y', 'op = = 3'],
      [missingFile('nowhere'), missingFile('elsewhere')],
      [clean, '--deflate', 'assume:nonsense=1'],
    ]) {
      const kept = fileOf('kept', `kept.${ending}`);
      const { code } = await sansocket(['convert', ...args, '-o', kept]);
      assert.deepEqual([code, readFileSync(kept, 'utf8')], [2, 'kept'], `${ending}: ${args.at(-1)}`);
    }
  }
  const report = fileOf('kept', 'kept.sarif');
  await sansocket(['lint', '--format', 'sarif', missingFile('nowhere'), '-o', report]);
  assert.equal(readFileSync(report, 'utf8'), 'kept');
  const fresh = join(scratch(), 'fresh.pcapng');
  await sansocket(['convert', missingFile('nowhere'), '-o', fresh]);
  assert.ok(!existsSync(fresh));
});

test('a file that may be written need not be one that may be read', { skip: windows }, async () => {
  const own = fileOf('kept', 'write-only.hex');
  chmodSync(own, 0o200);
  assert.equal((await sansocket(['-q', '-c', '1', clean, '-o', own])).code, 0);
  assert.equal(statSync(own).mode & 0o777, 0o200);
});

test('an empty result is written as well', async () => {
  const kept = fileOf('kept', 'emptied.json');
  assert.equal((await sansocket(['convert', clean, '-Y', 'op == 3', '-o', kept])).code, 0);
  assert.ok(!JSON.parse(readFileSync(kept, 'utf8')).some(({ type }) => type === 'frame'));
  const none = fileOf('kept', 'emptied.hex');
  assert.equal((await sansocket(['convert', clean, '-Y', 'op == 3', '-o', none])).code, 0);
  assert.equal(statSync(none).size, 0);
});

test('standard input is not written over either', { skip: windows }, async () => {
  const own = join(scratch(), 'own.pcap');
  copyFileSync(clean, own);
  const { code, stderr } = await shell(`$S -q --format pcapng -o '${own}' < '${own}'`);
  assert.equal(code, 2);
  assert.match(stderr, /own\.pcap is the input as well: it would be overwritten\n/);
  assert.deepEqual(readFileSync(own), readFileSync(clean));
});

test('a pipe with a name is written, and ended', { skip: windows }, async () => {
  const pipe = join(scratch(), 'pipe');
  const { stdout } = await shell(`mkfifo '${pipe}'; $S -q -c 2 --format hex '${clean}' -o '${pipe}' & cat '${pipe}'`);
  assert.match(stdout, /^[0-9a-f]+\n[0-9a-f]+\n$/);
});

test('a disk that is full is named, on either way out', { skip: process.platform !== 'linux' }, async () => {
  const through = await shell(`$S -q '${clean}' > /dev/full`);
  assert.equal(through.code, 2);
  assert.match(through.stderr, /^sansocket: standard output cannot be written: ENOSPC\b.*\n$/);
  const named = await shell(`$S -q '${clean}' -o /dev/full`);
  assert.deepEqual([named.code, named.stderr], [2, 'sansocket: /dev/full cannot be written: ENOSPC\n']);
});

test('a file that is written for long makes no warning', async () => {
  const payload = new Uint8Array(100_000);
  const { code, stderr } = await sansocket(
    ['-q', '--side', 'server', '--format', 'hex', '-', '-o', join(scratch(), 'long.hex')],
    { input: Buffer.concat(Array(100).fill(Buffer.from(encodeFrame({ opcode: 2, payload })))) },
  );
  assert.deepEqual([code, stderr], [0, '']);
});
