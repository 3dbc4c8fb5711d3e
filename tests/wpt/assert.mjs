// Assertions for any runtime.

class Failure extends Error {
  name = 'Failure';
}

/** A word on a value. */
function shown(value) {
  if (typeof value === 'string') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(shown).join(', ')}]`;
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  return String(value);
}

export function fail(message) {
  throw new Failure(message);
}

export function ok(value, what) {
  if (!value) fail(`${what}: expected it, got ${shown(value)}`);
}

/** The same value; of arrays, the same values. */
export function equal(actual, expected, what) {
  const same =
    Array.isArray(actual) && Array.isArray(expected)
      ? actual.length === expected.length && actual.every((one, i) => Object.is(one, expected[i]))
      : Object.is(actual, expected);
  if (!same) fail(`${what}: expected ${shown(expected)}, got ${shown(actual)}`);
}

/** A name of a `DOMException`, with the code that it has in Web IDL. */
const CODES = { SyntaxError: 12, InvalidStateError: 11, InvalidAccessError: 15, AbortError: 20 };

export function isDomException(error, name) {
  ok(error instanceof DOMException, `a DOMException, ${shown(error)}`);
  equal(error.name, name, 'the name of the DOMException');
  equal(error.code, CODES[name], 'the code of the DOMException');
}

/** An error of the stream class. */
export function isWebSocketError({ WebSocketError }, error) {
  ok(error instanceof WebSocketError && error instanceof DOMException, `a WebSocketError, ${shown(error)}`);
  equal(error.name, 'WebSocketError', 'its name');
}

function thrownBy(run) {
  try {
    run();
  } catch (error) {
    return error;
  }
  return fail('expected it to throw');
}

export const throwsDom = (name, run) => isDomException(thrownBy(run), name);

export function throwsTypeError(run) {
  const error = thrownBy(run);
  ok(error instanceof TypeError, `a TypeError, ${shown(error)}`);
}

/** What a promise is rejected with. */
export async function rejected(promise, what) {
  let value;
  try {
    value = await promise;
  } catch (error) {
    return error;
  }
  return fail(`${what}: expected it to be rejected, got ${shown(value)}`);
}
