// Which records are rows, in each format.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeFrame } from 'sansocket';
import { captureOf, fileOf, sansocket } from './run.mjs';

const [clean, both] = ['clean.pcap', 'frag_both.pcap'].map(captureOf);

test('bytes of frames are those of frames: messages are refused, and not left out', async () => {
  for (const format of ['pcapng', 'hex', 'raw']) {
    for (const [flags, named] of [
      [['-m'], /^sansocket: \w+ has frames as they were on the wire, not messages: leave out -m\n/],
      [['--follow'], /leave out --follow\n/],
    ]) {
      const { code, stdout, stderr } = await sansocket([...flags, '--format', format, both]);
      assert.deepEqual([code, stdout], [2, '']);
      assert.match(stderr, named);
    }
    assert.equal((await sansocket(['-m', '--frames', '-Y', 'dir == c2s', '--format', format, both])).code, 0);
  }
});

test('an archive has messages and all frames, whichever rows are asked for', async () => {
  const [plain, messages] = await Promise.all(
    [[], ['-m']].map(async (flags) =>
      JSON.parse((await sansocket([...flags, '--har-frames', '--format', 'har', both])).stdout),
    ),
  );
  assert.equal(plain.log.entries[0]._webSocketFrames.length, 11);
  assert.deepEqual(messages, plain);
});

test('a conversation counts what it shows', async () => {
  const { stdout } = await sansocket(['-q', '--follow', '-c', '3', clean]);
  assert.deepEqual(stdout.split('\n').length, 4);
  const pings = fileOf(encodeFrame({ opcode: 9, payload: 'a' }), 'ping');
  const none = await sansocket(['-q', '--follow', '--exit-status', '--side', 'server', pings]);
  assert.deepEqual([none.code, none.stdout], [1, '']);
});
