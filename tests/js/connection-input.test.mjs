// What counts as bytes, and what becomes of bytes that change or go away.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';
import './support/instance.mjs';
import { Connection } from 'sansocket';
import { memory } from './support/instance.mjs';
import { eventsOf, outputOf } from './support/observe.mjs';
import { strangers, throwsFor } from './support/usage.mjs';
import { concat, frameFor, frames } from './support/wire.mjs';

const hello = frameFor('server', 1, 'Hello');

/** The bytes of `hello` inside something larger, as an `ArrayBuffer` or a shared one. */
function inside(Buffer, bytes = hello) {
  const buffer = new Buffer(bytes.length + 24);
  new Uint8Array(buffer).fill(0xff).set(bytes, 8);
  return buffer;
}

const exactly = (Buffer) => {
  const buffer = new Buffer(hello.length);
  new Uint8Array(buffer).set(hello);
  return buffer;
};

const accepted = {
  'a Uint8Array': () => hello,
  'a Buffer': () => Buffer.from(hello),
  'a part of a Uint8Array': () => new Uint8Array(inside(ArrayBuffer), 8, hello.length),
  'a DataView': () => new DataView(inside(ArrayBuffer), 8, hello.length),
  'an Int8Array': () => new Int8Array(inside(ArrayBuffer), 8, hello.length),
  'a Uint8ClampedArray': () => new Uint8ClampedArray(inside(ArrayBuffer), 8, hello.length),
  'an ArrayBuffer': () => exactly(ArrayBuffer),
  'a SharedArrayBuffer': () => exactly(SharedArrayBuffer),
  'a view of shared memory': () => new Uint8Array(inside(SharedArrayBuffer), 8, hello.length),
  'a Uint8Array of another realm': () => runInNewContext('Uint8Array').from(hello),
  'an ArrayBuffer of another realm': () => runInNewContext('Uint8Array').from(hello).buffer,
  'a subclass': () => new (class Mine extends Uint8Array {})(hello),
  'a view of a resizable buffer': () => {
    const buffer = new ArrayBuffer(hello.length, { maxByteLength: 1000 });
    const view = new Uint8Array(buffer);
    view.set(hello);
    return view;
  },
  'a resizable buffer': () => {
    const buffer = new ArrayBuffer(hello.length, { maxByteLength: 1000 });
    new Uint8Array(buffer).set(hello);
    return buffer;
  },
  'a view of a growable shared buffer': () => {
    const buffer = new SharedArrayBuffer(5, { maxByteLength: 1000 });
    const view = new Uint8Array(buffer);
    buffer.grow(hello.length);
    view.set(hello);
    return view;
  },
};

for (const [name, make] of Object.entries(accepted)) {
  test(`${name} is bytes`, () => {
    const connection = new Connection({ role: 'server' });
    connection.receiveData(make());
    assert.deepEqual(eventsOf(connection), [{ type: 'text', data: 'Hello' }]);
    connection.sendBinary(make());
    assert.deepEqual(frames(outputOf(connection))[0].payload, hello);
    connection.sendPing(make());
    assert.deepEqual(frames(outputOf(connection))[0].payload, hello);
  });
}

test('wider elements count by their bytes', () => {
  const connection = new Connection({ role: 'server' });
  connection.sendBinary(Float64Array.of(1, 2));
  connection.sendBinary(BigInt64Array.of(3n));
  assert.deepEqual(
    frames(outputOf(connection)).map(({ payload }) => payload.length),
    [16, 8],
  );
});

test('nothing at all is bytes too', () => {
  const connection = new Connection({ role: 'server' });
  for (const nothing of [
    new Uint8Array(),
    new ArrayBuffer(0),
    new SharedArrayBuffer(0),
    new Uint8Array(10).subarray(5, 5),
    Buffer.from('pooled').subarray(6),
    Buffer.alloc(0),
    new DataView(new ArrayBuffer(8), 8),
  ]) {
    connection.receiveData(nothing);
    connection.sendBinary(nothing);
    connection.sendPing(nothing);
  }
  assert.equal(connection.bytesReceived, 0);
  assert.deepEqual(eventsOf(connection), []);
  assert.ok(frames(outputOf(connection)).every(({ payload }) => payload.length === 0));
});

test('nothing else is bytes', () => {
  const connection = new Connection({ role: 'server' });
  const impostors = [
    ...strangers,
    undefined,
    'text',
    new Proxy(new Uint8Array(3), {}),
    new Proxy(new ArrayBuffer(3), {}),
    Object.create(Uint8Array.prototype),
    Object.create(ArrayBuffer.prototype),
    { [Symbol.toStringTag]: 'ArrayBuffer', length: 1e9 },
    { byteLength: 5, byteOffset: 0, buffer: new ArrayBuffer(5) },
    {
      get length() {
        throw new Error('looked at');
      },
    },
    new Blob(['x']),
  ];
  for (const value of impostors) {
    throwsFor(() => connection.receiveData(value), TypeError, 'bytes');
    throwsFor(() => connection.sendBinary(value), TypeError, 'data');
  }
  assert.equal(connection.bytesReceived, 0);
  assert.deepEqual(connection.dataToSend(), []);
});

