// bufferedAmount: rises within send(), falls between tasks.

import { equal, ok } from '../assert.mjs';

const counts = (binaryType, data, counted, check) => async (t) => {
  const { socket, log } = await t.open('/echo');
  socket.binaryType = binaryType;
  socket.send(data);
  equal(socket.bufferedAmount, counted, 'bufferedAmount');
  check((await log.event('message')).data);
  equal(log.types, ['open', 'message'], 'the events');
};

const same = (expected) => (data) => equal(data, expected, 'the message');

const folder = 'interfaces/WebSocket/bufferedAmount';

export const files = {
  [`${folder}/bufferedAmount-arraybuffer.html`]: counts('arraybuffer', new ArrayBuffer(10), 10, ({ byteLength }) =>
    equal(byteLength, 10, 'the length'),
  ),
  [`${folder}/bufferedAmount-blob.html`]: counts('blob', new ArrayBuffer(10), 10, (data) => {
    ok(data instanceof Blob, 'a Blob');
    equal(data.size, 10, 'its size');
  }),
  [`${folder}/bufferedAmount-large.html`]: counts('blob', 'x'.repeat(65_000), 65_000, same('x'.repeat(65_000))),
  [`${folder}/bufferedAmount-unicode.html`]: counts('blob', '¥¥¥¥¥¥', 12, same('¥¥¥¥¥¥')),

  [`${folder}/bufferedAmount-defineProperty-getter.html`]: (t) => {
    Object.defineProperty(t.WebSocket.prototype, 'bufferedAmount', { get: () => 'foo' });
    equal(new t.WebSocket('ws://example.invalid/').bufferedAmount, 'foo', 'bufferedAmount');
  },

  [`${folder}/bufferedAmount-defineProperty-setter.html`]: (t) => {
    let value;
    Object.defineProperty(t.WebSocket.prototype, 'bufferedAmount', {
      set: (given) => {
        value = given;
      },
    });
    new t.WebSocket('ws://example.invalid/').bufferedAmount = 'ran';
    equal(value, 'ran', 'what the setter got');
  },

  [`${folder}/bufferedAmount-deleting.html`]: (t) => {
    const { socket } = t.connect('/echo');
    equal(socket.bufferedAmount, 0, 'bufferedAmount');
    socket.close();
    Reflect.deleteProperty(socket, 'bufferedAmount');
    equal(socket.bufferedAmount, 0, 'bufferedAmount after it was deleted');
    Reflect.deleteProperty(t.WebSocket.prototype, 'bufferedAmount');
    equal(socket.bufferedAmount, undefined, 'bufferedAmount after the prototype’s was deleted');
  },

  [`${folder}/bufferedAmount-getting.html`]: async (t) => {
    const { socket, log } = t.connect('/echo');
    const messages = ['x', '\u00E5', '\u5336', '\uD801\uDC7E'];
    const within = [];
    socket.onopen = () => {
      for (const message of messages) {
        socket.send(message);
        within.push(socket.bufferedAmount);
      }
    };
    const left = [];
    socket.onmessage = () => left.push(socket.bufferedAmount);
    for (const [i, message] of messages.entries()) {
      equal((await log.event('message', i)).data, message, `message ${i}`);
    }
    equal(within, [1, 3, 6, 10], 'bufferedAmount within the task');
    for (const [i, most] of [9, 7, 4, 0].entries()) ok(left[i] <= most, `at most ${most} after message ${i}`);
  },

  [`${folder}/bufferedAmount-initial.html`]: (t) => equal(t.connect('/').socket.bufferedAmount, 0, 'bufferedAmount'),

  [`${folder}/bufferedAmount-readonly.html`]: (t) => {
    const { socket } = t.connect('/');
    Reflect.set(socket, 'bufferedAmount', 5);
    equal(socket.bufferedAmount, 0, 'bufferedAmount');
  },

  'bufferedAmount-unchanged-by-sync-xhr.any.js': async (t) => {
    const { socket, log } = t.connect('/echo');
    const seen = [];
    socket.onopen = () => {
      seen.push(socket.bufferedAmount);
      socket.send('hello');
      seen.push(socket.bufferedAmount);
      // A synchronous request there; what counts is a task that takes long.
      const until = performance.now() + 100;
      while (performance.now() < until);
      seen.push(socket.bufferedAmount);
    };
    await log.event('open');
    equal(seen, [0, 5, 5], 'bufferedAmount within the task');
  },
};
