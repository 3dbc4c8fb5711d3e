// What a peer can make a connection hold, by what the process holds and not only by what the connection says.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Connection } from 'sansocket';
import { eventsOf, outputOf } from './support/observe.mjs';
import { concat, frameFor, frames } from './support/wire.mjs';

const KiB = 1 << 10;
const MiB = 1 << 20;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');

/** Bytes that the process holds in JavaScript and outside of it. */
async function held() {
  // Memory outside is given back some time after it was found to be garbage.
  for (let i = 0; i < 3; i += 1) {
    collectGarbage();
    await sleep(10);
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const ROLES = ['server', 'client'];

for (const role of ROLES) {
  for (const owned of [false, true]) {
    const how = owned ? 'given away' : 'copied';
    test(`L03: a ${role} holds bytes and not pieces of a large binary message, ${how}`, async () => {
      const size = 400_000;
      const message = frameFor(role, 2, new Uint8Array(size).fill(7));
      const connection = new Connection({ role });
      const before = await held();
      // Half of the message: from there on there is memory for all of it.
      const half = size / 2 - 1000;
      for (let at = 0; at < half; at += 1) connection.receiveData(message.slice(at, at + 1), { owned });
      const grown = (await held()) - before;
      assert.ok(grown <= 2 * half + 2 * MiB, `${grown} bytes for ${half}`);
      assert.ok(connection.bytesHeld >= half && connection.bytesHeld <= 2 * half + 64 * KiB, `${connection.bytesHeld}`);
      for (let at = half; at < message.length; at += 1) connection.receiveData(message.slice(at, at + 1), { owned });
      const [{ data }] = eventsOf(connection);
      assert.ok(data.length === size && data.every((byte) => byte === 7));
      assert.ok(connection.bytesHeld < 64 * KiB);
    });
  }

  test(`a ${role} takes pieces of every size of a large message, small ones between large ones`, () => {
    const payload = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 31) ^ (i >> 9));
    const message = frameFor(role, 2, payload);
    const connection = new Connection({ role });
    const sizes = [14, 1, 5000, 2, 3, 4095, 4096, 1, 9000, 4094, 4094, 4094, 4094, 7];
    for (let at = 0, i = 0; at < message.length; i += 1) {
      const end = at + sizes[i % sizes.length];
      connection.receiveData(message.subarray(at, end));
      assert.ok(connection.bytesHeld <= 2 * end + 64 * KiB, `${connection.bytesHeld} bytes of ${end}`);
      at = end;
    }
    assert.deepEqual(eventsOf(connection), [{ type: 'binary', data: payload }]);
  });

  test(`a ${role} does not keep a large chunk alive for a small part of a message in it`, async () => {
    const message = frameFor(role, 2, new Uint8Array(MiB));
    const connection = new Connection({ role });
    const before = await held();
    for (let i = 0; i < 60; i += 1) {
      const chunk = new Uint8Array(64 * KiB);
      chunk.set(message.subarray(i * 8 * KiB, (i + 1) * 8 * KiB));
      connection.receiveData(chunk.subarray(0, 8 * KiB), { owned: true });
    }
    const received = 60 * 8 * KiB;
    const grown = (await held()) - before;
    assert.ok(grown <= 2 * received + 256 * KiB, `${grown} bytes for ${received}`);
    assert.ok(connection.bytesHeld <= 2 * received + 64 * KiB);
    connection.free();
  });

  for (const [what, options] of [
    ['without compression', {}],
    ['with it', { perMessageDeflate: {} }],
  ]) {
    test(`a ${role} ${what} holds few Pongs, whatever is sent between them`, () => {
      const sends = {
        text: (connection) => connection.sendText('tick'),
        binary: (connection) => connection.sendBinary(Uint8Array.of(1)),
        ping: (connection) => connection.sendPing('beat'),
        part: (connection, first) =>
          first ? connection.sendText('part', { fin: false }) : connection.sendContinuation('part', { fin: false }),
      };
      const pings = concat(...Array.from({ length: 60 }, () => frameFor(role, 9, 'x'.repeat(125))));
      for (const [kind, send] of Object.entries(sends)) {
        const connection = new Connection({ role, ...options });
        for (let i = 0; i < 200; i += 1) {
          connection.receiveData(pings);
          send(connection, i === 0);
        }
        connection.receiveData(frameFor(role, 9, 'the latest'));
        for (const _ of connection.events());
        const sent = frames(outputOf(connection));
        const pongs = sent.filter(({ opcode }) => opcode === 10);
        assert.equal(sent.length - pongs.length, 200, kind);
        const bytes = pongs.reduce((sum, { payload }) => sum + 6 + payload.length, 0);
        assert.ok(bytes <= 8 * KiB + 131, `${bytes} bytes of Pongs: ${kind}`);
        assert.equal(Buffer.from(pongs.at(-1).payload).toString(), 'the latest');
        // What was drained counts no more.
        connection.receiveData(pings);
        for (const _ of connection.events());
        assert.equal(frames(outputOf(connection)).length, 60);
      }
    });

    test(`a ${role} ${what} whose output is full holds no more for trying`, () => {
      const connection = new Connection({ role, ...options, maxBufferedBytes: 64 * KiB });
      const pings = concat(...Array.from({ length: 60 }, () => frameFor(role, 9, 'x'.repeat(125))));
      const full = (send) => assert.throws(send, { code: 'buffer_full' });
      const bytes = new Uint8Array(60 * KiB).map((_, i) => (i * i) >> 3);
      connection.sendBinary(bytes, { compress: false });
      let most = 0;
      for (let i = 0; i < 300; i += 1) {
        connection.receiveData(pings);
        for (const _ of connection.events());
        full(() => connection.sendText('x'.repeat(8 * KiB)));
        full(() => connection.sendBinary(bytes));
        full(() => connection.sendText('x'.repeat(8 * KiB), { fin: false }));
        if (i === 3) most = connection.bytesHeld;
      }
      assert.ok(connection.bytesHeld <= most + 16 * KiB, `${connection.bytesHeld} bytes, ${most} before`);
      // A heartbeat goes on as well.
      for (let i = 0; i < 300; i += 1) {
        connection.receiveData(pings);
        for (const _ of connection.events());
        try {
          connection.sendPing();
        } catch ({ code }) {
          assert.equal(code, 'buffer_full');
        }
      }
      const pongs = frames(outputOf(connection)).filter(({ opcode }) => opcode === 10);
      assert.ok(pongs.length <= 63, `${pongs.length} Pongs`);
    });
  }

  test(`a ${role} counts control frames from one drain to the next, whether or not they are answered`, () => {
    const pong = frameFor(role, 10, '');
    const connection = new Connection({ role, maxControlFrames: 3 });
    for (let i = 0; i < 20; i += 1) {
      for (let j = 0; j < 3; j += 1) connection.receiveData(pong);
      assert.deepEqual(connection.dataToSend(), []);
    }
    assert.equal(eventsOf(connection).length, 60);
    for (let j = 0; j < 4; j += 1) connection.receiveData(pong);
    assert.equal(eventsOf(connection).at(-1).kind, 'control_flood');
  });

  test(`a ${role} forgets events that were taken, also if there is always one that was not`, async () => {
    const connection = new Connection({ role });
    const message = frameFor(role, 1, '');
    connection.receiveData(message);
    const events = connection.events();
    const before = await held();
    for (let i = 0; i < 500_000; i += 1) {
      connection.receiveData(message);
      assert.equal(events.next().value.type, 'text');
    }
    const grown = (await held()) - before;
    assert.ok(grown < MiB, `${grown} bytes`);
    assert.equal(eventsOf(connection).length, 1);
  });

  test(`a ${role} has not ended its side while frames wait`, () => {
    for (const options of [{}, { perMessageDeflate: {} }]) {
      const connection = new Connection({ role, ...options });
      connection.sendText('x');
      connection.receiveEof();
      assert.equal(connection.writeEnded, false);
      assert.equal(connection.dataToSend().length, 1);
      assert.equal(connection.writeEnded, true);
    }
  });
}
