// What becomes of an engine whose module crashes, or has no memory: modules that do so on purpose.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import binaryen from 'binaryen';
import { engineOf } from '../../pkg/inspect/module.js';

const calls = { new: 0, status: 1, reserve: 2, open: 2, feed: 3, finish: 1, take: 2, stats: 1 };

/** A module with the calls of the engine, each of which gives a number, but for those that do something else. */
function moduleWith(bodies) {
  const functions = Object.entries(calls).map(([name, count]) => {
    const body = bodies[name] ?? '(i32.const 0)';
    return `(func (export "inspector_${name}") ${'(param i32) '.repeat(count)}(result i32) ${body})`;
  });
  const wat = `(module (memory (export "memory") 1) ${functions.join(' ')})`;
  return binaryen.parseText(wat).emitBinary();
}

test('a crash kills the engine: every call after it says so, and gives the cause', () => {
  const engine = engineOf(moduleWith({ reserve: '(i32.const 64)', feed: '(unreachable)' }));
  engine.open({});
  let cause;
  assert.throws(
    () => engine.feed(Uint8Array.of(1)),
    (error) => {
      cause = error.cause;
      return error.code === 'instance_dead' && cause instanceof WebAssembly.RuntimeError;
    },
  );
  for (const call of [() => engine.finish(), () => engine.open({}), () => engine.take(1)]) {
    assert.throws(call, (error) => error.code === 'instance_dead' && error.cause === cause);
  }
});

test('without memory for a chunk it is said, and nothing crashes', () => {
  const engine = engineOf(moduleWith({}));
  assert.throws(() => engine.feed(Uint8Array.of(1)), { name: 'UsageError', code: 'out_of_memory' });
  assert.doesNotThrow(() => engine.finish());
});
