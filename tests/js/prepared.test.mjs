// One message for many connections, and compressed messages that pass through.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Connection, PreparedMessage, recycle } from 'sansocket';
import { bothWays, wordy } from './support/deflate.mjs';
import { liveObjects, memoryBytes } from './support/instance.mjs';
import { eventsOf, outputOf } from './support/observe.mjs';
import { Seeded } from './support/random.mjs';
import { refused, throwsFor } from './support/usage.mjs';
import { concat, frames, toHex, utf8 } from './support/wire.mjs';

/** The two ends of a connection: `sender` plays `role`. */
function pair(role, perMessageDeflate, options) {
  const other = role === 'client' ? 'server' : 'client';
  return {
    sender: new Connection({ role, perMessageDeflate }),
    receiver: new Connection({ role: other, perMessageDeflate, ...options }),
  };
}

/** Takes what was sent to the other end; gives the events there. */
function pass(from, to) {
  const output = outputOf(from);
  to.receiveData(output);
  return eventsOf(to);
}

const payloadOf = (output) => frames(output).map(({ payload }) => payload);

const news = JSON.stringify({
  type: 'news',
  items: Array.from({ length: 30 }, (_, i) => ({ id: i, title: `item ${i}` })),
});

test('every connection gets the message, whatever it has agreed', () => {
  const message = new PreparedMessage(news);
  const settings = [undefined, false, true, { level: 9 }, { level: 9, memLevel: 1 }];
  for (const windowBits of [8, 9, 12, 15]) settings.push(bothWays({ windowBits }));
  settings.push(bothWays({ noContextTakeover: true }), { threshold: 10_000 });
  for (const role of ['client', 'server']) {
    for (const perMessageDeflate of settings) {
      const context = `${role} ${JSON.stringify(perMessageDeflate)}`;
      const { sender, receiver } = pair(role, perMessageDeflate);
      // The history before it, and after it, is that of the connection itself.
      const own = [news, 'own', news.slice(5)];
      for (let round = 0; round < 3; round += 1) {
        for (const text of own) sender.sendText(text);
        sender.sendPrepared(message);
        sender.sendText(news);
        sender.sendPrepared(message);
        sender.sendPrepared(message);
        assert.deepEqual(
          pass(sender, receiver).map(({ data }) => data),
          [...own, news, news, news, news],
          context,
        );
      }
      assert.ok([...receiver.events()].length === 0, context);
    }
  }
});

test('equal parameters give the same bytes, masked afresh by every client', () => {
  const message = new PreparedMessage(news);
  const outputs = (role, perMessageDeflate) =>
    Array.from({ length: 3 }, () => {
      const { sender } = pair(role, perMessageDeflate);
      sender.sendPrepared(message);
      return outputOf(sender);
    });
  const [server, ...servers] = outputs('server', true).map(toHex);
  for (const other of servers) assert.equal(other, server);
  const clients = outputs('client', true);
  const keys = new Set(clients.map((output) => toHex(frames(output)[0].key)));
  assert.equal(keys.size, 3);
  for (const output of clients) assert.deepEqual(payloadOf(output), payloadOf(outputs('server', true)[0]));
  const again = pair('client', true).sender;
  again.sendPrepared(message);
  again.sendPrepared(message);
  const [first, second] = frames(outputOf(again));
  assert.notDeepEqual(first.key, second.key);
  // Other parameters give other bytes.
  assert.notEqual(toHex(outputs('server', bothWays({ windowBits: 8 }))[0]), server);
  const [plain] = frames(outputs('server', undefined)[0]);
  assert.deepEqual([plain.rsv, new TextDecoder().decode(plain.payload)], [0, news]);
});

