// The streams of a WebSocketStream: messages both ways, and who waits for whom.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeFrame } from 'sansocket';
import { transportPair } from 'sansocket/adapters';
import { createWebSocketStreamClass } from 'sansocket/websocket';
import { TestClock } from '../server/clock.mjs';
import { manual, openStream, Peer, tasks, until } from './support.mjs';

test('one chunk a message: strings and bytes of their own', async () => {
  const { readable, writable, peer } = await openStream();
  const reader = readable.getReader();
  await peer.send((connection) => {
    connection.sendText('text');
    connection.sendBinary(Uint8Array.of(1, 2, 3));
    connection.sendBinary(Uint8Array.of(4));
    connection.sendText('');
    connection.sendBinary(new Uint8Array(0));
  });
  const received = [];
  for (let i = 0; i < 5; i += 1) received.push((await reader.read()).value);
  assert.deepEqual(received, ['text', Uint8Array.of(1, 2, 3), Uint8Array.of(4), '', new Uint8Array(0)]);
  for (const bytes of received.filter((message) => typeof message !== 'string')) {
    assert.equal(Object.getPrototypeOf(bytes), Uint8Array.prototype);
    assert.equal(bytes.buffer.byteLength, bytes.byteLength);
  }
  await writable.abort();
  await peer.end();
});

test('what is written: buffers as binary, copied; everything else as text', async () => {
  const { writable, peer } = await openStream();
  const writer = writable.getWriter();
  const bytes = Uint8Array.of(0, 1, 2, 0);
  const chunks = ['a\uD800', bytes.subarray(1, 3), bytes.buffer, new DataView(bytes.buffer, 1, 1), 1, null, {}, ''];
  const writes = chunks.map((chunk) => writer.write(chunk));
  await writes[1];
  await Promise.all(writes);
  // The peer has read nothing of it yet that it could still change.
  bytes.fill(9);
  await until(() => peer.events.length === chunks.length);
  assert.deepEqual(
    peer.events.map(({ data }) => (typeof data === 'string' ? data : [...data])),
    ['a\uFFFD', [1, 2], [0, 1, 2, 0], [1], '1', 'null', '[object Object]', ''],
  );
  (await writable.getWriter) === undefined;
});

test('what cannot be written fails the write, and the writable', async () => {
  for (const chunk of [new Uint8Array(new SharedArrayBuffer(1)), Symbol('x')]) {
    const { stream, writable, peer } = await openStream();
    const writer = writable.getWriter();
    await assert.rejects(writer.write(chunk), TypeError);
    // The connection is there until it is closed.
    stream.close();
    await peer.event('close');
    await peer.send(() => {});
    await peer.end();
    await stream.closed;
  }
});

test('while nobody reads, nothing is read from the transport', async () => {
  const { readable, peer } = await openStream({}, { highWaterMark: 1 });
  let sent = 0;
  const sending = (async () => {
    for (let i = 0; i < 20; i += 1) {
      await peer.send((connection) => connection.sendText(`${i}`));
      sent += 1;
    }
  })();
  await tasks(50);
  // One is in the queue, one on its way.
  assert.ok(sent <= 3, `${sent} were taken`);
  const reader = readable.getReader();
  const received = [];
  for (let i = 0; i < 10; i += 1) received.push(Number((await reader.read()).value));
  await tasks(50);
  assert.ok(sent >= 10 && sent <= 13, `${sent} were taken`);
  for (let i = 10; i < 20; i += 1) received.push(Number((await reader.read()).value));
  await sending;
  assert.deepEqual(
    received,
    Array.from({ length: 20 }, (_, i) => i),
  );
});

test('the same over web streams', async () => {
  const { transport, controller } = manual();
  const WebSocketStream = createWebSocketStreamClass(() => transport, { handshake: 'none' });
  const { readable } = await new WebSocketStream('ws://h/').opened;
  for (let i = 0; i < 10; i += 1) controller.enqueue(encodeFrame({ opcode: 1, payload: `${i}` }));
  await tasks(50);
  const before = controller.desiredSize;
  assert.ok(before <= 1 - 7, `${1 - before} are left`);
  const reader = readable.getReader();
  for (let i = 0; i < 10; i += 1) assert.equal((await reader.read()).value, `${i}`);
});