test('W05: detached bytes are refused, and nothing has changed', () => {
  const connection = new Connection({ role: 'server' });
  connection.receiveData(hello.subarray(0, 7));
  const buffer = new ArrayBuffer(16);
  const detached = [
    new Uint8Array(buffer),
    new Uint8Array(buffer, 4, 4),
    new DataView(buffer),
    Buffer.from(buffer),
    buffer,
  ];
  structuredClone(buffer, { transfer: [buffer] });
  for (const value of detached) {
    throwsFor(() => connection.receiveData(value), TypeError, 'bytes');
    throwsFor(() => connection.sendBinary(value), TypeError, 'data');
    throwsFor(() => connection.sendPong(value), TypeError, 'data');
  }
  assert.equal(connection.bytesReceived, 7);
  assert.deepEqual(connection.dataToSend(), []);
  connection.receiveData(hello.subarray(7));
  assert.deepEqual(eventsOf(connection), [{ type: 'text', data: 'Hello' }]);
});

test('W05, W07: bytes are taken when they are passed, whatever is done to the buffer in the loop', () => {
  const connection = new Connection({ role: 'server' });
  const buffer = new ArrayBuffer(3 * hello.length, { maxByteLength: 1000 });
  const view = new Uint8Array(buffer);
  for (let i = 0; i < 3; i += 1) view.set(hello, i * hello.length);
  connection.receiveData(view);
  const seen = [];
  for (const { data } of connection.events()) {
    buffer.resize(0);
    seen.push(data);
  }
  assert.deepEqual(seen, ['Hello', 'Hello', 'Hello']);

  buffer.resize(hello.length);
  view.set(hello);
  connection.receiveData(view);
  for (const { data } of connection.events()) {
    structuredClone(buffer, { transfer: [buffer] });
    assert.equal(data, 'Hello');
  }
});

test('W07: a view that a shrunken buffer left outside is empty', () => {
  const connection = new Connection({ role: 'server' });
  const buffer = new ArrayBuffer(20, { maxByteLength: 40 });
  const views = [new Uint8Array(buffer, 10), new Uint8Array(buffer, 10, 5)];
  buffer.resize(5);
  for (const view of views) connection.receiveData(view);
  assert.equal(connection.bytesReceived, 0);
});

test('a property that lies about the length is not believed', () => {
  const secret = new Connection({ role: 'server' });
  secret.sendText('secret '.repeat(1000));
  for (const lie of [0, 5000, -1, 2 ** 40, Number.NaN, '5']) {
    const connection = new Connection({ role: 'server' });
    const liar = Uint8Array.of(1, 2, 3);
    Object.defineProperty(liar, 'length', { value: lie });
    connection.sendBinary(liar);
    assert.deepEqual(frames(outputOf(connection))[0].payload, Uint8Array.of(1, 2, 3));
    connection.receiveData(liar);
    assert.equal(connection.bytesReceived, 3);
  }
});

test('an option or argument that frees the connection when it is read does no harm', () => {
  const connection = new Connection({ role: 'server' });
  const other = new Connection({ role: 'server' });
  const options = {
    get fin() {
      connection.free();
      return true;
    },
  };
  assert.throws(() => connection.sendText('text', options), { code: 'use_after_free' });
  other.sendText('usable');
  assert.equal(frames(outputOf(other)).length, 1);
});

test('a view of the memory of the package is copied, or refused where it belongs elsewhere', () => {
  const connection = new Connection({ role: 'server', maxMessageSize: Infinity });
  const reserved = connection.reserve(200_000);
  reserved.fill(7);
  throwsFor(() => connection.receiveData(reserved), TypeError, 'bytes');
  throwsFor(() => connection.receiveData(new DataView(memory().buffer)), TypeError, 'bytes');
  assert.equal(connection.bytesReceived, 0);
  // The larger the memory that the copy needs, the surer that it grows and takes the view away.
  connection.sendBinary(connection.reserve(8 << 20).fill(7));
  const [{ payload }] = frames(outputOf(connection));
  assert.deepEqual(payload, new Uint8Array(8 << 20).fill(7));
});

test('bytesReceived counts every byte, also those after the end', () => {
  const connection = new Connection({ role: 'server' });
  assert.equal(connection.bytesReceived, 0);
  connection.receiveData(hello);
  assert.equal(connection.bytesReceived, 11);
  connection.receiveData(concat(frameFor('server', 8, ''), new Uint8Array(300_000)));
  assert.equal(connection.bytesReceived, 11 + 6 + 300_000);
});

test('bytesHeld is bounded by what has arrived, not by what is declared', () => {
  const connection = new Connection({ role: 'client', maxMessageSize: Infinity });
  connection.receiveData(Uint8Array.of(0x82, 127, 0, 0, 1, 0, 0, 0, 0, 0));
  assert.ok(connection.bytesHeld <= 65_536, `${connection.bytesHeld} bytes for a header`);
  let received = 0;
  for (let i = 0; i < 100; i += 1) {
    connection.receiveData(new Uint8Array(10_000));
    received += 10_000;
    assert.ok(connection.bytesHeld >= received);
    assert.ok(connection.bytesHeld <= 2 * received + 65_536, `${connection.bytesHeld} bytes for ${received}`);
  }
  connection.fail(1000);
  connection.dataToSend();
  assert.ok(connection.bytesHeld < 1024);
});
