// send(): every kind of data, there and back.

import { equal, ok, throwsDom, throwsTypeError } from '../assert.mjs';
import { quiet } from '../time.mjs';

/** Sends, gets it back, closes. `counted` is what bufferedAmount must be right after. */
const echoes =
  (data, { binaryType = 'arraybuffer', counted, check }) =>
  async (t) => {
    const given = typeof data === 'function' ? data() : data;
    const { socket, log } = await t.open('/echo');
    socket.binaryType = binaryType;
    socket.send(given);
    if (counted !== undefined) equal(socket.bufferedAmount, counted, 'bufferedAmount');
    check((await log.event('message')).data, given);
    socket.close();
    equal((await log.event('close')).wasClean, true, 'wasClean');
    equal(log.types, ['open', 'message', 'close'], 'the events');
  };

const text = (data, counted, expected = data) =>
  echoes(data, { counted, check: (received) => equal(received, expected, 'the message') });

const buffer = (length) =>
  echoes(() => new ArrayBuffer(length), {
    counted: length,
    check: (received) => {
      ok(received instanceof ArrayBuffer, 'an ArrayBuffer');
      equal(received.byteLength, length, 'its length');
    },
  });

const blob = (make, size) =>
  echoes(make, {
    binaryType: 'blob',
    counted: size,
    check: (received) => {
      ok(received instanceof Blob, 'a Blob');
      equal(received.size, size, 'its size');
    },
  });

/** A view with its elements counted up, at an offset in a buffer of 8 bytes. */
const view = (Type, ...place) =>
  echoes(
    () => {
      const made = new Type(new ArrayBuffer(8), ...place);
      made.set(Array.from(made, (_, i) => i));
      return made;
    },
    { check: (received, sent) => equal([...new Type(received)], [...sent], 'the elements') },
  );

const payload = (length) => async (t) => {
  const { socket, log } = await t.open('/echo');
  socket.send('a'.repeat(length));
  equal((await log.event('message')).data, 'a'.repeat(length), 'the message');
  equal(log.types, ['open', 'message'], 'the events');
};

/** What is written into the memory after send() is not sent. */
const isolated = (make) => async (t) => {
  const { socket, log } = await t.open('/echo');
  const { data, bytes } = make();
  const before = [...bytes];
  socket.binaryType = 'arraybuffer';
  socket.send(data);
  bytes[0] = 99;
  equal([...new Uint8Array((await log.event('message')).data)], before, 'the message');
};

const notWhileConnecting = (data) => (t) => throwsDom('InvalidStateError', () => t.connect('/').socket.send(data));

/** Things that are made strings. */
const NO_STRINGS = {
  null: () => null,
  undefined: () => undefined,
  'a number': () => 1,
  'the global object': () => globalThis,
  'an object': () => ({}),
  'a list': () => [],
  'a socket': (socket) => socket,
  'a function': () => () => {},
  'an error': () => new Error(),
};

