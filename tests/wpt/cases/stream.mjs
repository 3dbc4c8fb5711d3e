// WebSocketStream: its constructor, its streams, its errors.

import { equal, isDomException, isWebSocketError, ok, rejected, throwsDom, throwsTypeError } from '../assert.mjs';
import { quiet } from '../time.mjs';

/** Both promises are rejected, and `check` looks at the reasons. */
async function bothRejected({ opened, closed }, check) {
  for (const [promise, name] of [
    [opened, 'opened'],
    [closed, 'closed'],
  ]) {
    check(await rejected(promise, name));
  }
}

/** What writing this is rejected with. */
const writing = async (t, chunk) => {
  const { writable } = await t.stream('/echo').opened;
  return rejected(writable.getWriter().write(chunk), 'write()');
};

const refusesWrite = (make) => async (t) => ok((await writing(t, make())) instanceof TypeError, 'a TypeError');

/** The server closes after the first message, and never takes all of the second. */
async function goodbyeThenMuch(t) {
  const stream = t.stream('/echo_exit?stalled');
  const writer = (await stream.opened).writable.getWriter();
  const goodbye = writer.write('Goodbye');
  const much = writer.write(new Uint8Array(8 << 20));
  much.catch(() => {});
  await goodbye;
  isWebSocketError(t, await rejected(stream.closed, 'closed'));
  return { writer, much };
}

const folder = 'stream/tentative';

