// The attributes of the class and the arguments of its constructor, as Web IDL has them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createWebSocketClass } from 'sansocket/websocket';
import { manual, next, overMemory, Peer, pair, tasks, until } from './support.mjs';

/** What code that is not strict does: it sets whatever it likes. */
const set = new Function('object', 'name', 'value', 'object[name] = value');

test('attributes are of the prototype: setting a read-only one is ignored, deleting one leaves nothing', () => {
  const { WebSocket } = overMemory();
  const socket = new WebSocket('ws://h/');
  assert.deepEqual(Object.keys(socket), []);
  for (const name of ['url', 'readyState', 'bufferedAmount', 'extensions', 'protocol', 'roundTripTime']) {
    const before = socket[name];
    set(socket, name, 'other');
    assert.equal(socket[name], before, name);
    assert.throws(() => Object.assign(socket, { [name]: 'other' }), TypeError, name);
  }
  assert.equal(delete WebSocket.prototype.readyState, true);
  assert.equal(socket.readyState, undefined);
  socket.close();
});

test('members of another object are refused', () => {
  const { WebSocket } = overMemory();
  const { prototype } = WebSocket;
  for (const name of ['onopen', 'binaryType']) {
    const { get, set: setter } = Object.getOwnPropertyDescriptor(prototype, name);
    assert.throws(() => get.call({}), TypeError);
    assert.throws(() => setter.call({}, 'blob'), TypeError);
  }
  assert.throws(() => prototype.send.call({}, 'x'), TypeError);
  assert.throws(() => prototype.close.call({}), TypeError);
});

test('instances are extensible, methods can be replaced', () => {
  const { WebSocket } = overMemory();
  const socket = new WebSocket('ws://h/');
  const { close } = socket;
  Object.assign(socket, { identifier: 'mine', timeout: 5, send: 5, close: () => 'replaced' });
  assert.deepEqual([socket.identifier, socket.timeout, socket.send, socket.close()], ['mine', 5, 5, 'replaced']);
  close.call(socket);
  class Mine extends WebSocket {
    ping() {
      return this.readyState;
    }
  }
  const mine = new Mine('ws://h/');
  assert.deepEqual([mine.ping(), mine instanceof WebSocket], [0, true]);
  mine.close();
});

test('values before the connection is open, and when it is', async () => {
  const { WebSocket, peers } = overMemory({ closeTimeout: 50, perMessageDeflate: true });
  const socket = new WebSocket('http://h:80/', 'chat');
  const values = () => [socket.readyState, socket.protocol, socket.extensions, socket.bufferedAmount];
  assert.deepEqual([socket.url, socket.binaryType, ...values()], ['ws://h/', 'blob', 0, '', '', 0]);
  for (const type of ['open', 'message', 'error', 'close']) assert.equal(socket[`on${type}`], null);
  let atOpen;
  socket.onopen = () => {
    atOpen = values();
  };
  await until(() => peers.length > 0);
  const peer = new Peer(peers[0]);
  await peer.answer(undefined, { protocol: 'chat' });
  await until(() => atOpen !== undefined);
  assert.deepEqual(atOpen, [1, 'chat', '', 0]);
  socket.close();
});

test('binaryType holds for the messages that come after it was set', async () => {
  const { socket, peer } = await pair();
  const kinds = [];
  socket.onmessage = ({ data }) => {
    kinds.push(Object.prototype.toString.call(data));
    socket.binaryType = 'arraybuffer';
  };
  peer.send(Uint8Array.of(1));
  peer.send(Uint8Array.of(2));
  await until(() => kinds.length === 2);
  assert.deepEqual(kinds, ['[object Blob]', '[object ArrayBuffer]']);
  socket.close();
});

test('a handler that is given up has lost its place', () => {
  const { WebSocket } = overMemory();
  const socket = new WebSocket('ws://h/');
  const calls = [];
  socket.onopen = () => calls.push('given up');
  socket.addEventListener('open', () => calls.push('listener'));
  socket.onopen = null;
  assert.equal(socket.onopen, null);
  socket.onopen = () => calls.push('handler');
  socket.dispatchEvent(new Event('open'));
  assert.deepEqual(calls, ['listener', 'handler']);
  socket.close();
});

test('what the constructor takes', async () => {
  const requests = [];
  const WebSocket = createWebSocketClass((request) => {
    requests.push(request);
    return manual().transport;
  });
  const lists = [
    [['ws://h/'], []],
    [['ws://h/', undefined], []],
    [['ws://h/', 'chat'], ['chat']],
    [
      ['ws://h/', ['a', 'b']],
      ['a', 'b'],
    ],
    [['ws://h/', new Set(['a'])], ['a']],
    [['ws://h/', null], ['null']],
    [['ws://h/', { protocols: 'chat', headers: { 'X-A': '1' } }], ['chat']],
    [
      ['ws://h/', { protocols: ['a', 'b'] }],
      ['a', 'b'],
    ],
    [['ws://h/', {}], []],
    [['ws://h/', [], { headers: {} }, 'more'], []],
    [[new URL('wss://h/?q')], []],
  ];
  const sockets = lists.map(([args]) => new WebSocket(...args));
  assert.equal(requests.length, 0, 'connect is not called within the constructor');
  await tasks();
  assert.deepEqual(
    requests.map(({ protocols }) => protocols),
    lists.map(([, protocols]) => protocols),
  );
  assert.equal(requests[6].headers.get('x-a'), '1');
  // Whether bytes are encrypted is for the transport to say.
  assert.deepEqual([requests.at(-1).url.href, sockets.at(-1).url], ['wss://h/?q', 'wss://h/?q']);
  for (const socket of sockets) socket.close();
});

test('symbols are no strings', () => {
  const { WebSocket } = overMemory();
  assert.throws(() => new WebSocket(Symbol('ws://h/')), TypeError);
  assert.throws(() => new WebSocket('ws://h/', Symbol('chat')), TypeError);
  assert.throws(() => new WebSocket('ws://h/', [Symbol('chat')]), TypeError);
  const socket = new WebSocket('ws://h/');
  assert.throws(() => socket.close(1000, Symbol('why')), TypeError);
  assert.throws(() => socket.close(Symbol('1000')), TypeError);
  socket.close();
});

test('a relative URL where there is a base', (t) => {
  globalThis.location = { href: 'https://app.example/deep/page?x#y' };
  t.after(() => delete globalThis.location);
  const { WebSocket } = overMemory();
  for (const [given, expected] of [
    ['/chat', 'wss://app.example/chat'],
    ['room', 'wss://app.example/deep/room'],
    ['//other.example/', 'wss://other.example/'],
    ['ws://h/\uD800', 'ws://h/%EF%BF%BD'],
  ]) {
    const socket = new WebSocket(given);
    assert.equal(socket.url, expected);
    socket.close();
  }
});

test('without a handshake, what was agreed beforehand', async () => {
  const WebSocket = createWebSocketClass(() => manual().transport, {
    handshake: 'none',
    protocol: 'mine',
    extensions: 'x-own',
    closeTimeout: 50,
  });
  const socket = new WebSocket('ws://h/');
  await next(socket, 'open');
  assert.deepEqual([socket.protocol, socket.extensions], ['mine', 'x-own']);
  socket.close();
});
