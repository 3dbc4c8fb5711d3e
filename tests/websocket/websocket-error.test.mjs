// The error of WebSocketStream.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WebSocketError } from 'sansocket/websocket';

test('it is a DOMException without a code', () => {
  const error = new WebSocketError();
  assert.ok(error instanceof DOMException);
  assert.ok(error instanceof Error);
  const { name, message, code, closeCode, reason } = error;
  assert.deepEqual([name, message, code, closeCode, reason], ['WebSocketError', '', 0, null, '']);
  assert.equal(Object.prototype.toString.call(error), '[object WebSocketError]');
  assert.equal(WebSocketError.length, 0);
  assert.equal(typeof error.stack, 'string');
});

test('what it is made of', () => {
  const values = (...args) => {
    const { message, closeCode, reason } = new WebSocketError(...args);
    return [message, closeCode, reason];
  };
  assert.deepEqual(values('m'), ['m', null, '']);
  assert.deepEqual(values('m', {}), ['m', null, '']);
  assert.deepEqual(values('m', { closeCode: 1000 }), ['m', 1000, '']);
  assert.deepEqual(values(undefined, { closeCode: 4999, reason: 'r' }), ['', 4999, 'r']);
  // A reason without a code: 1000.
  assert.deepEqual(values('m', { reason: 'r' }), ['m', 1000, 'r']);
  assert.deepEqual(values('m', { reason: '' }), ['m', null, '']);
  assert.deepEqual(values('m', { reason: 'x'.repeat(123) }), ['m', 1000, 'x'.repeat(123)]);
  assert.deepEqual(values('m', null), ['m', null, '']);
});

test('what it cannot be made of', () => {
  for (const closeCode of [0, 999, 1001, 1005, 1006, 2999, 5000, null, 'string']) {
    assert.throws(() => new WebSocketError('', { closeCode }), { name: 'InvalidAccessError' }, String(closeCode));
  }
  // In bytes of UTF-8, not in characters.
  for (const reason of ['x'.repeat(124), 'é'.repeat(62)]) {
    assert.throws(() => new WebSocketError('', { reason }), { name: 'SyntaxError' });
  }
  assert.throws(() => new WebSocketError('', true), TypeError);
});

test('its attributes are of the prototype and cannot be set', () => {
  const error = new WebSocketError('', { closeCode: 3000, reason: 'r' });
  for (const name of ['closeCode', 'reason']) {
    assert.equal(Object.hasOwn(error, name), false);
    const { get, set, enumerable } = Object.getOwnPropertyDescriptor(WebSocketError.prototype, name);
    assert.deepEqual([typeof get, set, enumerable], ['function', undefined, true]);
    assert.throws(() => get.call(new DOMException()), TypeError);
  }
  assert.deepEqual([error.closeCode, error.reason], [3000, 'r']);
});