test('text and bytes, empty ones and views', () => {
  const buffer = utf8('-bytes-');
  for (const [data, event] of [
    ['', { type: 'text', data: '' }],
    ['é\ud800', { type: 'text', data: 'é\ufffd' }],
    [new Uint8Array(), { type: 'binary', data: new Uint8Array() }],
    [buffer.subarray(1, 6), { type: 'binary', data: utf8('bytes') }],
    [new Uint16Array([0x4141]), { type: 'binary', data: utf8('AA') }],
  ]) {
    const message = new PreparedMessage(data);
    for (const perMessageDeflate of [undefined, true]) {
      const { sender, receiver } = pair('server', perMessageDeflate);
      sender.sendPrepared(message);
      assert.deepEqual(pass(sender, receiver), [event]);
    }
    message.free();
  }
  for (const data of [undefined, null, 5, {}, [1]]) throwsFor(() => new PreparedMessage(data), TypeError, 'data');
  assert.throws(() => new PreparedMessage(5), { message: /^"data" expected string, Uint8Array, / });
});

test('bytes are copied when it is made', () => {
  const bytes = utf8('before');
  const message = new PreparedMessage(bytes);
  bytes.set(utf8('behind'));
  const { sender, receiver } = pair('server', true);
  sender.sendPrepared(message);
  assert.deepEqual(pass(sender, receiver), [{ type: 'binary', data: utf8('before') }]);
});

test('it cannot come inside a fragmented message, nor after the Close', () => {
  const message = new PreparedMessage('x');
  const { sender, receiver } = pair('server', true);
  sender.sendText('a', { fin: false });
  refused(() => sender.sendPrepared(message), 'fragment_order');
  sender.sendContinuation('b');
  sender.sendPrepared(message);
  assert.deepEqual(
    pass(sender, receiver).map(({ data }) => data),
    ['ab', 'x'],
  );
  sender.sendClose();
  refused(() => sender.sendPrepared(message), 'not_open');
});

test('it counts against maxBufferedBytes', () => {
  const message = new PreparedMessage(new Seeded(1).bytes(1000));
  const connection = new Connection({ role: 'server', perMessageDeflate: true, maxBufferedBytes: 1500 });
  connection.sendPrepared(message);
  refused(() => connection.sendPrepared(message), 'buffer_full');
  assert.equal(frames(outputOf(connection)).length, 1);
  connection.sendPrepared(message);
});

test('freed, or of another instance', () => {
  const connection = new Connection({ role: 'server' });
  const message = new PreparedMessage('x');
  message.free();
  message.free();
  refused(() => connection.sendPrepared(message), 'use_after_free');
  const symbol = new PreparedMessage('y');
  symbol[Symbol.dispose]?.();
  const old = new PreparedMessage('old');
  recycle();
  const fresh = new Connection({ role: 'server' });
  // Whichever of the two is the older one.
  for (const [to, what] of [
    [fresh, old],
    [connection, new PreparedMessage('new')],
  ]) {
    throwsFor(() => to.sendPrepared(what), TypeError, 'message');
    assert.throws(() => to.sendPrepared(what), /no recycle\(\) between it and the connection: send its data as it is$/);
  }
  connection.sendPrepared(old);
  assert.equal(frames(outputOf(connection)).length, 1);
  for (const stranger of [undefined, null, 'x', {}, connection]) {
    throwsFor(() => fresh.sendPrepared(stranger), TypeError, 'message');
  }
});

test('prepared messages leave nothing behind', () => {
  recycle();
  const data = new Seeded(2).bytes(100_000);
  const connection = new Connection({ role: 'server', perMessageDeflate: true });
  const cycle = () => {
    const message = new PreparedMessage(data);
    connection.sendPrepared(message);
    connection.dataToSend();
    message.free();
  };
  for (let i = 0; i < 3; i += 1) cycle();
  const before = memoryBytes();
  for (let i = 0; i < 50; i += 1) cycle();
  assert.equal(memoryBytes(), before);
  assert.equal(liveObjects(), 1);
});

