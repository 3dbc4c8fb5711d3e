// close(), and how connections end.

import { equal, ok, throwsDom } from '../assert.mjs';
import { quiet } from '../time.mjs';

/** Closes with these arguments once open. `whenClosed` gets the close event and the socket. */
const closesWith = (args, whenClosed) => async (t) => {
  const { socket, log } = await t.open('/echo');
  socket.close(...args);
  equal(socket.readyState, 2, 'readyState at once');
  const event = await log.event('close');
  equal(log.types, ['open', 'close'], 'the events');
  whenClosed(event, socket);
};

const cleanly = ({ wasClean }, socket) => equal([socket.readyState, wasClean], [3, true], 'readyState and wasClean');
const as =
  (code, reason = '') =>
  (event) =>
    equal([event.code, event.reason], [code, reason], 'code and reason');

/** Refuses these arguments once open, and stays open. */
const refuses = (name, args) => async (t) => {
  const { socket, log } = await t.open('/echo');
  throwsDom(name, () => socket.close(...args));
  await quiet();
  equal(log.types, ['open'], 'the events');
  equal(socket.readyState, 1, 'readyState');
};

/** The socket closes itself as the server does, cleanly and once. */
async function closedOnce({ log }, expected) {
  const event = await log.event('close');
  equal(event.wasClean, true, 'wasClean');
  await quiet();
  equal(log.types, expected, 'the events');
  return event;
}

/** The end of a socket that was closed while connecting. */
async function closedWhileConnecting(t, { socket, log }, close) {
  equal(socket.readyState, 0, 'readyState');
  close();
  equal(socket.readyState, 2, 'readyState at once');
  equal(log.types, [], 'the events before close() has returned');
  const { wasClean } = await log.event('close');
  equal([socket.readyState, wasClean], [3, false], 'readyState and wasClean');
  t.server.release();
  await quiet();
  equal(log.types, ['error', 'close'], 'the events');
}

