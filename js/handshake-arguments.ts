/** Checks of what callers pass to a handshake: each names the argument and what was expected. */

import { describe, integerOf, objectOf, stringOf } from './arguments.js';
import { typeError } from './errors.js';
import type { HeaderFields, HeadLimits } from './handshake.js';

/** The bounds on a head, as the codec takes them. */
export function headLimitsOf(given: HeadLimits): number[] {
  const { maxHeaderBytes = 16 << 10, maxHeaders = 100, maxStartLineBytes = 8 << 10 } = given;
  return [
    integerOf('options.maxHeaderBytes', maxHeaderBytes, 1, 1 << 30),
    integerOf('options.maxHeaders', maxHeaders, 1, 256),
    integerOf('options.maxStartLineBytes', maxStartLineBytes, 1, 1 << 30),
  ];
}

/** An origin, which is not empty: that would stand for none. */
export function originOf(name: string, value: unknown): string {
  const origin = stringOf(name, value);
  if (origin === '') throw typeError('invalid_argument', `"${name}" expected an origin, got an empty string`);
  return origin;
}

/** Strings. */
export function stringsOf(name: string, value: unknown): string[] {
  if (!Array.isArray(value))
    throw typeError('invalid_argument', `"${name}" expected an array of strings, got ${describe(value)}`);
  return value.map((item, i) => stringOf(`${name}[${i}]`, item));
}

/** Origins as browsers write them (RFC 6454 §6.2): what no browser writes would refuse everybody. */
export function originsOf(name: string, value: unknown): string[] {
  const example = '"https://app.example"';
  if (!Array.isArray(value)) {
    const expected = `"any" or an array of origins such as ${example}`;
    throw typeError('invalid_argument', `"${name}" expected ${expected}, got ${describe(value)}`);
  }
  const origins = stringsOf(name, value);
  const wrong = origins.findIndex((origin) => origin !== 'null' && !/^[a-z][a-z0-9+.-]*:\/\/[^/?#\s]*$/.test(origin));
  if (wrong !== -1) {
    const expected = `an origin such as ${example}, without a path`;
    throw typeError('invalid_argument', `"${name}[${wrong}]" expected ${expected}, got "${origins[wrong]}"`);
  }
  return origins;
}

/** Own, enumerable fields only, as pairs. */
export function headerFieldsOf(name: string, value: HeaderFields | undefined): [string, string][] {
  if (value === undefined) return [];
  const given = objectOf(name, value as object);
  const pairs = Symbol.iterator in given ? [...(given as Iterable<readonly [string, string]>)] : Object.entries(given);
  return pairs.map((pair) => {
    const [field, content] = Array.isArray(pair) ? pair : [];
    return [stringOf(`${name}: a name`, field), stringOf(`${name}["${field}"]`, content)];
  });
}