/** Hands on whatever comes, as a proxy does that looks at nothing. */
function forward(events, to) {
  for (const event of events) {
    switch (event.type) {
      case 'compressed':
        to.sendCompressed(event.kind, event.data);
        break;
      case 'text':
        to.sendText(event.data, { compress: false });
        break;
      case 'binary':
        to.sendBinary(event.data, { compress: false });
        break;
      case 'fragment':
      case 'payload':
        if (!event.first) to.sendContinuation(event.data, { fin: event.last });
        else if (event.compressed) to.sendCompressed(event.kind, event.data, { fin: event.last });
        else if (event.kind === 'binary') to.sendBinary(event.data, { fin: event.last, compress: false });
        else {
          to.sendText('', { fin: false, compress: false });
          to.sendContinuation(event.data, { fin: event.last });
        }
        break;
      default:
        assert.fail(event.type);
    }
  }
}

for (const deliver of ['messages', 'fragments', 'payload']) {
  for (const noContextTakeover of [false, true]) {
    test(`a proxy that passes ${deliver} through, ${noContextTakeover ? 'without' : 'with'} takeover`, () => {
      for (let seed = 1; seed <= 10; seed += 1) {
        const random = new Seeded(seed);
        const parameters = bothWays({ windowBits: 8 + random.below(8), noContextTakeover, threshold: 0 });
        const passthrough = { ...parameters, passthrough: true };
        const client = new Connection({ role: 'client', perMessageDeflate: parameters });
        const inner = new Connection({ role: 'server', deliver, perMessageDeflate: passthrough });
        const outer = new Connection({ role: 'client', deliver, perMessageDeflate: passthrough });
        const server = new Connection({ role: 'server', perMessageDeflate: parameters });
        const path = [client, inner, outer, server];
        for (let round = 0; round < 20; round += 1) {
          for (const [from, near, far, to] of [path, [...path].reverse()]) {
            const expected = [];
            for (let i = random.below(4); i >= 0; i -= 1) {
              const data = wordy(random, random.pick([0, 10, 500, 5000]));
              const bytes = utf8(data);
              const options = { compress: random.chance(70) };
              if (random.chance(40)) {
                from.sendText(data, options);
                expected.push({ type: 'text', data: new TextDecoder().decode(bytes) });
              } else {
                const half = random.below(bytes.length + 1);
                from.sendBinary(bytes.subarray(0, half), { ...options, fin: false });
                from.sendContinuation(new Uint8Array(), { fin: false });
                from.sendContinuation(bytes.subarray(half));
                expected.push({ type: 'binary', data: Uint8Array.from(bytes) });
              }
            }
            const output = outputOf(from);
            const before = far.bytesHeld;
            for (const chunk of [output.subarray(0, 7), output.subarray(7)]) {
              near.receiveData(chunk);
              forward(near.events(), far);
            }
            const passed = outputOf(far);
            assert.ok(far.bytesHeld <= before + 1024, 'it needs no compressor');
            if (deliver === 'messages') {
              const joined = (bytes) => concat(...payloadOf(bytes));
              assert.deepEqual(joined(passed), joined(output), 'the payload is untouched');
            }
            to.receiveData(passed);
            assert.deepEqual(eventsOf(to), expected, `seed ${seed}, round ${round}`);
          }
        }
        for (const connection of path) connection.free();
      }
    });
  }
}

test('what passes through is held to the limit as it is', () => {
  const { sender, receiver } = pair('server', true, {
    perMessageDeflate: { passthrough: true },
    maxMessageSize: 1000,
  });
  sender.sendBinary(new Uint8Array(100_000));
  assert.equal(pass(sender, receiver)[0].type, 'compressed');
  sender.sendBinary(new Seeded(3).bytes(1000));
  assert.equal(pass(sender, receiver)[0].kind, 'message_too_large');
});

test('after what was compressed elsewhere, own messages do not refer to what the peer has not', () => {
  const { sender, receiver } = pair('server', true);
  const elsewhere = pair('server', true).sender;
  elsewhere.sendText(news);
  const [payload] = payloadOf(outputOf(elsewhere));
  for (let i = 0; i < 5; i += 1) {
    sender.sendText(news);
    sender.sendCompressed('text', payload);
    sender.sendText(news);
  }
  assert.deepEqual(
    pass(sender, receiver).map(({ data }) => data === news),
    Array(15).fill(true),
  );
});