export const files = {
  [`${folder}/constructor.any.js`]: {
    'no URL': (t) => throwsTypeError(() => new t.WebSocketStream()),
    'a URL that is none of a WebSocket': (t) => throwsDom('SyntaxError', () => new t.WebSocketStream('invalid:')),
    'options that are no object': (t) => throwsTypeError(() => t.stream('/', true)),
    'protocols that are no list': (t) => throwsTypeError(() => t.stream('/', { protocols: 'hi' })),
    'a valid URL': async (t) => {
      const stream = t.stream('/echo');
      await stream.opened;
      equal(stream.url, t.url('/echo'), 'url');
      stream.close();
    },
    protocols: async (t) => {
      const stream = t.stream('/protocol_array', { protocols: ['alpha', 'beta'] });
      const { readable, protocol } = await stream.opened;
      equal(protocol, 'alpha', 'protocol');
      equal((await readable.getReader().read()).value, 'alpha', 'the protocol at the server');
      stream.close();
    },
    'no connection': (t) => bothRejected(t.stream('/404'), (error) => isWebSocketError(t, error)),
    'what opened gives': async (t) => {
      const stream = t.stream('/echo');
      const { readable, writable, protocol, extensions } = await stream.opened;
      // Of anything else these throw.
      ReadableStream.prototype.getReader.call(readable);
      WritableStream.prototype.getWriter.call(writable);
      equal([typeof protocol, typeof extensions], ['string', 'string'], 'the types of protocol and extensions');
      stream.close();
    },
  },

  [`${folder}/abort.any.js`]: {
    'before: nothing is connected': async (t) => {
      const stream = t.stream('/echo', { signal: AbortSignal.abort() });
      await bothRejected(stream, (error) => isDomException(error, 'AbortError'));
      await quiet();
      equal(t.server.connections, 0, 'connections');
    },
    'during the handshake': async (t) => {
      const controller = new AbortController();
      const stream = t.stream('/handshake_sleep_2', { signal: controller.signal });
      await t.server.arrived;
      controller.abort();
      await bothRejected(stream, (error) => isDomException(error, 'AbortError'));
    },
    'after it: nothing happens': async (t) => {
      const controller = new AbortController();
      const { readable, writable } = await t.stream('/echo', { signal: controller.signal }).opened;
      controller.abort();
      writable.getWriter().write('connected');
      equal((await readable.getReader().read()).value, 'connected', 'the message');
    },
  },

  [`${folder}/read.any.js`]: async (t) => {
    const { readable, writable } = await t.stream('/echo').opened;
    writable.getWriter().write(new Uint8Array(16));
    const { value, done } = await readable.getReader().read();
    equal([done, value.constructor, value.byteLength], [false, Uint8Array, 16], 'done, class and length');
  },

  [`${folder}/backpressure-receive.any.js`]: async (t) => {
    const { readable } = await t.stream('/send-backpressure').opened;
    await quiet(200);
    ok(t.server.sent < 16, 'messages that the server could not send yet');
    const reader = readable.getReader();
    equal((await reader.read()).value.length, 0, 'the length of the first message');
    for (let i = 0; i < 16; i += 1) equal((await reader.read()).value.length, 1 << 20, 'the length of a message');
    equal((await reader.read()).value, 'the end', 'the last message');
    equal(t.server.sent, 16, 'messages that the server has sent');
  },

  [`${folder}/backpressure-send.any.js`]: async (t) => {
    const { writable } = await t.stream('/receive-backpressure?stalled').opened;
    let released = false;
    const written = writable
      .getWriter()
      .write(new Uint8Array(8 << 20))
      .then(() => ok(released, 'write() only resolves once the server reads'));
    await t.server.arrived;
    await quiet();
    released = true;
    t.server.release();
    await written;
  },

  [`${folder}/write.any.js`]: {
    'what was not written at the end is rejected': async (t) => {
      const { writer, much } = await goodbyeThenMuch(t);
      const error = await rejected(much, 'write()');
      ok((await rejected(writer.write('word'), 'the next write()')) === error, 'the same object');
    },
    'what was not written at the end: the name of its error': async (t) => {
      const { much } = await goodbyeThenMuch(t);
      isDomException(await rejected(much, 'write()'), 'InvalidStateError');
    },
    'garbage is collected while a write waits, after the end': async (t) => {
      const { much } = await goodbyeThenMuch(t);
      await t.collectGarbage();
      await rejected(much, 'write()');
    },
    'garbage is collected while writes wait': async (t) => {
      let writer = (await t.stream('/echo').opened).writable.getWriter();
      const writes = Array.from({ length: 20 }, () => writer.write(new Uint8Array(100_000)));
      for (const write of writes) write.catch(() => {});
      writer = undefined;
      await t.collectGarbage();
      // The echo is not read, so not all need be done; none may fail.
      await writes[0];
    },
    'what cannot be made a string': refusesWrite(() => ({
      toString() {
        return this;
      },
    })),
    'a buffer that can be resized': refusesWrite(() => new ArrayBuffer(1024, { maxByteLength: 65_536 })),
    'a view of shared memory': refusesWrite(
      () => new Uint8Array(new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }).buffer),
    ),
  },

  [`${folder}/websocket-error.any.js`]: {
    defaults: ({ WebSocketError }) => {
      const { name, message, code, closeCode, reason } = new WebSocketError();
      equal([name, message, code, closeCode, reason], ['WebSocketError', '', 0, null, ''], 'its fields');
    },
    arguments: ({ WebSocketError }) => {
      const error = new WebSocketError('message', { closeCode: 3456, reason: 'reason' });
      const { name, message, code, closeCode, reason } = error;
      equal([name, message, code, closeCode, reason], ['WebSocketError', 'message', 0, 3456, 'reason'], 'its fields');
    },
    ...Object.fromEntries(
      [999, 1001, 2999, 5000].map((closeCode) => [
        `code ${closeCode}`,
        (t) => throwsDom('InvalidAccessError', () => new t.WebSocketError('', { closeCode })),
      ]),
    ),
    'only a code': ({ WebSocketError }) => {
      const { closeCode, reason } = new WebSocketError('', { closeCode: 3333 });
      equal([closeCode, reason], [3333, ''], 'closeCode and reason');
    },
    'only a reason': ({ WebSocketError }) => {
      const { closeCode, reason } = new WebSocketError('', { reason: 'specified' });
      equal([closeCode, reason], [1000, 'specified'], 'closeCode and reason');
    },
    'a reason that is too long': (t) =>
      throwsDom('SyntaxError', () => new t.WebSocketError('', { closeCode: 1000, reason: 'x'.repeat(124) })),
    'a reason that is too long in UTF-8': (t) =>
      throwsDom('SyntaxError', () => new t.WebSocketError('', { reason: '🔌'.repeat(32) })),
  },
};
