/** Checks of what callers pass, before anything reaches the codec: each names the argument and what was expected. */

import { rangeError, typeError } from './errors.js';
import type { Bytes } from './types.js';

/** How a value reads in an error message. */
export function describe(value: unknown): string {
  if (typeof value === 'string') return `a string of length ${value.length}`;
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'object' && value !== null) return value.constructor?.name ?? 'an object';
  return String(value);
}

const BYTES = 'Uint8Array, ArrayBuffer or a view, not detached';

/** What is expected where strings are taken as well. */
export const TEXT_OR_BYTES = `string, ${BYTES}`;

/** A view of `value`'s bytes, by its own range. Whatever happens to the buffer, {@link lengthOf} it stays the same. */
export function bytesOf(name: string, value: Bytes, expected = BYTES): Uint8Array {
  const view = viewOf(value);
  if (view !== undefined) return view;
  throw typeError('invalid_argument', `"${name}" expected ${expected}, got ${describe(value)}`);
}

/**
 * The same without a look at the memory, which costs a small chunk as much as to copy it. If that is shared, the view may grow at any
 * time: it is for those who take its {@link lengthOf} once, and copy to where more does no harm.
 */
export function chunkOf(name: string, value: Bytes, expected = BYTES): Uint8Array {
  if (ArrayBuffer.isView(value) && value instanceof Uint8Array && lengthOf(value) > 0) return value;
  return bytesOf(name, value, expected);
}

function viewOf(value: unknown): Uint8Array | undefined {
  try {
    // Neither a proxy of a view nor an object with the prototype of one is a view.
    if (!ArrayBuffer.isView(value)) {
      const { buffer, byteLength } = new DataView(value as ArrayBuffer);
      return new Uint8Array(buffer, 0, byteLength);
    }
    // Shared memory can grow at any time, and with it a view that was made without a length.
    if (value instanceof Uint8Array && lengthOf(value) > 0 && value.buffer instanceof ArrayBuffer) return value;
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  } catch {
    return undefined;
  }
}

const lengthGetter = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), 'length')?.get;

/** The number of bytes in a view, whatever its `length` property says. */
export function lengthOf(view: Uint8Array): number {
  return lengthGetter?.call(view) as number;
}

/** A string. */
export function stringOf(name: string, value: unknown): string {
  if (typeof value !== 'string')
    throw typeError('invalid_argument', `"${name}" expected string, got ${describe(value)}`);
  return value;
}

/** A switch. */
export function booleanOf(name: string, value: unknown, missing: boolean): boolean {
  if (value === undefined) return missing;
  if (typeof value !== 'boolean')
    throw typeError('invalid_argument', `"${name}" expected boolean, got ${describe(value)}`);
  return value;
}

/** An options object, `{}` if it is missing. */
export function objectOf<T extends object>(name: string, value: T | undefined): Partial<T> {
  if (value === undefined) return {};
  if (typeof value !== 'object' || value === null) {
    throw typeError('invalid_argument', `"${name}" expected object, got ${describe(value)}`);
  }
  return value;
}

/** One of a set of strings. */
export function oneOf<T extends string>(name: string, value: T | undefined, choices: readonly T[], missing?: T): T {
  const chosen = value === undefined ? missing : value;
  if (chosen === undefined || !choices.includes(chosen)) {
    const expected = choices.map((choice) => `"${choice}"`).join(' or ');
    throw typeError('invalid_argument', `"${name}" expected ${expected}, got ${describe(value)}`);
  }
  return chosen;
}

/** A whole number from `min` to `max`. */
export function integerOf(name: string, value: unknown, min: number, max: number): number {
  if (typeof value !== 'number')
    throw typeError('invalid_argument', `"${name}" expected number, got ${describe(value)}`);
  if (!Number.isInteger(value) || value < min || value > max) {
    throw rangeError('invalid_argument', `"${name}" expected an integer from ${min} to ${max}, got ${value}`);
  }
  return value;
}

/** A bound: a whole number from 0, or `Infinity` for none. */
export function limitOf(name: string, value: number | undefined, missing: number): number {
  if (value === undefined) return missing;
  if (value === Number.POSITIVE_INFINITY) return Number.MAX_SAFE_INTEGER;
  return integerOf(name, value, 0, Number.MAX_SAFE_INTEGER);
}
