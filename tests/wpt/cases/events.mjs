// Events, and the attributes that handle them.

import { equal, fail, ok } from '../assert.mjs';
import { Log } from '../context.mjs';

const TYPES = ['open', 'message', 'error', 'close'];

const forEachType = (check) => Object.fromEntries(TYPES.map((type) => [type, (t) => check(t, type)]));

/** A text frame, then one with an opcode that is reserved (RFC 6455 §5.2). */
const GOOD_THEN_BAD = Uint8Array.of(0x81, 4, 0x74, 0x65, 0x73, 0x74, 0x83, 3, 0x4c, 0x4f, 0x4c);

/** An event of one's own, with a detail. */
class DetailEvent extends Event {
  detail = 5;
}

/** A handler is called with what is dispatched. */
const listensFor = (type) => (t) => {
  const { socket } = t.connect('/');
  const details = [];
  socket[`on${type}`] = ({ detail }) => details.push(detail);
  socket.dispatchEvent(new DetailEvent(type));
  equal(details, [5], 'what the handler got');
};

/** A handler that is set to this reads back as null. */
const countsAsNull = (value) => (t, type) => {
  const { socket } = t.connect('/empty-message');
  const handler = () => {};
  socket[`on${type}`] = handler;
  equal(socket[`on${type}`], handler, 'the handler');
  socket[`on${type}`] = value;
  equal(socket[`on${type}`], null, 'the handler');
};

/** Opens, fails after a message, and looks at every event when it happens. No other listener: Node 20 minds a second. */
async function eachEvent(t, look) {
  const socket = new t.WebSocket(t.url('/echo_raw'));
  const types = [];
  const faults = [];
  await new Promise((resolve) => {
    for (const type of TYPES) {
      socket.addEventListener(type, function listener(event) {
        types.push(type);
        if (type === 'open') socket.send(GOOD_THEN_BAD);
        try {
          look(event, socket, this);
        } catch (error) {
          faults.push(error);
        }
        if (type === 'close') resolve();
      });
    }
  });
  equal(types, TYPES, 'the events');
  for (const fault of faults) throw fault;
}

const folder = 'interfaces/WebSocket/events';

export const files = {
  'eventhandlers.any.js': forEachType((t, type) => {
    const { socket } = t.connect('/echo', 'echo');
    equal(socket[`on${type}`], null, 'the handler at first');
    countsAsNull(2)(t, type);
  }),

  [`${folder}/001.html`]: forEachType((t, type) => equal(t.connect('/').socket[`on${type}`], null, 'the handler')),

  [`${folder}/002.html`]: forEachType((t, type) => {
    const { socket } = t.connect('/');
    const handler = () => {};
    socket[`on${type}`] = handler;
    equal(socket[`on${type}`], handler, 'the handler');
  }),

  [`${folder}/003.html`]: listensFor('open'),
  [`${folder}/007.html`]: listensFor('message'),
  [`${folder}/008.html`]: listensFor('error'),
  [`${folder}/009.html`]: listensFor('close'),

  [`${folder}/004.html`]: (t) => {
    const { socket } = t.connect('/');
    for (const name of ['addEventListener', 'removeEventListener', 'dispatchEvent']) {
      equal(typeof socket[name], 'function', name);
    }
  },

  [`${folder}/006.html`]: (t) => {
    const { socket } = t.connect('/');
    for (const type of TYPES) ok(`on${type}` in socket, `on${type}`);
  },

  [`${folder}/010.html`]: forEachType(countsAsNull(undefined)),
  [`${folder}/011.html`]: forEachType(countsAsNull(1)),
  [`${folder}/012.html`]: forEachType(countsAsNull(';')),
  [`${folder}/014.html`]: forEachType(countsAsNull(null)),

  [`${folder}/013.html`]: forEachType((t, type) => {
    const { socket } = t.connect('/empty-message');
    const handler = { handleEvent: () => fail('handleEvent was called') };
    socket[`on${type}`] = handler;
    equal(socket[`on${type}`], handler, 'the handler');
    socket.dispatchEvent(new Event(type));
  }),

  [`${folder}/015.html`]: async (t) => {
    const CloseEvent = await t.closeEvent();
    await eachEvent(t, (event, socket) => {
      ok(event instanceof Event, `an Event at ${event.type}`);
      if (event.type === 'message') {
        ok(event instanceof MessageEvent, 'a MessageEvent');
        equal(socket.readyState, socket.OPEN, 'readyState at message');
      }
      if (event.type === 'error') equal(socket.readyState, socket.CLOSED, 'readyState at error');
      if (event.type === 'close') ok(event instanceof CloseEvent, 'a CloseEvent');
    });
  },

  [`${folder}/016.html`]: async (t) => {
    const { socket, log } = t.connect('/echo');
    const order = [];
    for (const type of ['open', 'message', 'close']) {
      socket.addEventListener(type, () => order.push(`${type} before`));
      socket[`on${type}`] = () => order.push(type);
      socket.addEventListener(type, () => order.push(`${type} after`));
    }
    await log.event('open');
    socket.send('Goodbye');
    await log.event('close');
    const expected = ['open', 'message', 'close'].flatMap((type) => [`${type} before`, type, `${type} after`]);
    equal(order, expected, 'the order');
  },

  [`${folder}/017.html`]: (t) =>
    eachEvent(t, ({ type, target, currentTarget, eventPhase }, socket, self) => {
      for (const one of [target, currentTarget, self]) ok(one === socket, `the socket at ${type}`);
      equal(eventPhase, 2, `eventPhase at ${type}`);
    }),

  [`${folder}/018.html`]: {
    ...Object.fromEntries(
      Object.entries({ open: 'Event', message: 'MessageEvent', error: 'Event', close: 'CloseEvent' }).map(
        ([type, name]) => [
          `${type}: its name`,
          (t) =>
            eachEvent(t, (event) => event.type !== type || equal(String(event), `[object ${name}]`, 'as a string')),
        ],
      ),
    ),
    'bubbles and cancelable': (t) =>
      eachEvent(t, ({ type, bubbles, cancelable }) => equal([bubbles, cancelable], [false, false], type)),
  },

  [`${folder}/019.html`]: forEachType((t, type) => {
    const { socket } = t.connect('/echo');
    socket.close();
    const got = [];
    const listener = (event) => got.push(event.type);
    socket.addEventListener(type, listener);
    socket.removeEventListener(type, listener);
    socket.dispatchEvent(new Event(type));
    equal(got, [], 'what the listener got');
  }),

  [`${folder}/020.html`]: async (t) => {
    const log = new Log(new t.WebSocket('ws://example.invalid/'));
    ok((await log.event('error')) instanceof Event, 'an Event');
  },
};