export const files = {
  'Send-0byte-data.any.js': text('', 0),
  'Send-65K-data.any.js': text('c'.repeat(65_000), 65_000),
  'Send-before-open.any.js': notWhileConnecting('a message'),
  'Send-binary-arraybuffer.any.js': buffer(15),
  'Send-binary-65K-arraybuffer.any.js': buffer(65_000),
  'Send-binary-arraybufferview-float16.any.js': (t) => {
    const { Float16Array } = globalThis;
    return Float16Array === undefined ? t.skip('no Float16Array here') : view(Float16Array)(t);
  },
  'Send-binary-arraybufferview-float32.any.js': view(Float32Array),
  'Send-binary-arraybufferview-float64.any.js': view(Float64Array),
  'Send-binary-arraybufferview-int16-offset.any.js': view(Int16Array, 2),
  'Send-binary-arraybufferview-int32.any.js': view(Int32Array),
  'Send-binary-arraybufferview-int8.any.js': view(Int8Array),
  'Send-binary-arraybufferview-uint16-offset-length.any.js': view(Uint16Array, 2, 2),
  'Send-binary-arraybufferview-uint32-offset.any.js': view(Uint32Array, 0),
  'Send-binary-arraybufferview-uint8-offset-length.any.js': view(Uint8Array, 2, 4),
  'Send-binary-arraybufferview-uint8-offset.any.js': view(Uint8Array, 2),
  'Send-binary-blob.any.js': blob(() => new Blob([new Uint8Array(65_000)]), 65_000),
  'Send-data.any.js': text('a message', 9),
  'Send-null.any.js': text(null, 4, 'null'),
  'Send-paired-surrogates.any.js': text('\uD801\uDC07', 4),
  'Send-unicode-data.any.js': text('¥¥¥¥¥¥', 12),
  'Send-unpaired-surrogates.any.js': text('\uD807', 3, '\uFFFD'),

  'binary/001.html': blob(() => new ArrayBuffer(10), 10),
  'binary/002.html': blob(() => new ArrayBuffer(100_000), 100_000),
  'binary/004.html': buffer(100_000),
  'binary/005.html': buffer(10),

  'extended-payload-length.html': {
    '125 bytes: no field': payload(125),
    '126 bytes: the first with 16 bits': payload(126),
    '65,535 bytes: the last with 16 bits': payload(0xffff),
    '65,536 bytes: the first with 64 bits': payload(0x10000),
  },

  'send-data-isolation.sub.html': {
    'a Uint8Array': isolated(() => {
      const bytes = Uint8Array.of(1, 2, 3, 4);
      return { data: bytes, bytes };
    }),
    'an ArrayBuffer': isolated(() => {
      const bytes = Uint8Array.of(5, 6, 7, 8);
      return { data: bytes.buffer, bytes };
    }),
    'a view of a larger buffer': isolated(() => {
      const bytes = new Uint8Array(new ArrayBuffer(16), 4, 4);
      bytes.set([10, 11, 12, 13]);
      return { data: bytes, bytes };
    }),
  },

  'send-many-64K-messages-with-backpressure.any.js': async (t) => {
    const { socket, log } = await t.open('/receive-many-with-backpressure');
    for (let i = 0; i < 50; i += 1) socket.send(new Uint8Array(0x10000));
    for (let i = 0; i < 50; i += 1) equal((await log.event('message', i)).data, '65536', `the length of message ${i}`);
    socket.close();
    equal((await log.event('close')).wasClean, true, 'wasClean');
  },

  'interfaces/WebSocket/send/001.html': (t) => throwsTypeError(() => t.connect('/').socket.send()),

  'interfaces/WebSocket/send/002.html': (t) => {
    const { socket } = t.connect('/');
    socket.send = 5;
    equal(socket.send, 5, 'send');
  },

  'interfaces/WebSocket/send/003.html': notWhileConnecting('a'),

  'interfaces/WebSocket/send/004.html': {
    'a lone low surrogate': notWhileConnecting('a\uDC00x'),
    'a lone high surrogate': notWhileConnecting('a\uD800x'),
    'surrogates in the wrong order': notWhileConnecting('a\uDC00\uD800x'),
  },

  'interfaces/WebSocket/send/005.html': async (t) => {
    const { socket } = await t.open('/echo');
    equal(socket.send('test'), undefined, 'send()');
  },

  'interfaces/WebSocket/send/006.html': text('a\uDC00xb\uD800xc\uDC00\uD800x', 18, 'a\uFFFDxb\uFFFDxc\uFFFD\uFFFDx'),

  'interfaces/WebSocket/send/007.html': async (t) => {
    const { socket, log } = await t.open('/echo');
    socket.close();
    equal(socket.send('test'), undefined, 'send()');
    await log.event('close');
    await quiet();
    equal(log.types, ['open', 'close'], 'the events');
  },

  'interfaces/WebSocket/send/008.html': async (t) => {
    const { socket, log } = await t.open('/echo');
    let returned = 'nothing';
    socket.onclose = () => {
      returned = socket.send('test');
    };
    socket.send('Goodbye');
    await log.event('close');
    await quiet();
    equal(returned, undefined, 'send()');
    equal(log.types, ['open', 'message', 'close'], 'the events');
  },

  'interfaces/WebSocket/send/009.html': async (t) => {
    const { socket, log } = await t.open('/empty-message');
    socket.send('');
    equal((await log.event('message')).data, 'pass', 'the message');
    socket.close();
    await log.event('close');
    await quiet();
    equal(log.types, ['open', 'message', 'close'], 'the events');
  },

  'interfaces/WebSocket/send/010.html': Object.fromEntries(
    Object.entries(NO_STRINGS).map(([name, make]) => [
      name,
      async (t) => {
        const { socket, log } = await t.open('/echo');
        const data = make(socket);
        socket.send(data);
        equal((await log.event('message')).data, String(data), 'the message');
        equal(log.types, ['open', 'message'], 'the events');
      },
    ]),
  ),

  'interfaces/WebSocket/send/011.html': text('\u00E5 a\u030A \uD801\uDC7E', 11),
  'interfaces/WebSocket/send/012.html': text(null, 4, 'null'),
};
