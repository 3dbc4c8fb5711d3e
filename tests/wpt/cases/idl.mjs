// The interfaces as Web IDL writes them (https://websockets.spec.whatwg.org/#the-websocket-interface).

import { equal, ok, throwsTypeError } from '../assert.mjs';

const INTERFACES = {
  WebSocket: {
    parent: EventTarget,
    length: 1,
    constants: { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 },
    readOnly: {
      url: 'string',
      readyState: 'number',
      bufferedAmount: 'number',
      extensions: 'string',
      protocol: 'string',
    },
    writable: { onopen: 'object', onerror: 'object', onclose: 'object', onmessage: 'object', binaryType: 'string' },
    operations: { close: 0, send: 1 },
    classOf: (t) => t.WebSocket,
    make: (WebSocket) => new WebSocket('ws://example.invalid/'),
  },
  CloseEvent: {
    parent: Event,
    length: 1,
    constants: {},
    readOnly: { wasClean: 'boolean', code: 'number', reason: 'string' },
    writable: {},
    operations: {},
    classOf: (t) => t.closeEvent(),
    make: (CloseEvent) => new CloseEvent('close'),
  },
};

/** A property as it must be, `value` apart. */
function described(owner, name, expected) {
  const descriptor = Object.getOwnPropertyDescriptor(owner, name);
  ok(descriptor !== undefined, `${String(name)} there`);
  for (const [key, value] of Object.entries(expected)) equal(descriptor[key], value, `${String(name)}: ${key}`);
  return descriptor;
}

const READ_ONLY = { writable: false, enumerable: true, configurable: false };

const classTests = (name, { parent, length, constants }) => ({
  'the class': (Class) => {
    equal(typeof Class, 'function', 'its type');
    ok(Object.getPrototypeOf(Class) === parent, `inherits from ${parent.name}`);
    throwsTypeError(() => Class('x'));
    described(Class, 'length', { value: length, writable: false, enumerable: false, configurable: true });
    described(Class, 'name', { value: name, writable: false, enumerable: false, configurable: true });
  },
  'its prototype': (Class) => {
    described(Class, 'prototype', { writable: false, enumerable: false, configurable: false });
    ok(Object.getPrototypeOf(Class.prototype) === parent.prototype, `inherits from ${parent.name}`);
    const { value } = described(Class.prototype, 'constructor', {
      writable: true,
      enumerable: false,
      configurable: true,
    });
    ok(value === Class, 'constructor is the class');
    ok(!Object.hasOwn(Class.prototype, Symbol.unscopables), 'no unscopables');
    const tag = { value: name, writable: false, enumerable: false, configurable: true };
    described(Class.prototype, Symbol.toStringTag, tag);
  },
  ...Object.fromEntries(
    Object.entries(constants).map(([constant, value]) => [
      `constant ${constant}`,
      (Class) => {
        for (const owner of [Class, Class.prototype]) described(owner, constant, { value, ...READ_ONLY });
      },
    ]),
  ),
});

const attributeTests = ({ readOnly, writable }) =>
  Object.fromEntries(
    Object.keys({ ...readOnly, ...writable }).map((attribute) => [
      `attribute ${attribute}`,
      ({ prototype }) => {
        const { get, set } = described(prototype, attribute, { enumerable: true, configurable: true });
        equal([get?.name, get?.length], [`get ${attribute}`, 0], 'the getter');
        throwsTypeError(() => get.call({}));
        throwsTypeError(() => prototype[attribute]);
        if (attribute in readOnly) equal(set, undefined, 'the setter');
        else {
          equal([set?.name, set?.length], [`set ${attribute}`, 1], 'the setter');
          throwsTypeError(() => set.call({}, null));
        }
      },
    ]),
  );

const operationTests = ({ operations }) =>
  Object.fromEntries(
    Object.entries(operations).map(([operation, length]) => [
      `operation ${operation}`,
      ({ prototype }) => {
        const { value } = described(prototype, operation, { writable: true, enumerable: true, configurable: true });
        equal([value.name, value.length], [operation, length], 'its name and length');
        throwsTypeError(() => value.call({}, ...Array(length).fill('x')));
      },
    ]),
  );

const instanceTests = (name, { readOnly, writable, constants, operations, make }) => ({
  'an instance': (Class) => {
    const made = make(Class);
    ok(Object.getPrototypeOf(made) === Class.prototype, 'of this class');
    equal(String(made), `[object ${name}]`, 'as a string');
    const types = { ...readOnly, ...writable };
    for (const constant of Object.keys(constants)) types[constant] = 'number';
    for (const operation of Object.keys(operations)) types[operation] = 'function';
    for (const [member, type] of Object.entries(types)) {
      ok(!Object.hasOwn(made, member), `${member} is not of the instance alone`);
      equal(typeof made[member], type, `the type of ${member}`);
    }
    for (const [operation, length] of Object.entries(operations)) {
      if (length > 0) throwsTypeError(() => made[operation]());
    }
  },
});

const testsOf = (name, one) =>
  Object.entries({
    ...classTests(name, one),
    ...attributeTests(one),
    ...operationTests(one),
    ...instanceTests(name, one),
  }).map(([subject, check]) => [`${name}: ${subject}`, async (t) => check(await one.classOf(t))]);

export const files = {
  'idlharness.any.js': Object.fromEntries(Object.entries(INTERFACES).flatMap(([name, one]) => testsOf(name, one))),
};
