// Random streams: however they are cut, the same comes of them; and what one end sends the other receives.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Connection } from 'sansocket';
import { eventsOf, outputOf } from './support/observe.mjs';
import { Seeded } from './support/random.mjs';
import { cut, waysToCut } from './support/splits.mjs';
import { concat, frame, KEY } from './support/wire.mjs';

const letters = ['a', 'é', '中', '🌍', '\0', '\ufeff'];

/** A stream that mostly keeps the rules, of up to twenty frames. */
function likely(random, role) {
  const parts = [];
  let open = false;
  for (let i = random.below(20); i >= 0; i -= 1) {
    const control = random.chance(20);
    const fin = control || random.chance(60);
    const opcode = control ? random.pick([9, 9, 10]) : open ? 0 : random.pick([1, 2]);
    const payload = random
      .pick(letters)
      .repeat(random.below(random.chance(5) ? 3000 : 30))
      .slice(0, control ? 30 : undefined);
    parts.push(frame({ opcode, fin, payload, key: role === 'server' ? KEY : undefined }));
    if (!control) open = !fin;
  }
  if (random.chance(20)) parts.push(frame({ opcode: 8, key: role === 'server' ? KEY : undefined }));
  return concat(...parts);
}

/** The same with one byte changed: some rule is probably broken. */
function broken(random, role) {
  const bytes = likely(random, role);
  bytes[random.below(bytes.length)] ^= 1 << random.below(8);
  return bytes;
}

/** Everything that can be seen of a connection that received these chunks. */
function see(chunks, options) {
  const connection = new Connection(options);
  const events = [];
  for (const chunk of chunks) {
    connection.receiveData(chunk);
    events.push(...eventsOf(connection));
  }
  const { state, bytesReceived } = connection;
  // Which Pongs are still due depends on when the output is taken: here once, at the end.
  const output = options.role === 'server' ? outputOf(connection) : outputOf(connection).length;
  connection.receiveEof();
  events.push(...eventsOf(connection));
  connection.free();
  return { events, state, bytesReceived, output };
}

/** Joins neighbouring payload events, whose borders are those of the chunks. */
function joined(events) {
  const result = [];
  for (const event of events) {
    const last = result.at(-1);
    if (event.type === 'payload' && last?.type === 'payload' && !last.last && !event.first) {
      result[result.length - 1] = { ...last, last: event.last, data: concat(last.data, event.data) };
    } else result.push(event);
  }
  return result;
}

for (const [name, make] of Object.entries({
  likely,
  broken,
  random: (random) => random.bytes(random.below(400)),
})) {
  test(`${name} streams: every split is equal`, () => {
    for (let seed = 1; seed <= 150; seed += 1) {
      const random = new Seeded(seed);
      const role = random.pick(['client', 'server']);
      const bytes = make(random, role);
      const deliver = random.pick(['messages', 'messages', 'fragments', 'payload']);
      const options = {
        role,
        deliver,
        frames: random.chance(30),
        maxMessageSize: random.pick([1000, 1 << 20]),
        maxFragments: 5,
      };
      const whole = see([bytes], options);
      for (const places of waysToCut(bytes.length, 4, seed)) {
        const parts = see(cut(bytes, places), options);
        if (deliver === 'payload') {
          // A byte of payload before a fault may or may not have been handed out: what was, is a prefix.
          parts.events = joined(parts.events);
          assert.deepEqual(parts, { ...whole, events: joined(whole.events) }, `seed ${seed}`);
        } else assert.deepEqual(parts, whole, `seed ${seed}`);
      }
    }
  });
}

test('nothing comes after an error or a Close', () => {
  for (let seed = 1; seed <= 300; seed += 1) {
    const random = new Seeded(1000 + seed);
    const role = random.pick(['client', 'server']);
    const { events } = see(cut(broken(random, role), [5, 9]), { role });
    const errors = events.filter(({ type }) => type === 'error');
    assert.equal(errors.length, events.some(({ type }) => type === 'end') ? 0 : 1, `seed ${seed}`);
    assert.ok(['error', 'end'].includes(events.at(-1).type), `seed ${seed}`);
  }
});

test('the masked bytes of one connection are never those of another', () => {
  for (let seed = 1; seed <= 100; seed += 1) {
    const random = new Seeded(seed);
    const [one, two] = [1, 2].map((i) => likely(new Seeded(seed * 10 + i), 'server'));
    const alone = [one, two].map((bytes) => see([bytes], { role: 'server' }));
    const connections = [1, 2].map(() => new Connection({ role: 'server' }));
    const events = [[], []];
    const at = [0, 0];
    while (at[0] < one.length || at[1] < two.length) {
      const i = random.below(2);
      const size = 1 + random.below(50);
      connections[i].receiveData([one, two][i].subarray(at[i], at[i] + size));
      at[i] += size;
      events[i].push(...eventsOf(connections[i]));
    }
    for (const i of [0, 1]) {
      connections[i].receiveEof();
      events[i].push(...eventsOf(connections[i]));
      assert.deepEqual(events[i], alone[i].events, `seed ${seed}`);
    }
  }
});

test('what one end sends the other receives, in any fragmentation and any chunks', () => {
  for (let seed = 1; seed <= 60; seed += 1) {
    const random = new Seeded(seed);
    const roles = random.pick([
      ['client', 'server'],
      ['server', 'client'],
    ]);
    const [sender, receiver] = roles.map((role) => new Connection({ role, maxMessageSize: Infinity }));
    const messages = Array.from({ length: 10 }, () => {
      const text = random.pick(letters).repeat(random.below(random.chance(10) ? 20_000 : 50));
      return random.chance(50) ? text : new TextEncoder().encode(text);
    });
    for (const message of messages) {
      const bytes = typeof message === 'string' ? new TextEncoder().encode(message) : message;
      if (random.chance(40)) {
        if (typeof message === 'string') sender.sendText(message);
        else sender.sendBinary(message);
        continue;
      }
      if (typeof message === 'string') sender.sendText('', { fin: false });
      else sender.sendBinary(new Uint8Array(), { fin: false });
      const middle = random.below(bytes.length + 1);
      sender.sendContinuation(bytes.subarray(0, middle), { fin: false });
      if (random.chance(50)) sender.sendPing('between');
      sender.sendContinuation(bytes.subarray(middle));
    }
    sender.sendClose(4000, 'end');
    const output = outputOf(sender);
    const size = random.pick([1, 17, 1000, 65_536, Infinity]);
    const received = [];
    for (let at = 0; at < output.length; at += size) {
      receiver.receiveData(output.subarray(at, at + size));
      for (const event of receiver.events()) if (event.type !== 'ping') received.push(event);
    }
    assert.deepEqual(received.pop(), { type: 'close', code: 4000, reason: 'end' });
    assert.deepEqual(
      received.map(({ data }) => data),
      messages,
      `seed ${seed}`,
    );
    sender.receiveData(outputOf(receiver));
    assert.equal(eventsOf(sender).at(-1).type, 'close');
  }
});
