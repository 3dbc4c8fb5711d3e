// How a WebSocketStream ends, from either side, and what its streams and promises say then.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeFrame } from 'sansocket';
import { createWebSocketStreamClass, WebSocketError } from 'sansocket/websocket';
import { TestClock } from '../server/clock.mjs';
import { manual, openStream, tasks } from './support.mjs';

/** The reason with which a promise rejects. */
const reasonOf = (promise) =>
  promise.then(
    (value) => assert.fail(`it is fulfilled with ${JSON.stringify(value)}`),
    (reason) => reason,
  );

/** What a promise has come to so far. */
async function stateOf(promise) {
  const pending = {};
  const value = await Promise.race([promise, pending]).catch(() => 'rejected');
  return value === pending ? 'pending' : value === 'rejected' ? value : 'fulfilled';
}

/** The peer answers the Close and ends. */
async function answered(peer) {
  const { code, reason } = await peer.event('close');
  await peer.send(() => {});
  await peer.end();
  return { code, reason };
}

const empty = { code: 1005, reason: '' };

test('arguments of close()', async () => {
  const { stream, peer } = await openStream();
  for (const info of [true, 5, 'x']) assert.throws(() => stream.close(info), TypeError);
  for (const closeCode of [0, 999, 1001, 1005, 2999, 5000]) {
    assert.throws(() => stream.close({ closeCode }), { name: 'InvalidAccessError' });
  }
  assert.throws(() => stream.close({ reason: 'x'.repeat(124) }), { name: 'SyntaxError' });
  await tasks(3);
  assert.deepEqual(peer.events, []);
  stream.close({ closeCode: 3456, reason: 'pizza' });
  // A second one changes nothing.
  stream.close({ closeCode: 4000 });
  assert.deepEqual(await answered(peer), { code: 3456, reason: 'pizza' });
  assert.deepEqual(await stream.closed, { closeCode: 3456, reason: '' });
});

for (const [info, expected] of [
  [undefined, empty],
  [null, empty],
  [{}, empty],
  [{ reason: '' }, empty],
  [{ reason: 'r' }, { code: 1000, reason: 'r' }],
  [{ closeCode: 4000 }, { code: 4000, reason: '' }],
]) {
  test(`close(${JSON.stringify(info)})`, async () => {
    const { stream, peer } = await openStream();
    stream.close(info);
    assert.deepEqual(await answered(peer), expected);
    // The code of the peer counts, which repeats ours; its reason is empty.
    assert.deepEqual(await stream.closed, { closeCode: expected.code, reason: '' });
  });
}

test('the code and the reason of the peer win over ours', async () => {
  const { stream, peer } = await openStream();
  // Both close at once.
  stream.close({ closeCode: 3000, reason: 'ours' });
  await peer.send((connection) => connection.sendClose(4000, 'theirs'));
  await peer.end();
  assert.deepEqual(await stream.closed, { closeCode: 4000, reason: 'theirs' });
});

test('after a clean end: the readable is done, the writable has an InvalidStateError, locked or not', async () => {
  for (const locked of [true, false]) {
    const { stream, readable, writable, peer } = await openStream();
    const reader = readable.getReader();
    let writer = locked ? writable.getWriter() : undefined;
    writer?.closed.catch(() => {});
    await peer.send((connection) => connection.sendClose(1000, 'bye'));
    await peer.end();
    assert.deepEqual(await stream.closed, { closeCode: 1000, reason: 'bye' });
    assert.deepEqual(await reader.read(), { done: true, value: undefined });
    await reader.closed;
    writer ??= writable.getWriter();
    assert.equal((await reasonOf(writer.closed)).name, 'InvalidStateError');
    const reason = await reasonOf(writer.write('late'));
    assert.ok(reason instanceof DOMException);
    assert.equal(reason.name, 'InvalidStateError');
  }
});

test('an empty Close of the peer is 1005', async () => {
  const { stream, peer } = await openStream();
  await peer.send((connection) => connection.sendClose());
  await peer.end();
  assert.deepEqual(await stream.closed, { closeCode: 1005, reason: '' });
});

test('writer.close() is fulfilled once the peer has closed as well', async () => {
  const { stream, writable, peer } = await openStream();
  const writer = writable.getWriter();
  writer.write('last');
  const closing = writer.close();
  const close = await peer.event('close');
  assert.deepEqual([peer.log[0], close.code], ['last', 1005]);
  await tasks(10);
  assert.equal(await stateOf(closing), 'pending');
  await peer.send(() => {});
  await tasks(10);
  // The peer has answered, and not ended yet (RFC 6455 §7.1.1).
  assert.equal(await stateOf(closing), 'pending');
  await peer.end();
  await closing;
  await writer.closed;
  assert.deepEqual(await stream.closed, { closeCode: 1005, reason: '' });
});

