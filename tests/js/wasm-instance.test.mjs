// A crash inside WebAssembly, and objects that are used after their end.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  Connection,
  decodeFrames,
  encodeFrame,
  FrameDecoder,
  PreparedMessage,
  recycle,
  ServerHandshake,
} from 'sansocket';
import { instances, liveObjects, trapOn } from './support/instance.mjs';
import { eventsOf, outputOf } from './support/observe.mjs';
import { refused } from './support/usage.mjs';
import { frameFor, frames } from './support/wire.mjs';

const prepared = new PreparedMessage('for many');

/** Every way to call a connection. */
const calls = {
  receiveData: (connection) => connection.receiveData(new Uint8Array(1)),
  receiveEof: (connection) => connection.receiveEof(),
  reserve: (connection) => connection.reserve(10),
  events: (connection) => connection.events(),
  dataToSend: (connection) => connection.dataToSend(),
  sendText: (connection) => connection.sendText('x'),
  sendBinary: (connection) => connection.sendBinary(new Uint8Array(1)),
  sendPrepared: (connection) => connection.sendPrepared(prepared),
  sendCompressed: (connection) => connection.sendCompressed('text', new Uint8Array(1)),
  sendContinuation: (connection) => connection.sendContinuation('x'),
  sendPing: (connection) => connection.sendPing(),
  sendPong: (connection) => connection.sendPong(),
  sendClose: (connection) => connection.sendClose(),
  fail: (connection) => connection.fail(1000),
  state: (connection) => connection.state,
  closeExpected: (connection) => connection.closeExpected,
  writeEnded: (connection) => connection.writeEnded,
  bytesHeld: (connection) => connection.bytesHeld,
  bytesReceived: (connection) => connection.bytesReceived,
};

test('every member of a connection is in the list', () => {
  const members = Object.getOwnPropertyNames(Connection.prototype);
  const listed = [...Object.keys(calls), 'commit', 'free', 'constructor'];
  assert.deepEqual(members.sort(), listed.sort());
});

test('a freed connection says so at every call, and a second free does nothing', () => {
  const other = new Connection({ role: 'server' });
  const connection = new Connection({ role: 'server' });
  const before = liveObjects();
  connection.reserve(10);
  connection.free();
  assert.equal(liveObjects(), before - 1);
  connection.free();
  connection[Symbol.dispose]();
  assert.equal(liveObjects(), before - 1, 'no other object was freed');
  for (const call of Object.values(calls)) refused(() => call(connection), 'use_after_free');
  refused(() => connection.commit(0), 'use_after_free');
  assert.equal(connection.role, 'server');
  other.receiveData(frameFor('server', 1, 'unharmed'));
  assert.deepEqual(eventsOf(other), [{ type: 'text', data: 'unharmed' }]);
});

test('an object in the place of a freed one is not touched by the old handle', () => {
  const old = new Connection({ role: 'server' });
  old.free();
  const young = new Connection({ role: 'server' });
  old.free();
  refused(() => old.sendText('x'), 'use_after_free');
  young.sendText('mine');
  assert.equal(frames(outputOf(young)).length, 1);
});

test('freeing one object again and again frees no other, however often its place was used', () => {
  const old = new Connection({ role: 'server' });
  old.free();
  for (let i = 0; i < 10_000; i += 1) {
    const young = new Connection({ role: 'server' });
    old.free();
    young.sendPing();
    young.free();
  }
});

test('W01: a crash ends the instance with all that is in it, and says why; a new one is made', () => {
  recycle();
  const [a, b] = [1, 2].map(() => new Connection({ role: 'server' }));
  const decoder = new FrameDecoder();
  const handshake = new ServerHandshake({ origins: 'any' });
  b.receiveData(frameFor('server', 1, 'before'));
  const count = instances.length;
  trapOn('codec_connection_receive');

  let first;
  assert.throws(
    () => a.receiveData(frameFor('server', 1, 'x')),
    (error) => {
      first = error;
      assert.deepEqual([error.name, error.code], ['UsageError', 'instance_dead']);
      assert.ok(error.cause instanceof WebAssembly.RuntimeError, `${error.cause}`);
      return true;
    },
  );
  for (const connection of [a, b]) {
    for (const [name, call] of Object.entries(calls)) {
      assert.throws(() => call(connection), { code: 'instance_dead', cause: first.cause }, name);
    }
  }
  assert.throws(() => decoder.decode(new Uint8Array(1)), { code: 'instance_dead', cause: first.cause });
  assert.throws(() => decoder.end(), { code: 'instance_dead' });
  assert.throws(() => handshake.receiveData(new Uint8Array(1)), { code: 'instance_dead' });
  assert.doesNotMatch(`${first.message} ${first.cause}`, /recursive use/);
  for (const object of [a, b, decoder, handshake]) object.free();
  refused(() => a.state, 'use_after_free');

  const fresh = new Connection({ role: 'server' });
  assert.equal(instances.length, count + 1, 'the next use makes a new instance');
  fresh.receiveData(frameFor('server', 1, 'alive'));
  assert.deepEqual(eventsOf(fresh), [{ type: 'text', data: 'alive' }]);
  assert.equal([...decodeFrames(encodeFrame({ opcode: 9 }))].length, 1);
});

test('W01: a crash does not reach the objects of other instances', () => {
  const outside = new Connection({ role: 'server' });
  recycle();
  const inside = new Connection({ role: 'server' });
  trapOn('codec_connection_receive');
  refused(() => inside.receiveEof(), 'instance_dead');
  outside.receiveData(frameFor('server', 1, 'unharmed'));
  assert.deepEqual(eventsOf(outside), [{ type: 'text', data: 'unharmed' }]);
  outside.receiveEof();
  outside.free();
});

test('a crash in a call that stands alone ends the instance too', () => {
  recycle();
  const connection = new Connection({ role: 'server' });
  trapOn('codec_encode_frame');
  refused(() => encodeFrame({ opcode: 1 }), 'instance_dead');
  refused(() => connection.sendText('x'), 'instance_dead');
  assert.equal(encodeFrame({ opcode: 1 }).length, 2);
});

test('a crash while something is made or freed', () => {
  for (const name of ['codec_connection_new', 'codec_free_object']) {
    recycle();
    const connection = new Connection({ role: 'server' });
    trapOn(name);
    refused(
      () => (name === 'codec_free_object' ? connection.free() : new Connection({ role: 'server' })),
      'instance_dead',
    );
    new Connection({ role: 'server' }).sendText('alive');
  }
});

test('recycle leaves the objects that exist alone, and makes new ones elsewhere', () => {
  const old = new Connection({ role: 'server' });
  const count = instances.length;
  recycle();
  recycle();
  const young = new Connection({ role: 'server' });
  assert.equal(instances.length, count + 1);
  for (const connection of [old, young]) {
    connection.sendText('x');
    assert.equal(frames(outputOf(connection)).length, 1);
    connection.free();
  }
});

test('methods do not take objects of other classes', () => {
  const connection = new Connection({ role: 'server' });
  const decoder = new FrameDecoder();
  for (const stranger of [decoder, {}, null, Object.create(Connection.prototype), new Proxy(connection, {})]) {
    assert.throws(() => Connection.prototype.receiveData.call(stranger, new Uint8Array(1)), TypeError);
    assert.throws(() => Connection.prototype.free.call(stranger), TypeError);
  }
  assert.throws(() => FrameDecoder.prototype.decode.call(connection, new Uint8Array(1)), TypeError);
});
