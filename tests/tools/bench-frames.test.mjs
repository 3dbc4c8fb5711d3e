// The load of the bench counts frames by their headers, however they arrive.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FrameCounter, frameSize, masked } from '../../bench/path/frames.mjs';

/** A frame by its header, with a payload that looks like headers. */
function frame(length) {
  const header =
    length < 126
      ? [0x81, length]
      : length < 65_536
        ? [0xc1, 126, length >> 8, length & 0xff]
        : [0x81, 127, 0, 0, 0, 0, 0, length >> 16, (length >> 8) & 0xff, length & 0xff];
  return Buffer.concat([Buffer.from(header), Buffer.alloc(length, 0x7e)]);
}

const lengths = [0, 1, 125, 126, 300, 0, 0, 65_535, 65_536, 2];
const stream = Buffer.concat(lengths.map(frame));

test('frames of every length are counted, however the stream is cut', () => {
  for (const size of [1, 2, 3, 7, 1000, stream.length]) {
    const counter = new FrameCounter();
    let count = 0;
    for (let at = 0; at < stream.length; at += size) count += counter.count(stream.subarray(at, at + size));
    assert.equal(count, lengths.length, `in pieces of ${size}`);
  }
});

test('a frame counts when its last byte is there', () => {
  const counter = new FrameCounter();
  assert.equal(counter.count(stream.subarray(0, stream.length - 1)), lengths.length - 1);
  assert.equal(counter.count(stream.subarray(stream.length - 1)), 1);
});

test('the sizes of frames are those of their headers', () => {
  for (const length of lengths) assert.equal(frameSize(length), frame(length).length);
  assert.equal(masked(125), frameSize(125) + 4);
});