test('writer.close() rejects if the peer does not close as well', async () => {
  const { stream, writable, peer } = await openStream();
  const closing = writable.getWriter().close();
  await peer.event('close');
  await peer.end();
  const reason = await reasonOf(closing);
  assert.deepEqual([reason.name, reason.closeCode], ['WebSocketError', 1006]);
  assert.equal(await reasonOf(stream.closed), reason);
});

for (const [name, end] of [
  ['abort', ({ writable }, reason) => writable.abort(reason)],
  ['cancel', ({ readable }, reason) => readable.cancel(reason)],
]) {
  for (const [what, reason, expected] of [
    ['nothing', undefined, empty],
    ['a WebSocketError', new WebSocketError('m', { closeCode: 3333, reason: 'r' }), { code: 3333, reason: 'r' }],
    ['one without a code', new WebSocketError('m'), empty],
    ['one with a reason only', new WebSocketError('m', { reason: 'r' }), { code: 1000, reason: 'r' }],
    ['what looks like one', { name: 'WebSocketError', closeCode: 3333, reason: 'r' }, empty],
    ['another DOMException', new DOMException('yes', 'DataCloneError'), empty],
    ['an Error', new Error('no'), empty],
  ]) {
    test(`${name} with ${what}`, async () => {
      const opened = await openStream();
      await end(opened, reason);
      assert.deepEqual(await answered(opened.peer), expected);
      assert.deepEqual(await opened.stream.closed, { closeCode: expected.code, reason: '' });
    });
  }
}

for (const [closeCode, expected] of [
  [4321, { code: 4321, reason: 'r' }],
  [1006, empty],
  [1011, empty],
]) {
  test(`a WebSocketError of the platform counts as well: ${closeCode}`, async (t) => {
    class Platform extends DOMException {
      closeCode = closeCode;
      reason = 'r';
    }
    globalThis.WebSocketError = Platform;
    t.after(() => delete globalThis.WebSocketError);
    const { stream, writable, peer } = await openStream();
    await writable.abort(new Platform('', 'WebSocketError'));
    assert.deepEqual(await answered(peer), expected);
    await stream.closed;
  });
}

for (const [name, pipe] of [
  ['into', (lost, healthy) => lost.readable.pipeTo(healthy.writable)],
  ['out of', (lost, healthy) => healthy.readable.pipeTo(lost.writable)],
]) {
  test(`a pipe ${name} a connection that is lost closes the other one cleanly`, async () => {
    const lost = await openStream();
    const healthy = await openStream();
    const piping = reasonOf(pipe(lost, healthy));
    await lost.peer.end();
    assert.deepEqual(await answered(healthy.peer), empty);
    assert.deepEqual(await healthy.stream.closed, { closeCode: 1005, reason: '' });
    assert.equal((await piping).closeCode, 1006);
  });
}

test('a code that only the peer of another connection could send is not sent', async () => {
  const { stream, writable, close } = await blocked({ closeTimeout: 50 });
  writable
    .getWriter()
    .write('x')
    .catch(() => {});
  close(1001);
  const reason = await reasonOf(stream.closed);
  assert.deepEqual([reason.closeCode, reason.reason], [1001, 'hi']);
  const other = await openStream();
  await other.readable.cancel(reason);
  assert.deepEqual(await answered(other.peer), empty);
  await other.stream.closed;
});

test('once closing has begun, what arrives is thrown away, and the Close found behind it', async () => {
  const { stream, readable, peer } = await openStream({}, { highWaterMark: 1 });
  await peer.send((connection) => connection.sendText('first'));
  await tasks(5);
  // Nobody reads. There is a message in the queue, and more behind it than there is room for.
  const flood = (async () => {
    for (let i = 0; i < 10; i += 1) await peer.write(encodeFrame({ opcode: 1, payload: 'flood' }));
  })();
  await tasks(5);
  stream.close();
  await flood;
  await answered(peer);
  assert.deepEqual(await stream.closed, { closeCode: 1005, reason: '' });
  const received = [];
  for await (const message of readable) received.push(message);
  assert.deepEqual(received, ['first']);
});

test('an end without a Close: one error on the streams and the promise', async () => {
  const { stream, readable, writable, peer } = await openStream();
  const reader = readable.getReader();
  const writer = writable.getWriter();
  const reading = reader.read();
  reading.catch(() => {});
  await peer.end();
  const reason = await reasonOf(stream.closed);
  assert.ok(reason instanceof WebSocketError);
  assert.deepEqual([reason.closeCode, reason.reason, reason.cause.code], [1006, '', 'WS_ERR_UNEXPECTED_EOF']);
  for (const promise of [reading, reader.closed, reader.read(), writer.closed, writer.write('x')]) {
    assert.equal(await reasonOf(promise), reason);
  }
});

