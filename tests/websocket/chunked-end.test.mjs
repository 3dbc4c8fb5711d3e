// The end of a body in chunks.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChunkedEnd } from '../../pkg/websocket/chunked-end.js';

/** After how many bytes the end is found, in pieces of so many. */
function endOf(text, pieces) {
  const bytes = Buffer.from(text, 'latin1');
  const end = new ChunkedEnd();
  for (let at = 0; at < bytes.length; at += pieces) {
    end.push(bytes.subarray(at, at + pieces));
    if (end.isReached) return Math.min(at + pieces, bytes.length);
  }
  return undefined;
}

test('it is found with its last byte, however the body is cut', () => {
  for (const body of [
    '0\r\n\r\n',
    '5\r\nhello\r\n0\r\n\r\n',
    // What looks like an end inside a chunk, an extension, trailer fields, digits of all kinds, and bare line feeds.
    '9\r\n\r\n0\r\n\r\n12\r\n0\r\n\r\n',
    '2;name="0"\r\nab\r\n0;last\r\nX-Sum: 1\r\nX-More: 2\r\n\r\n',
    `1A\r\n${'x'.repeat(26)}\r\n00\r\n\r\n`,
    '1\na\n0\n\n'.replace('a\n', 'a\r\n'),
    `1;${'x'.repeat(1000)}\r\na\r\n000\r\nX: ${'y'.repeat(1000)}\r\n\r\n`,
  ]) {
    for (let pieces = 1; pieces <= body.length; pieces += 1) {
      const cut = Math.ceil(body.length / pieces) * pieces;
      assert.equal(
        endOf(`${body}more`, pieces),
        Math.min(cut, body.length + 4),
        `${JSON.stringify(body)} by ${pieces}`,
      );
    }
    assert.equal(endOf(body.slice(0, -1), 1), undefined);
  }
});

test('what is malformed has no end', () => {
  for (const body of ['x\r\n0\r\n\r\n', '\r\n0\r\n\r\n', '-1\r\n0\r\n\r\n'])
    assert.equal(endOf(body, 1), undefined, body);
});
