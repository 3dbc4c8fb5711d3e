// Transports that go away, in whatever order their parts tell it, and whatever they do when they are let go.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Connection, encodeFrame } from 'sansocket';
import { createTransport, createWebSocketClass } from 'sansocket/websocket';
import { manual, next, tasks, watch } from './support.mjs';

const text = (payload) => encodeFrame({ opcode: 1, payload });
const close = encodeFrame({ opcode: 8, payload: Uint8Array.of(0x0f, 0xa0) });

/** A socket over what `transport` gives, and what its messages say. */
function messages(transport, options) {
  const WebSocket = createWebSocketClass(() => (typeof transport === 'function' ? transport() : transport), {
    handshake: 'none',
    closeTimeout: 20_000,
    ...options,
  });
  const socket = new WebSocket('ws://h/');
  const received = [];
  socket.onmessage = ({ data }) => received.push(data);
  return { socket, received, end: watch(socket) };
}

const settled = [
  ['fulfilled', () => Promise.resolve(), 'the transport has closed'],
  ['rejected', () => Promise.reject(new Error('cut')), 'cut'],
];

for (const [how, closed, cause] of settled) {
  test(`closed is ${how} while the stream has chunks: they are handled first`, async () => {
    const chunks = ['1', '2', '3', '4', '5', '6'].map(text);
    const readable = new ReadableStream({
      // Every chunk takes its time, as from another thread.
      pull: async (controller) => {
        await tasks();
        if (chunks.length > 0) controller.enqueue(chunks.shift());
        else await new Promise(() => {});
      },
    });
    const { received, end } = messages(() => manual({ readable, closed: closed() }).transport);
    const { code, error } = await end;
    assert.deepEqual(received, ['1', '2', '3', '4', '5', '6']);
    assert.deepEqual([code, error.message, error.cause.message], [1006, 'the transport was lost', cause]);
  });

  test(`closed is ${how} and the stream has a Close: the end is clean`, async () => {
    const { received, end } = messages(() => {
      const { transport, controller } = manual({ closed: closed() });
      for (const chunk of [text('1'), text('2'), close]) controller.enqueue(chunk);
      controller.close();
      return transport;
    });
    const { code, wasClean } = await end;
    assert.deepEqual([received, code, wasClean], [['1', '2'], 4000, true]);
  });

  test(`closed is ${how} while a source of callbacks still has bytes: they are handled first`, async () => {
    const waiting = [text('1'), text('2'), text('3')];
    let sink;
    const give = () => {
      if (waiting.length === 0) return;
      sink.data(waiting.shift());
      setImmediate(give);
    };
    const transport = createTransport({
      start: (given) => {
        sink = given;
      },
      write() {},
      resume: () => setImmediate(give),
      closed: closed(),
    });
    await tasks(5);
    const { received, end } = messages(transport);
    const { code, error } = await end;
    assert.deepEqual(received, ['1', '2', '3']);
    assert.deepEqual([code, error.cause.message], [1006, cause]);
  });
}

/** Ways in which a call can fail. */
const failures = [
  [
    'throws',
    () => {
      throw new Error('on purpose');
    },
  ],
  ['rejects', () => Promise.reject(new Error('on purpose'))],
];

for (const [how, fail] of failures) {
  test(`a close that ${how} changes nothing`, async () => {
    const { transport, controller } = manual({ close: fail });
    const { socket, end } = messages(transport);
    await next(socket, 'open');
    controller.enqueue(close);
    await tasks(5);
    controller.close();
    const { code, wasClean } = await end;
    assert.deepEqual([code, wasClean], [4000, true]);
    await tasks(5);
  });

  test(`a reset that ${how} changes nothing`, async () => {
    const { transport, controller } = manual({
      close: fail,
      writable: new WritableStream({ abort: fail }),
    });
    const { socket, end } = messages(transport);
    await next(socket, 'open');
    controller.error(new Error('cut'));
    const { code, error } = await end;
    assert.deepEqual([code, error.cause.message], [1006, 'cut']);
    await tasks(5);
  });

  test(`a source whose end ${how} has lost the connection`, async () => {
    let sink;
    const source = {
      start: (given) => {
        sink = given;
      },
      write() {},
      end: fail,
      abort: fail,
      close: fail,
    };
    const { socket, end } = messages(createTransport(source));
    await next(socket, 'open');
    sink.data(encodeFrame({ opcode: 3 }));
    const { code, error } = await end;
    // The first reason stays.
    assert.deepEqual([code, error.code], [1006, 'WS_ERR_INVALID_OPCODE']);
    await tasks(5);
  });

  test(`a source whose end ${how} after both Close frames has not`, async () => {
    let sink;
    const source = {
      start: (given) => {
        sink = given;
      },
      write() {},
      end: fail,
      abort: fail,
      close: fail,
    };
    const { socket, end } = messages(createTransport(source));
    await next(socket, 'open');
    sink.data(close);
    await tasks(5);
    sink.end();
    const { code, wasClean } = await end;
    assert.deepEqual([code, wasClean], [4000, true]);
    await tasks(5);
  });

  test(`a source that ${how} while it is written to, or told to read, has lost the connection`, async () => {
    for (const part of ['write', 'resume']) {
      const source = { start() {}, write() {}, [part]: fail };
      const { socket, end } = messages(createTransport(source));
      socket.onopen = () => socket.send('x');
      const { types, code, error } = await end;
      assert.equal(types.at(-1), 'close', part);
      assert.deepEqual([code, error.cause.message], [1006, 'on purpose'], part);
    }
  });
}

test('after the end bufferedAmount does not fall, whatever the transport says afterwards', async () => {
  let sink;
  let taken;
  const source = {
    start: (given) => {
      sink = given;
    },
    write: () =>
      new Promise((resolve) => {
        taken = resolve;
      }),
  };
  const { socket, end } = messages(createTransport(source));
  await next(socket, 'open');
  socket.send('12345');
  await tasks(2);
  sink.fail(new Error('cut'));
  await end;
  taken();
  await tasks(5);
  assert.equal(socket.bufferedAmount, 5);
});

test('a Connection is not needed any more when its transport is gone', async () => {
  // What arrives after the end goes nowhere, and nobody trips over it.
  const { transport, controller } = manual();
  const { socket, end } = messages(transport);
  await next(socket, 'open');
  const server = new Connection({ role: 'server' });
  server.sendText('x');
  controller.enqueue(Buffer.concat(server.dataToSend()));
  controller.error(new Error('cut'));
  assert.equal((await end).code, 1006);
  socket.send('y');
  socket.close();
  server.free();
});
