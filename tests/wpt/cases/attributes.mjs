// Constants and attributes: where they are, and what may be done to them.

import { equal, ok, throwsTypeError } from '../assert.mjs';

const CONSTANTS = Object.entries({ CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 });

const forEachConstant = (check) =>
  Object.fromEntries(CONSTANTS.map(([name, value]) => [name, (t) => check(t, name, value)]));

/** On the class, its prototype, and an instance. */
const owners = (t) => [t.WebSocket, t.WebSocket.prototype, t.connect('/').socket];

/** A getter of one's own on the prototype. */
const getterOf = (name) => (t) => {
  Object.defineProperty(t.WebSocket.prototype, name, { get: () => 'foo' });
  equal(new t.WebSocket('ws://example.invalid/')[name], 'foo', name);
};

/** A setter of one's own on the prototype. */
const setterOf = (name) => (t) => {
  let value;
  Object.defineProperty(t.WebSocket.prototype, name, {
    set: (given) => {
      value = given;
    },
  });
  new t.WebSocket('ws://example.invalid/')[name] = 'ran';
  equal(value, 'ran', 'what the setter got');
};

/** Deleting: nothing on the instance, everything on the prototype. */
const deletes = (name, expected, prepare) => (t) => {
  const { socket } = t.connect('/');
  prepare?.(socket);
  Reflect.deleteProperty(socket, name);
  equal(socket[name], expected(t), `${name} after it was deleted`);
  Reflect.deleteProperty(t.WebSocket.prototype, name);
  equal(socket[name], undefined, `${name} after the prototype’s was deleted`);
};

const initially = (name, expected) => (t) => equal(t.connect('/empty-message').socket[name], expected, name);

/** In strict code an assignment may also throw. */
const ignoresAssignment = (name, given) => (t) => {
  const { socket } = t.connect('/');
  const before = socket[name];
  Reflect.set(socket, name, given);
  equal(socket[name], before, name);
};

const folder = 'interfaces/WebSocket';

export const files = {
  [`${folder}/constants/001.html`]: forEachConstant((t, name, value) => equal(t.WebSocket[name], value, name)),

  [`${folder}/constants/002.html`]: forEachConstant((t, name, value) => {
    for (const owner of owners(t)) {
      Reflect.set(owner, name, 5);
      equal(owner[name], value, name);
    }
  }),

  [`${folder}/constants/003.html`]: forEachConstant((t, name, value) => {
    for (const owner of owners(t)) {
      Reflect.deleteProperty(owner, name);
      equal(owner[name], value, name);
    }
  }),

  [`${folder}/constants/004.html`]: forEachConstant((t, name, value) => {
    for (const owner of owners(t).slice(1)) equal(owner[name], value, name);
  }),

  [`${folder}/constants/005.html`]: forEachConstant((t, name) =>
    throwsTypeError(() => Object.defineProperty(t.WebSocket.prototype, name, { get: () => 'foo' })),
  ),

  [`${folder}/constants/006.html`]: forEachConstant((t, name) =>
    throwsTypeError(() => Object.defineProperty(t.WebSocket.prototype, name, { set() {} })),
  ),

  [`${folder}/extensions/001.html`]: initially('extensions', ''),
  [`${folder}/protocol/protocol-initial.html`]: initially('protocol', ''),

  [`${folder}/readyState/001.html`]: initially('readyState', 0),
  [`${folder}/readyState/002.html`]: ignoresAssignment('readyState', 5),
  [`${folder}/readyState/003.html`]: deletes(
    'readyState',
    () => 2,
    (socket) => socket.close(),
  ),
  [`${folder}/readyState/004.html`]: getterOf('readyState'),
  [`${folder}/readyState/005.html`]: setterOf('readyState'),

  [`${folder}/readyState/006.html`]: async (t) => {
    const { socket } = await t.open('/echo');
    equal(socket.readyState, socket.OPEN, 'readyState');
  },

  [`${folder}/readyState/007.html`]: async (t) => {
    const { socket, log } = await t.open('/echo');
    socket.close();
    equal(socket.readyState, socket.CLOSING, 'readyState');
    equal(log.types, ['open'], 'the events');
  },

  [`${folder}/readyState/008.html`]: async (t) => {
    const { socket, log } = await t.open('/echo');
    const states = [];
    socket.onclose = () => states.push(socket.readyState);
    socket.close();
    await log.event('close');
    equal(states, [socket.CLOSED], 'readyState in the handler');
    equal(log.types, ['open', 'close'], 'the events');
  },

  [`${folder}/url/001.html`]: (t) => equal(new t.WebSocket(t.url('')).url, t.url('/'), 'url'),
  [`${folder}/url/002.html`]: ignoresAssignment('url', 'ws://server.test:8666/test'),
  [`${folder}/url/003.html`]: deletes('url', (t) => t.url('/')),
  [`${folder}/url/004.html`]: (t) => {
    for (const owner of owners(t).slice(1)) {
      equal(owner.URL, undefined, 'URL');
      ok(!('URL' in owner), 'no property URL');
    }
  },
  [`${folder}/url/005.html`]: getterOf('url'),
  [`${folder}/url/006.html`]: setterOf('url'),
  [`${folder}/url/resolve.html`]: (t) =>
    equal(t.connect('/echo?foo%20bar baz').socket.url, t.url('/echo?foo%20bar%20baz'), 'url'),

  'binaryType-wrong-value.any.js': async (t) => {
    const { socket, log } = await t.open('/echo');
    equal(socket.binaryType, 'blob', 'binaryType');
    Reflect.set(socket, 'binaryType', 'notBlobOrArrayBuffer');
    equal(socket.binaryType, 'blob', 'binaryType after a wrong value');
    socket.binaryType = 'arraybuffer';
    Reflect.set(socket, 'binaryType', 'notBlobOrArrayBuffer');
    equal(socket.binaryType, 'arraybuffer', 'another binaryType after a wrong value');
    socket.close();
    equal((await log.event('close')).wasClean, true, 'wasClean');
  },
};
