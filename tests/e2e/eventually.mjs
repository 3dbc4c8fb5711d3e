// A page draws some time after the key or the click that asks for it: what is said of it then is tried until it holds.

import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';

/** Milliseconds that a page is waited for. */
export const PATIENCE = 30_000;

const PAUSE = 50;

/** Tries assertions until they hold, and gives what they give; once {@link PATIENCE} is over, throws what the last try threw. */
export async function eventually(check) {
  const end = performance.now() + PATIENCE;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > end) throw error;
    }
    await setTimeout(PAUSE);
  }
}

/** Asserts what `read` gives in the end: a text that matches an expression, or whatever equals `expected`. */
export const becomes = (read, expected, message) =>
  eventually(async () => {
    const actual = await read();
    if (expected instanceof RegExp) assert.match(actual, expected, message);
    else assert.deepEqual(actual, expected, message);
  });
