// WebSocketStream: how it closes, from either end.

import { equal, isDomException, isWebSocketError, ok, rejected, throwsDom, throwsTypeError } from '../assert.mjs';
import { quiet } from '../time.mjs';

/** Closes by these means once open; the server sends code and reason back. */
const closesAs = (code, reason, close) => async (t) => {
  const stream = t.stream('/echo');
  await close(stream, await stream.opened, t);
  const info = await stream.closed;
  equal([info.closeCode, info.reason], [code, reason], 'closeCode and reason');
};

const closesWith = (args, code, reason) => closesAs(code, reason, (stream) => stream.close(...args));

/** An open stream refuses these arguments. */
const refuses = (check, given) => async (t) => {
  const stream = t.stream('/echo');
  await stream.opened;
  check(() => stream.close(given));
};

const refusesDom = (name, given) => refuses((run) => throwsDom(name, run), given);

/** `writable.abort()` or `readable.cancel()`, with a reason or none. */
function givenUp(what, method) {
  const by = (make) => async (_stream, opened, t) => {
    await opened[what][method](make?.(t));
  };
  const error =
    (...args) =>
    (t) =>
      new t.WebSocketError(...args);
  return {
    [method]: closesAs(1005, '', by()),
    [`${method} with a look-alike`]: closesAs(
      1005,
      '',
      by(() => ({ closeCode: 3456, reason: 'set' })),
    ),
    [`${method} with a code`]: closesAs(3333, '', by(error('', { closeCode: 3333 }))),
    [`${method} with code and reason`]: closesAs(3456, 'set', by(error('', { closeCode: 3456, reason: 'set' }))),
    [`${method} with a reason`]: closesAs(1000, 'specified', by(error('', { reason: 'specified' }))),
    [`${method} with another DOMException`]: closesAs(
      1005,
      '',
      by(() => new DOMException('yes', 'DataCloneError')),
    ),
  };
}

/** The server closes. */
const closedByServer = (query, code, reason) => async (t) => {
  const info = await t.stream(`/remote-close${query}`).closed;
  equal([info.closeCode, info.reason], [code, reason], 'closeCode and reason');
};

const folder = 'stream/tentative';

export const files = {
  [`${folder}/close.any.js`]: {
    'code and reason': closesWith([{ closeCode: 3456, reason: 'because' }], 3456, 'because'),
    nothing: closesWith([], 1005, ''),
    'an empty object': closesWith([{}], 1005, ''),
    'an empty reason': closesWith([{ reason: '' }], 1005, ''),
    'only a reason': closesWith([{ reason: 'for a reason' }], 1000, 'for a reason'),
    'what is no object': refuses(throwsTypeError, true),
    'a reason that is too long': refusesDom('SyntaxError', { reason: '.'.repeat(124) }),
    ...Object.fromEntries(
      [999, 1001, 2999, 5000].map((closeCode) => [
        `code ${closeCode}`,
        refusesDom('InvalidAccessError', { closeCode }),
      ]),
    ),
    'during the handshake': async (t) => {
      const stream = t.stream('/echo');
      stream.close();
      isWebSocketError(t, await rejected(stream.opened, 'opened'));
      isWebSocketError(t, await rejected(stream.closed, 'closed'));
    },
    'closing the writable': closesAs(1005, '', (_stream, { writable }) => writable.getWriter().close()),
    'closing the writable takes until the server has closed': async (t) => {
      const { writable } = await t.stream('/delayed-passive-close').opened;
      let released = false;
      const closed = writable
        .getWriter()
        .close()
        .then(() => ok(released, 'close() only resolves once the server has answered'));
      equal(await t.server.arrived, 'the Close', 'what the server waits after');
      await quiet();
      released = true;
      t.server.release();
      await closed;
    },
    'a closing handshake that is not completed': async (t) => {
      const stream = t.stream('/passive-close-abort');
      await stream.opened;
      stream.close({ closeCode: 4321, reason: 'because' });
      const error = await rejected(stream.closed, 'closed');
      isWebSocketError(t, error);
      equal([error.closeCode, error.reason], [1006, ''], 'closeCode and reason');
    },
    ...givenUp('writable', 'abort'),
    ...givenUp('readable', 'cancel'),
  },

  [`${folder}/remote-close.any.js`]: {
    'a clean close': async (t) => {
      const stream = t.stream('/remote-close?code=1000');
      const { readable, writable } = await stream.opened;
      const { closeCode, reason } = await stream.closed;
      equal([closeCode, reason], [1000, ''], 'closeCode and reason');
      equal((await readable.getReader().read()).done, true, 'the readable: done');
      isDomException(await rejected(writable.getWriter().ready, 'ready'), 'InvalidStateError');
    },
    'an empty Close': closedByServer('', 1005, ''),
    'code and reason': closedByServer('?code=4000&reason=enough', 4000, 'enough'),
    'a reason in UTF-8': closedByServer(`?code=4000&reason=${encodeURIComponent('十分です')}`, 4000, '十分です'),
    'data that was not written': async (t) => {
      const stream = t.stream('/remote-close?code=4567&stalled=1');
      const written = (await stream.opened).writable.getWriter().write(new Uint8Array(20 << 20));
      written.catch(() => {});
      const error = await rejected(stream.closed, 'closed');
      isWebSocketError(t, error);
      equal(error.closeCode, 4567, 'closeCode');
      // Theirs names the class of this error, too, but does not wait for it; write.any.js waits, and wants another.
      await rejected(written, 'write()');
    },
    'the server’s code wins': async (t) => {
      const stream = t.stream('/remote-close?code=4222&reason=remote');
      await stream.opened;
      stream.close({ closeCode: 4111, reason: 'local' });
      const { closeCode, reason } = await stream.closed;
      equal([closeCode, reason], [4222, 'remote'], 'closeCode and reason');
    },
    'no Close at all': async (t) => {
      const stream = t.stream('/remote-close?abrupt=1');
      const { readable, writable } = await stream.opened;
      const error = await rejected(stream.closed, 'closed');
      isWebSocketError(t, error);
      equal(error.closeCode, 1006, 'closeCode');
      ok((await rejected(readable.getReader().read(), 'read()')) === error, 'the same object from the readable');
      ok((await rejected(writable.getWriter().ready, 'ready')) === error, 'the same object from the writable');
    },
  },
};
