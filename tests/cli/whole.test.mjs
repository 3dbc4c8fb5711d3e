// What is held and shown of payloads, and that the bytes of frames are written whole or not at all.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { encodeFrame } from 'sansocket';
import { captureOf, fileOf, recordsOf, sansocket, scratch } from './run.mjs';

const server = (opcode, payload) => encodeFrame({ opcode, payload });

test('--max-message: as much of a message is kept, and the rest is checked', async () => {
  const long = 'x'.repeat(3 << 19);
  const file = fileOf(
    Buffer.concat([server(1, long), server(1, Buffer.concat([Buffer.from(long), Buffer.of(0xff)]))]),
    'long',
  );
  const { stdout } = await sansocket(['-m', '--format', 'ndjson', '--max-message', '1', '--side', 'server', file]);
  const records = recordsOf(stdout);
  const messages = records.filter(({ type }) => type === 'message');
  assert.deepEqual(
    messages.map(({ payload }) => [payload.text.length, payload.cut]),
    [
      [1 << 20, true],
      [1 << 20, true],
    ],
  );
  const violations = records.filter(({ type }) => type === 'violation');
  assert.deepEqual(
    violations.map(({ id, payloadAt }) => [id, payloadAt]),
    [['utf8-invalid', long.length]],
  );
});

test('--max-message: what is not kept is not written as the bytes of a frame', async () => {
  const file = fileOf(Buffer.concat([server(1, 'short'), server(2, new Uint8Array(3 << 19))]), 'too-long');
  const args = ['--side', 'server', '--max-message', '1', file];
  for (const ending of ['bin', 'hex', 'pcapng']) {
    const out = join(scratch(), `too-long.${ending}`);
    const { code, stderr } = await sansocket(['convert', ...args, '-o', out]);
    assert.equal(code, 2);
    assert.match(
      stderr,
      /: frame 2 has 1572864 bytes, more than are kept of a message: give a larger --max-message MIB\n/,
    );
    assert.equal((await sansocket(['convert', '--max-message', '2', ...args.slice(0, 2), file, '-o', out])).code, 0);
  }
  const { code, stdout } = await sansocket(['-q', '-x', ...args]);
  assert.equal(code, 0);
  assert.match(stdout, /1572864 B .*\n {7}longer than --max-message keeps: no dump\n$/);
  const [, , frame] = recordsOf((await sansocket(['--format', 'ndjson', '-x', ...args])).stdout);
  assert.deepEqual([frame.len, frame.wire], [1572864, undefined]);
});

test('bytes of frames are whole, however little is shown of payloads', async () => {
  const stream = Buffer.from(server(1, 'x'.repeat(1000)));
  for (const flags of [
    ['--payload', 'none'],
    ['--payload', 'preview'],
    ['--max-payload', '3'],
  ]) {
    const { stdout } = await sansocket(['--format', 'hex', ...flags, fileOf(stream)]);
    assert.equal(stdout, `${stream.toString('hex')}\n`, flags.join(' '));
  }
});

test('messages of a source without frames are no bytes', async () => {
  for (const ending of ['bin', 'hex', 'pcapng']) {
    const { code, stderr } = await sansocket([
      'convert',
      captureOf('chrome.har'),
      '-o',
      join(scratch(), `x.${ending}`),
    ]);
    assert.equal(code, 2);
    assert.match(stderr, /has messages, not frames: there are no bytes of frames to write/);
  }
});