test('a large message is read on while somebody waits for it', async () => {
  const { readable, peer } = await openStream({ limits: { maxMessageSize: 8 << 20 } }, { highWaterMark: 1 });
  const message = new Uint8Array(3 << 20).map((_, i) => i * 7);
  const sending = peer.send((connection) => connection.sendBinary(message));
  const { value } = await readable.getReader().read();
  assert.equal(Buffer.compare(value, message), 0);
  await sending;
});

test('write() waits until the transport has taken the message', async () => {
  const [near, far] = transportPair({ highWaterMark: 1 });
  const WebSocketStream = createWebSocketStreamClass(() => near, { handshake: 'none' });
  const { writable } = await new WebSocketStream('ws://h/').opened;
  const writer = writable.getWriter();
  let written = 0;
  const writes = [new Uint8Array(8 << 20), 'x', ''].map((message) => writer.write(message).then(() => (written += 1)));
  await tasks(50);
  assert.equal(written, 0);
  assert.ok(writer.desiredSize <= 0);
  const peer = new Peer(far, { role: 'server', maxMessageSize: Number.POSITIVE_INFINITY });
  await Promise.all(writes);
  await until(() => peer.events.length === 3);
  assert.deepEqual(
    peer.events.map(({ data }) => data.length),
    [8 << 20, 1, 0],
  );
});

test('a pipe through a connection and back', async () => {
  const { stream, readable, writable, peer } = await openStream();
  const echo = readable.pipeTo(writable);
  for (let i = 0; i < 50; i += 1) await peer.send((connection) => connection.sendText(`${i}`));
  await until(() => peer.events.length === 50);
  await peer.send((connection) => connection.sendClose(1000, 'done'));
  await peer.event('close');
  await peer.end();
  await echo;
  assert.deepEqual(peer.log, [...Array.from({ length: 50 }, (_, i) => `${i}`), 1000]);
  assert.deepEqual(await stream.closed, { closeCode: 1000, reason: 'done' });
});

test('messages in one chunk with a Close can all be answered', async () => {
  const { stream, readable, writable, peer } = await openStream();
  const echo = readable.pipeTo(writable, { preventClose: true });
  await peer.send((connection) => {
    for (let i = 0; i < 20; i += 1) connection.sendText(`${i}`);
    connection.sendClose(1000);
  });
  await peer.event('close');
  await peer.end();
  await echo;
  assert.deepEqual(peer.log, [...Array.from({ length: 20 }, (_, i) => `${i}`), 1000]);
  assert.deepEqual(await stream.closed, { closeCode: 1000, reason: '' });
});

test('the Close is answered late for a reader that takes its time, and at once for none', async () => {
  const all = (connection) => {
    for (let i = 0; i < 5; i += 1) connection.sendText(`${i}`);
    connection.sendClose(1000);
  };
  // With an answer to each message, and with one to all of them.
  for (const answered of ['01234', '4']) {
    const { stream, readable, writable, peer } = await openStream();
    const writer = writable.getWriter();
    const reading = (async () => {
      for await (const message of readable) {
        await tasks();
        if (answered.includes(message)) await writer.write(message);
      }
    })();
    await peer.send(all);
    await peer.event('close');
    assert.deepEqual(peer.log, [...answered, 1000]);
    await peer.end();
    await reading;
    assert.deepEqual(await stream.closed, { closeCode: 1000, reason: '' });
  }

  const { stream, peer } = await openStream();
  await peer.send(all);
  await peer.event('close');
  await peer.end();
  assert.deepEqual(await stream.closed, { closeCode: 1000, reason: '' });
});

