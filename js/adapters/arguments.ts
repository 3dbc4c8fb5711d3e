/** Checks of what is given to an adapter: the error names the part that is wrong. */

/** Refuses an object that lacks methods which the adapter calls. */
export function checkMethods(name: string, value: unknown, what: string, methods: readonly string[]): void {
  const object = value as Record<string, unknown> | null | undefined;
  if ((typeof object !== 'object' && typeof object !== 'function') || object === null) {
    throw new TypeError(`"${name}" expected ${what}, got ${object === null ? 'null' : typeof object}`);
  }
  const missing = methods.find((method) => typeof object[method] !== 'function');
  if (missing !== undefined) throw new TypeError(`"${name}" expected ${what}, got an object without ${missing}()`);
}

/** A number of bytes, at least 1. */
export function byteCount(name: string, value: number | undefined, byDefault: number): number {
  if (value === undefined) return byDefault;
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new RangeError(`"${name}" expected a positive integer, got ${String(value)}`);
  }
  return value;
}