export const files = {
  'Close-1000.any.js': closesWith([1000], cleanly),
  'Close-1000-reason.any.js': closesWith([1000, 'done'], cleanly),
  'Close-1000-verify-code.any.js': closesWith([1000, 'done'], as(1000, 'done')),
  'Close-1005-verify-code.any.js': closesWith([], as(1005)),
  'Close-3000-reason.any.js': closesWith([3000, 'done'], cleanly),
  'Close-3000-verify-code.any.js': closesWith([3000, 'done'], as(3000, 'done')),
  'Close-4999-reason.any.js': closesWith([4999, 'done'], (event, socket) => {
    cleanly(event, socket);
    equal(event.code, 4999, 'code');
  }),
  'Close-readyState-Closed.any.js': closesWith([], cleanly),
  'Close-readyState-Closing.any.js': closesWith([], () => {}),
  'Close-undefined.any.js': closesWith([undefined], as(1005)),
  'Close-reason-unpaired-surrogates.any.js': closesWith([1000, '\uD807'], as(1000, '\uFFFD')),

  'Close-1005.any.js': refuses('InvalidAccessError', [1005, 'reserved']),
  'Close-2999-reason.any.js': refuses('InvalidAccessError', [2999, 'not ours']),
  'Close-onlyReason.any.js': refuses('InvalidAccessError', ['a reason alone']),
  'Close-Reason-124Bytes.any.js': refuses('SyntaxError', [1000, `${'0123456789'.repeat(12)}0123`]),

  'Close-delayed.any.js': async (t) => {
    const { socket, log } = await t.open('/delayed-passive-close');
    socket.close();
    equal(await t.server.arrived, 'the Close', 'what the server waits after');
    await quiet();
    equal([socket.readyState, ...log.types], [2, 'open'], 'readyState and events before the answer');
    t.server.release();
    cleanly(await log.event('close'), socket);
  },

  'Close-server-initiated-close.any.js': async (t) => {
    const { socket, log } = await t.open('/echo');
    socket.send('Goodbye');
    cleanly(await log.event('close'), socket);
    equal(log.types, ['open', 'message', 'close'], 'the events');
  },

  'close-invalid.any.js': Object.fromEntries(
    [0, 500, Number.NaN, 'string', null, 0x10000 + 1000].map((code) => [
      String(code),
      async (t) => {
        const { socket, log } = t.connect('/echo');
        throwsDom('InvalidAccessError', () => socket.close(code));
        await log.event('open');
        equal(log.types, ['open'], 'the events');
      },
    ]),
  ),

  'closing-handshake/002.html': async (t) => {
    const made = await t.open('/echo_exit');
    made.socket.send('Goodbye');
    await closedOnce(made, ['open', 'close']);
  },

  'closing-handshake/003.html': async (t) => {
    const made = await t.open('/echo');
    made.socket.close();
    equal((await closedOnce(made, ['open', 'close'])).code, 1005, 'code');
  },

  'closing-handshake/004.html': async (t) => {
    const made = await t.open('/echo_close_data');
    made.socket.send('Goodbye');
    await closedOnce(made, ['open', 'close']);
  },

  'interfaces/WebSocket/close/close-basic.html': async (t) => {
    const { socket, log } = t.connect('/');
    socket.close();
    equal(socket.readyState, socket.CLOSING, 'readyState');
    const event = await log.event('close');
    equal(Object.prototype.toString.call(event), '[object CloseEvent]', 'the event');
    if (globalThis.CloseEvent !== undefined) ok(event instanceof CloseEvent, 'an instance of the platform’s class');
    equal(event.wasClean, false, 'wasClean');
    // In strict code it may throw, too.
    Reflect.set(event, 'wasClean', true);
    equal(event.wasClean, false, 'wasClean after it was set');
    Reflect.deleteProperty(event, 'wasClean');
    equal(event.wasClean, false, 'wasClean after it was deleted');
    const { prototype } = event.constructor;
    const accessor = Object.getOwnPropertyDescriptor(prototype, 'wasClean');
    ok(accessor !== undefined, 'wasClean on the prototype');
    Reflect.deleteProperty(prototype, 'wasClean');
    equal(event.wasClean, undefined, 'wasClean after the prototype’s was deleted');
    Object.defineProperty(prototype, 'wasClean', accessor);
  },

  'interfaces/WebSocket/close/close-connecting.html': async (t) => {
    const made = t.connect('/sleep_10_v13');
    await t.server.arrived;
    await closedWhileConnecting(t, made, () => made.socket.close());
  },

  'interfaces/WebSocket/close/close-connecting-async.any.js': async (t) => {
    const made = t.connect('/handshake_sleep_2');
    await closedWhileConnecting(t, made, () => made.socket.close());
  },

  'interfaces/WebSocket/close/close-multiple.html': async (t) => {
    const made = t.connect('/');
    await closedWhileConnecting(t, made, () => {
      for (let i = 0; i < 3; i += 1) made.socket.close();
    });
  },

  'interfaces/WebSocket/close/close-nested.html': async (t) => {
    const made = t.connect('/');
    const states = [];
    made.socket.onclose = () => {
      states.push(made.socket.readyState);
      made.socket.close();
      states.push(made.socket.readyState);
    };
    await closedWhileConnecting(t, made, () => made.socket.close());
    equal(states, [3, 3], 'readyState in the handler');
  },

  'interfaces/WebSocket/close/close-replace.html': (t) => {
    const { socket } = t.connect('/');
    socket.close = 5;
    equal(socket.close, 5, 'close');
  },

  'interfaces/WebSocket/close/close-return.html': (t) => equal(t.connect('/').socket.close(), undefined, 'close()'),

  'interfaces/CloseEvent/clean-close.html': async (t) => {
    const { socket, log } = await t.open('/echo');
    socket.send('Test');
    await log.event('message');
    socket.close();
    equal((await log.event('close')).wasClean, true, 'wasClean');
  },

  'interfaces/CloseEvent/constructor.html': {
    'without more': async (t) => {
      const CloseEvent = await t.closeEvent();
      const event = new CloseEvent('foo');
      const { type, bubbles, cancelable, wasClean, code, reason } = event;
      ok(event instanceof CloseEvent && event instanceof Event, 'an event of the class');
      equal([type, bubbles, cancelable, wasClean, code, reason], ['foo', false, false, false, 0, ''], 'its fields');
    },
    'with everything': async (t) => {
      const CloseEvent = await t.closeEvent();
      const given = { bubbles: true, cancelable: true, wasClean: true, code: 7, reason: 'x' };
      const { type, bubbles, cancelable, wasClean, code, reason } = new CloseEvent('foo', given);
      equal([type, bubbles, cancelable, wasClean, code, reason], ['foo', true, true, true, 7, 'x'], 'its fields');
    },
  },

  'interfaces/CloseEvent/historical.html': async (t) => {
    const CloseEvent = await t.closeEvent();
    ok(!('initCloseEvent' in CloseEvent.prototype), 'no initCloseEvent on the prototype');
    ok(!('initCloseEvent' in new CloseEvent('close')), 'no initCloseEvent on events');
  },
};
