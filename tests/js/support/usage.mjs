// How a caller's fault must look: thrown, with a stable code, naming the argument.

import assert from 'node:assert/strict';

/** `call` throws a `TypeError` or `RangeError` that names the argument. */
export function throwsFor(call, type, argument, code = 'invalid_argument') {
  assert.throws(call, (error) => {
    assert.equal(error.constructor, type, `${error}`);
    assert.equal(error.code, code, `${error}`);
    assert.ok(error.message.startsWith(`"${argument}" `), `${error} does not name "${argument}"`);
    return true;
  });
}

/** `call` throws a `UsageError` with this code. */
export function refused(call, code) {
  assert.throws(call, { name: 'UsageError', code });
}

/** Values that are no string, no bytes, no number, no object and no switch: what a caller may pass by mistake. */
export const strangers = [null, 5, 5n, true, Symbol('s'), () => {}, [1, 2], { length: 3 }, new Map(), new Date(0)];
