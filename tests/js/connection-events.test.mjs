// The iterator of events: nothing is lost, nothing is given twice, whatever happens in the loop.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Connection } from 'sansocket';
import { eventsOf, outputOf } from './support/observe.mjs';
import { refused } from './support/usage.mjs';
import { concat, frameFor, frames } from './support/wire.mjs';

const texts = (...list) => concat(...list.map((text) => frameFor('server', 1, text)));
const server = (bytes) => {
  const connection = new Connection({ role: 'server' });
  connection.receiveData(bytes);
  return connection;
};

test('a loop that ends early loses nothing', () => {
  const connection = server(texts('a', 'b', 'c', 'd'));
  const seen = [];
  for (const { data } of connection.events()) {
    seen.push(data);
    if (data === 'b') break;
  }
  connection.receiveData(texts('e'));
  for (const { data } of connection.events()) seen.push(data);
  assert.deepEqual(seen, ['a', 'b', 'c', 'd', 'e']);
  assert.deepEqual(eventsOf(connection), []);
});

test('W03: what a handler throws comes out once, and the rest stays', () => {
  const connection = server(texts('a', 'b', 'c'));
  const seen = [];
  const loop = () => {
    for (const { data } of connection.events()) {
      seen.push(data);
      if (data === 'b') throw new Error('handler');
    }
  };
  assert.throws(loop, { message: 'handler' });
  loop();
  assert.deepEqual(seen, ['a', 'b', 'c']);
});

test('W03: the connection can be used from inside the loop', () => {
  const connection = server(texts('one', 'two'));
  const seen = [];
  for (const { data } of connection.events()) {
    seen.push(data);
    connection.sendText(`echo ${data}`);
    if (data === 'one') connection.receiveData(texts('three'));
    if (data === 'three') connection.receiveEof();
    if (seen.length === 2) assert.equal(frames(outputOf(connection)).length, 2);
    if (data === 'three') break;
  }
  assert.deepEqual(seen, ['one', 'two', 'three']);
  assert.deepEqual(
    eventsOf(connection).map(({ kind }) => kind),
    ['unexpected_eof'],
  );
});

test('W03: a connection freed from inside the loop ends it', () => {
  const connection = server(texts('a', 'b', 'c'));
  const seen = [];
  for (const { data } of connection.events()) {
    seen.push(data);
    connection.free();
  }
  assert.deepEqual(seen, ['a']);
  refused(() => connection.events(), 'use_after_free');
});

test('two loops at once share the events', () => {
  const connection = server(texts('a', 'b', 'c', 'd'));
  const seen = [];
  for (const { data } of connection.events()) {
    seen.push(data);
    for (const { data } of connection.events()) {
      seen.push(data);
      break;
    }
  }
  assert.deepEqual(seen, ['a', 'b', 'c', 'd']);
});

test('events() is an iterator and iterable, and can be spread', () => {
  const connection = server(texts('a', 'b', 'c'));
  const iterator = connection.events();
  assert.equal(iterator[Symbol.iterator](), iterator);
  assert.deepEqual(iterator.next(), { done: false, value: { type: 'text', data: 'a' } });
  assert.deepEqual(
    [...connection.events()].map(({ data }) => data),
    ['b', 'c'],
  );
  assert.deepEqual(iterator.next(), { done: true, value: undefined });
  connection.receiveData(texts('d'));
  assert.equal(iterator.next().value.data, 'd');
});

test('events come in the order of the wire', () => {
  const connection = new Connection({ role: 'server' });
  connection.receiveData(
    concat(
      frameFor('server', 9, 'p1'),
      frameFor('server', 1, 't1'),
      frameFor('server', 2, 'b1'),
      frameFor('server', 1, 'x', { fin: false }),
      frameFor('server', 10, 'p2'),
      frameFor('server', 0, 'y'),
      frameFor('server', 2, 'b2'),
      frameFor('server', 8, ''),
    ),
  );
  assert.deepEqual(
    eventsOf(connection).map(
      ({ type, data }) => `${type} ${typeof data === 'string' ? data : new TextDecoder().decode(data)}`,
    ),
    ['ping p1', 'text t1', 'binary b1', 'pong p2', 'text xy', 'binary b2', 'close '],
  );
});

test('events that were taken are let go, even if the loop never comes to its end', async () => {
  const { setFlagsFromString } = await import('node:v8');
  const { runInNewContext } = await import('node:vm');
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc');
  const connection = server(frameFor('server', 2, new Uint8Array(100_000)));
  let taken = connection.events().next().value;
  const reference = new WeakRef(taken.data);
  taken = undefined;
  for (let i = 0; i < 10 && reference.deref() !== undefined; i += 1) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    gc();
  }
  assert.equal(reference.deref(), undefined);
});

test('a million small messages in one chunk', () => {
  const one = frameFor('server', 1, 'x');
  const chunk = new Uint8Array(one.length * 1_000_000);
  for (let at = 0; at < chunk.length; at += one.length) chunk.set(one, at);
  const connection = server(chunk);
  let count = 0;
  for (const { data } of connection.events()) if (data === 'x') count += 1;
  assert.equal(count, 1_000_000);
});
