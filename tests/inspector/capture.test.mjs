// `openCapture` of `sansocket/inspect`: frames of a capture in any order.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { encodeFrame } from 'sansocket';
import { Capture, openCapture } from 'sansocket/inspect';

const read = (name) => readFileSync(new URL(`../captures/${name}`, import.meta.url));
const hex = (bytes) => Buffer.from(bytes).toString('hex');

test('rows, one by one and in ranges', async () => {
  const capture = await openCapture(read('viol.pcap'));
  assert.equal(capture.frames, 22);
  const rows = capture.rows();
  assert.deepEqual(
    rows.map(({ n }) => n),
    Array.from({ length: 22 }, (_, i) => i + 1),
  );
  assert.deepEqual(capture.rows(10, 1), [rows[9]]);
  assert.deepEqual([rows[9].preview, rows[9].level], ['aκ\ufffdb', 'error']);
  assert.deepEqual(capture.rows(22, 5), [rows[21]]);
  assert.deepEqual(capture.rows(23), []);
});

test('a frame to the bit', async () => {
  const capture = await openCapture(read('viol.pcap'));
  const { fields, violations, off } = capture.frame(10);
  assert.deepEqual(fields.map(({ name, bit, bits }) => [name, bit, bits]).slice(4, 8), [
    ['Opcode', 4, 4],
    ['MASK', 8, 1],
    ['Payload length', 9, 7],
    ['Masking key', 16, 32],
  ]);
  assert.equal(violations.find(({ id }) => id === 'utf8-invalid').payloadAt, 3);
  assert.deepEqual(off, { stream: 395, file: 1617, packet: 15 });
  assert.equal(capture.frame(99), undefined);
});

test('the bytes of a frame, in each layer', async () => {
  const capture = await openCapture(read('viol.pcap'));
  assert.equal(hex(capture.bytes(10, 'wire')), '818537fa213d56349bc255');
  assert.equal(hex(capture.bytes(10)), '61cebaff62');
  assert.equal(capture.bytes(99).length, 0);
  const compressed = await openCapture(read('frag_pmd.pcap'));
  const [first] = compressed.search('op == text and fin == 0');
  const [last] = compressed.search('op == cont and fin == 1');
  const message = Buffer.from(compressed.bytes(first, 'message'));
  assert.ok(message.length > compressed.bytes(first).length);
  assert.deepEqual(Buffer.from(compressed.bytes(last, 'message')), message);
  assert.match(message.toString(), /^[\x20-\x7e]+$/);
});

test('search: every frame that matches, from anywhere, and two searches at once', async () => {
  const count = 70_000;
  const frames = Array.from({ length: count }, (_, i) => encodeFrame({ opcode: i % 2 === 0 ? 1 : 2, payload: `${i}` }));
  const capture = await openCapture(Buffer.concat(frames), { side: 'server' });
  assert.equal(capture.frames, count);
  assert.deepEqual(
    [...capture.search('payload contains "6999"')],
    [...Array.from({ length: count }, (_, i) => i + 1).filter((n) => `${n - 1}`.includes('6999'))],
  );
  assert.deepEqual([...capture.search('op == text', count - 3)], [count - 3, count - 1]);
  const [texts, binaries] = [capture.search('op == text'), capture.search('op == binary')];
  let sum = 0;
  for (const n of texts) {
    assert.equal(n % 2, 1);
    assert.equal(binaries.next().value, n + 1);
    sum += 1;
  }
  assert.equal(sum, count / 2);
});

test('connections and counts', async () => {
  const capture = await openCapture(read('viol.pcap'));
  const [connection, ...others] = capture.connections();
  assert.deepEqual([connection.handshake.uri, connection.close.code, others], ['/chat', 1012, []]);
  assert.equal(capture.stats().errors, 22);
});

test('progress, in frames and bytes', async () => {
  const seen = [];
  const bytes = read('clean.pcap');
  const pieces = [bytes.subarray(0, 1500), bytes.subarray(1500)];
  await openCapture(pieces, { onProgress: (progress) => seen.push(progress) });
  assert.deepEqual(
    seen.map((progress) => progress.bytes),
    [1500, bytes.length],
  );
  assert.equal(seen[1].frames, 12);
  const fault = new Error('no more');
  const throwing = openCapture(pieces, {
    onProgress: () => {
      throw fault;
    },
  });
  await assert.rejects(throwing, fault);
});

test('both sides', async () => {
  const capture = await openCapture({
    client: encodeFrame({ opcode: 1, payload: 'ask', masked: true }),
    server: encodeFrame({ opcode: 1, payload: 'answer' }),
  });
  assert.deepEqual(
    capture.rows().map(({ dir, preview }) => [dir, preview]),
    [
      ['c2s', 'ask'],
      ['s2c', 'answer'],
    ],
  );
});

test('what is wrong with arguments is said by their names, and what was freed is told', async () => {
  const capture = await openCapture(read('clean.pcap'));
  assert.throws(() => capture.frame(0), { name: 'RangeError', message: /^"n" expected an integer from 1/ });
  assert.throws(() => capture.bytes(1, 'raw'), { name: 'TypeError', message: /^"layer" expected "wire" or / });
  assert.throws(() => capture.rows('1'), { name: 'TypeError', message: /^"first" expected number/ });
  assert.throws(() => capture.search('len >'), { name: 'FilterError' });
  assert.throws(() => capture.search(/x/), { name: 'TypeError', message: /^"filter" expected string/ });
  const search = capture.search('op == text');
  search.next();
  capture.free();
  capture.free();
  for (const call of [() => capture.frames, () => capture.frame(1), () => capture.stats()]) {
    assert.throws(call, { name: 'UsageError', code: 'use_after_free' });
  }
  assert.equal(Capture.prototype[Symbol.dispose], Capture.prototype.free);
});