test('a violation of the peer: the error says what, and the wire carries the code', async () => {
  const { stream, peer } = await openStream();
  await peer.write([0x83, 0x00]);
  const reason = await reasonOf(stream.closed);
  assert.deepEqual([reason.closeCode, reason.cause.code], [1006, 'WS_ERR_INVALID_OPCODE']);
  assert.equal((await peer.event('close')).code, 1002);
  await peer.end();
});

test('a peer that does not answer the Close', async () => {
  const { stream, peer } = await openStream({ closeTimeout: 30 });
  stream.close({ closeCode: 3000 });
  const reason = await reasonOf(stream.closed);
  assert.equal(reason.closeCode, 1006);
  assert.match(reason.message, /not closed within 30 ms/);
  await assert.rejects(peer.ended);
});

test('a peer that answers the Close and does not end: it is clean all the same', async () => {
  const clock = new TestClock();
  const { stream, peer } = await openStream({ clock, closeTimeout: 1000 });
  stream.close({ closeCode: 3000 });
  await peer.event('close');
  await peer.send(() => {});
  await tasks(5);
  clock.advance(1000);
  assert.deepEqual(await stream.closed, { closeCode: 3000, reason: '' });
});

/** A stream over a transport that takes nothing until it is told, and the Close of its peer. */
async function blocked(options) {
  let take;
  const write = () =>
    new Promise((resolve) => {
      take = resolve;
    });
  const { transport, controller } = manual({ writable: new WritableStream({ write }) });
  const WebSocketStream = createWebSocketStreamClass(() => transport, { handshake: 'none', ...options });
  const stream = new WebSocketStream('ws://h/');
  const { readable, writable } = await stream.opened;
  const close = (code = 4000) => controller.enqueue(Uint8Array.of(0x88, 0x04, code >>> 8, code & 0xff, 0x68, 0x69));
  return { stream, readable, writable, close, controller, take: () => take() };
}

test('a Close of the peer while a message is not sent: unclean, with its code, and the write fails', async () => {
  const { stream, readable, writable, close } = await blocked({ closeTimeout: 50 });
  const writing = reasonOf(writable.getWriter().write('x'));
  const reading = reasonOf(readable.getReader().read());
  close();
  const reason = await reasonOf(stream.closed);
  assert.ok(reason instanceof WebSocketError);
  assert.deepEqual([reason.closeCode, reason.reason], [4000, 'hi']);
  assert.equal(await writing, reason);
  assert.equal(await reading, reason);
});

test('a message that comes too late for the Close of the peer: unclean, too', async () => {
  const { stream, writable, close, take, controller } = await blocked();
  const writer = writable.getWriter();
  const first = writer.write('first');
  // It waits behind the first, and is not with the connection yet.
  const second = reasonOf(writer.write('second'));
  await tasks(2);
  close();
  await tasks(10);
  take();
  await first;
  await tasks(2);
  // The Close that answers.
  take();
  await tasks(2);
  controller.close();
  const reason = await reasonOf(stream.closed);
  assert.deepEqual([reason.closeCode, reason.reason], [4000, 'hi']);
  assert.match(reason.message, /closed before a message was sent/);
  assert.equal(await second, reason);
});

test('a message that comes too late for our own Close was not sent, also when the peer answers', async () => {
  const { stream, writable, peer } = await openStream();
  const writer = writable.getWriter();
  const first = writer.write('first');
  const second = reasonOf(writer.write('second'));
  stream.close();
  await first;
  await answered(peer);
  assert.deepEqual(await stream.closed, { closeCode: 1005, reason: '' });
  assert.equal((await second).name, 'InvalidStateError');
  assert.deepEqual(peer.log, ['first', 1005]);
});

test('abort() does not wait for a message that cannot be sent', async () => {
  const { stream, writable } = await blocked({ closeTimeout: 50 });
  const writer = writable.getWriter();
  const writing = reasonOf(writer.write('x'));
  const why = new Error('enough');
  const aborting = writer.abort(why);
  assert.equal(await writing, why);
  await aborting;
  assert.equal((await reasonOf(stream.closed)).closeCode, 1006);
});

test('a message larger than the connection may hold fails it', async () => {
  const { stream, writable, peer } = await openStream({ limits: { maxBufferedBytes: 100 } });
  const reason = await reasonOf(writable.getWriter().write(new Uint8Array(200)));
  assert.deepEqual([reason.name, reason.cause.code], ['WebSocketError', 'buffer_full']);
  assert.equal(await reasonOf(stream.closed), reason);
  assert.equal((await peer.event('close')).code, 1011);
  await peer.end();
});