test('a writer that never ends does not put off the Close of the peer', async () => {
  const { stream, writable, peer } = await openStream({}, { highWaterMark: 1000 });
  let written = 0;
  const endless = new ReadableStream({
    pull: (controller) => {
      written += 1;
      controller.enqueue('x'.repeat(100));
    },
  });
  const pipe = endless.pipeTo(writable).catch((error) => error);
  await until(() => peer.events.length > 100);
  const before = written;
  await peer.send((connection) => connection.sendClose(4000));
  await peer.event('close');
  assert.ok(written - before < 1000, `${written - before} more were written`);
  await peer.end();
  const reason = await stream.closed.catch((error) => error);
  // The last one was not sent any more.
  assert.equal(reason.closeCode, 4000);
  assert.equal(await pipe, reason);
});

test('messages before a violation are read before the error', async () => {
  const { stream, readable, peer } = await openStream({ closeTimeout: 50 });
  await Promise.all([
    peer.send((connection) => {
      for (const text of ['1', '2', '3']) connection.sendText(text);
    }),
    peer.write([0x83, 0x00]),
  ]);
  const reader = readable.getReader();
  const received = [];
  for (let i = 0; i < 3; i += 1) {
    await tasks(3);
    received.push((await reader.read()).value);
  }
  assert.deepEqual(received, ['1', '2', '3']);
  const reason = await reader.read().catch((error) => error);
  assert.equal(reason.cause.code, 'WS_ERR_INVALID_OPCODE');
  assert.equal(await stream.closed.catch((error) => error), reason);
});

test('who does not read does not take the peer for dead', async () => {
  const clock = new TestClock();
  const { stream, readable, peer } = await openStream({ clock, pingInterval: 1000, pongTimeout: 400 });
  await peer.send((connection) => connection.sendText('unread'));
  await tasks(5);
  // The answer stays behind a message that nobody reads.
  clock.advance(1000);
  await until(() => peer.events.some(({ type }) => type === 'ping'));
  await peer.send(() => {});
  await tasks(5);
  clock.advance(10_000);
  await tasks(5);
  const reader = readable.getReader();
  assert.equal((await reader.read()).value, 'unread');
  // How long the answer has waited here says nothing about the peer.
  await tasks(5);
  assert.equal(stream.roundTripTime, undefined);
  clock.advance(1000);
  await until(() => peer.events.filter(({ type }) => type === 'ping').length === 2);
  clock.advance(30);
  await peer.send(() => {});
  await until(() => stream.roundTripTime !== undefined);
  assert.equal(stream.roundTripTime, 30);
  // And now it is gone.
  clock.advance(1000);
  await tasks(5);
  clock.advance(400);
  const reason = await stream.closed.catch((error) => error);
  assert.equal(reason.message, 'the peer did not answer a Ping within 400 ms');
  await assert.rejects(reader.read(), reason);
  assert.equal(clock.pending, 0);
});

test('how long a Pong has waited to be read says nothing about the round trip', async () => {
  const clock = new TestClock();
  const { stream, readable, peer } = await openStream({ clock, pingInterval: 1000, pongTimeout: 400 });
  clock.advance(1000);
  await until(() => peer.events.some(({ type }) => type === 'ping'));
  // The message stops the reading, and the answer to the Ping is behind it.
  await peer.write(encodeFrame({ opcode: 1, payload: 'unread' }));
  await tasks(5);
  await peer.send(() => {});
  clock.advance(399 + 500);
  await readable.getReader().read();
  await tasks(5);
  assert.equal(stream.roundTripTime, undefined);
  await peer.end();
});

test('the time for a Pong begins anew when somebody reads', async () => {
  const clock = new TestClock();
  const { stream, readable, peer } = await openStream({ clock, pingInterval: 1000, pongTimeout: 400 });
  await peer.write(encodeFrame({ opcode: 1, payload: 'unread' }));
  await tasks(5);
  clock.advance(5000);
  const reader = readable.getReader();
  await reader.read();
  clock.advance(399);
  await tasks(5);
  clock.advance(1);
  const reason = await stream.closed.catch((error) => error);
  assert.equal(reason.message, 'the peer did not answer a Ping within 400 ms');
});
