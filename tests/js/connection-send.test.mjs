// What a connection writes: one frame for each call, masked for a client, and nothing at all when it refuses.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Connection } from 'sansocket';
import { outputOf } from './support/observe.mjs';
import { refused, strangers, throwsFor } from './support/usage.mjs';
import { closes, concat, frame, frameFor, frames, toHex, utf8 } from './support/wire.mjs';

const roles = ['client', 'server'];

for (const role of roles) {
  test(`a ${role} writes every kind of frame, ${role === 'client' ? 'masked' : 'unmasked'}`, () => {
    const connection = new Connection({ role });
    connection.sendText('Grüße, 🌍');
    connection.sendBinary(Uint8Array.of(0, 255));
    connection.sendPing('ping');
    connection.sendPong(Uint8Array.of(7));
    connection.sendText('');
    connection.sendBinary(new Uint8Array());
    connection.sendPing();
    connection.sendPong();
    connection.sendClose(4999, 'bye');
    const sent = frames(outputOf(connection)).map(({ opcode, payload }) => [opcode, toHex(payload)]);
    assert.deepEqual(sent, [
      [1, toHex(utf8('Grüße, 🌍'))],
      [2, '00ff'],
      [9, '70696e67'],
      [10, '07'],
      [1, ''],
      [2, ''],
      [9, ''],
      [10, ''],
      [8, '1387627965'],
    ]);
  });

  test(`every frame of a ${role} is ${role === 'client' ? '' : 'not '}masked, has FIN and no reserved bit`, () => {
    const connection = new Connection({ role });
    for (const length of [0, 1, 125, 126, 65535, 65536, 262144, 300000]) connection.sendBinary(new Uint8Array(length));
    for (const { fin, rsv, key } of frames(outputOf(connection))) {
      assert.deepEqual([fin, rsv, key !== undefined], [true, 0, role === 'client']);
    }
  });

  test(`the lengths of a ${role}'s frames are in their shortest form`, () => {
    for (const length of [0, 125, 126, 65535, 65536]) {
      const connection = new Connection({ role });
      const payload = new Uint8Array(length).fill(0xa5);
      connection.sendBinary(payload);
      const output = outputOf(connection);
      const [{ key }] = frames(output);
      assert.deepEqual(output, frame({ opcode: 2, payload, key }), `${length} bytes`);
    }
  });

  test(`a ${role} writes a message in fragments, with control frames between`, () => {
    const connection = new Connection({ role });
    connection.sendText('a', { fin: false });
    connection.sendPing('p');
    connection.sendContinuation('b', { fin: false });
    connection.sendContinuation('', { fin: false });
    connection.sendContinuation('c');
    connection.sendBinary(Uint8Array.of(1), { fin: false });
    connection.sendContinuation(Uint8Array.of(2), { fin: true });
    connection.sendText('again');
    const sent = frames(outputOf(connection)).map(({ opcode, fin, payload }) => [opcode, fin, toHex(payload)]);
    assert.deepEqual(sent, [
      [1, false, '61'],
      [9, true, '70'],
      [0, false, '62'],
      [0, false, ''],
      [0, true, '63'],
      [2, false, '01'],
      [0, true, '02'],
      [1, true, toHex(utf8('again'))],
    ]);
  });
}

test('a text may be cut inside a code point, and only as a whole must it be UTF-8', () => {
  const connection = new Connection({ role: 'server' });
  const [first, ...rest] = utf8('🌍');
  connection.sendText('', { fin: false });
  connection.sendContinuation(Uint8Array.of(first), { fin: false });
  connection.sendContinuation(Uint8Array.from(rest));
  connection.dataToSend();

  connection.sendText('', { fin: false });
  throwsFor(() => connection.sendContinuation(Uint8Array.of(0xff)), TypeError, 'data');
  throwsFor(() => connection.sendContinuation(Uint8Array.of(first)), TypeError, 'data');
  assert.equal(outputOf(connection).length, 2, 'what was refused is not written');
  connection.sendContinuation('');
});

test('B11: lone surrogates become U+FFFD, and the wire is UTF-8', () => {
  for (const text of ['\ud800', '\udc00', 'a\ud83db', '\udc00\ud800', '\ud83d\ud83c\udf0d']) {
    const connection = new Connection({ role: 'client' });
    connection.sendText(text);
    const [{ payload }] = frames(outputOf(connection));
    assert.deepEqual(payload, utf8(text.toWellFormed?.() ?? new TextDecoder().decode(utf8(text))));
    assert.ok(toHex(payload).includes('efbfbd'));
  }
  const connection = new Connection({ role: 'client' });
  connection.sendClose(1000, 'x\udfff');
  assert.deepEqual(closes(outputOf(connection)), [{ code: 1000, reason: 'x\ufffd' }]);
});

test('Ping and Pong take 125 bytes, not 126', () => {
  for (const name of ['sendPing', 'sendPong']) {
    const connection = new Connection({ role: 'client' });
    connection[name](new Uint8Array(125));
    connection.dataToSend();
    throwsFor(() => connection[name](new Uint8Array(126)), RangeError, 'data', 'control_too_long');
    throwsFor(() => connection[name]('é'.repeat(63)), RangeError, 'data', 'control_too_long');
    assert.deepEqual(connection.dataToSend(), []);
    connection[name]('é'.repeat(62));
  }
});

test('B07: close codes that may not be sent', () => {
  const allowed = (code) =>
    (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
  for (let code = 990; code <= 5010; code += 1) {
    for (const name of ['sendClose', 'fail']) {
      const connection = new Connection({ role: 'server' });
      if (allowed(code)) {
        connection[name](code);
        assert.deepEqual(closes(outputOf(connection)), [{ code, reason: '' }]);
      } else {
        throwsFor(() => connection[name](code), RangeError, 'code', 'invalid_close_code');
        assert.deepEqual(connection.dataToSend(), []);
        assert.equal(connection.state, 'open');
      }
      connection.free();
    }
  }
  const connection = new Connection({ role: 'client' });
  for (const code of [-1000, 0, 65535, 65536 + 1000, 2 ** 32 + 1000, 1000.5, Number.NaN, Infinity]) {
    throwsFor(() => connection.sendClose(code), RangeError, 'code', 'invalid_close_code');
    throwsFor(() => connection.fail(code), RangeError, 'code', 'invalid_close_code');
  }
  for (const code of ['1000', ...strangers.filter((value) => value !== 5)]) {
    throwsFor(() => connection.sendClose(code), TypeError, 'code', 'invalid_close_code');
    throwsFor(() => connection.fail(code), TypeError, 'code', 'invalid_close_code');
  }
  throwsFor(() => connection.fail(), TypeError, 'code', 'invalid_close_code');
  assert.deepEqual(connection.dataToSend(), []);
  connection.sendClose(1000);
});

test('B09: a reason has at most 123 bytes, and is refused rather than cut', () => {
  for (const name of ['sendClose', 'fail']) {
    const connection = new Connection({ role: 'client' });
    throwsFor(() => connection[name](1000, 'é'.repeat(62)), RangeError, 'reason', 'reason_too_long');
    throwsFor(() => connection[name](1000, 'x'.repeat(1e6)), RangeError, 'reason', 'reason_too_long');
    for (const reason of strangers) throwsFor(() => connection[name](1000, reason), TypeError, 'reason');
    assert.deepEqual(connection.dataToSend(), []);
    const reason = `${'é'.repeat(61)}e`;
    connection[name](1000, reason);
    assert.deepEqual(closes(outputOf(connection)), [{ code: 1000, reason }]);
  }
});

test('a Close without a code is empty, and with a reason alone it is 1000', () => {
  const send = (...args) => {
    const connection = new Connection({ role: 'server' });
    connection.sendClose(...args);
    return closes(outputOf(connection));
  };
  assert.deepEqual(send(), [{ code: undefined, reason: '' }]);
  assert.deepEqual(send(undefined, ''), [{ code: undefined, reason: '' }]);
  assert.deepEqual(send(undefined, 'why'), [{ code: 1000, reason: 'why' }]);
  assert.deepEqual(send(3000, '\ufeffwhy'), [{ code: 3000, reason: '\ufeffwhy' }]);
});

test('wrong arguments are refused by name, and nothing is written', () => {
  for (const role of roles) {
    const connection = new Connection({ role });
    for (const value of [...strangers, undefined, new Uint8Array(1)]) {
      throwsFor(() => connection.sendText(value), TypeError, 'data');
    }
    for (const value of [...strangers, undefined, 'text'])
      throwsFor(() => connection.sendBinary(value), TypeError, 'data');
    for (const value of strangers) {
      throwsFor(() => connection.sendPing(value), TypeError, 'data');
      throwsFor(() => connection.sendPong(value), TypeError, 'data');
    }
    for (const options of [null, 5, 'fin', () => {}]) {
      throwsFor(() => connection.sendText('', options), TypeError, 'options');
      throwsFor(() => connection.sendBinary(new Uint8Array(), options), TypeError, 'options');
      throwsFor(() => connection.sendContinuation('', options), TypeError, 'options');
    }
    for (const fin of [null, 0, 1, 'false', {}]) {
      throwsFor(() => connection.sendText('', { fin }), TypeError, 'options.fin');
    }
    assert.deepEqual(connection.dataToSend(), []);
    connection.sendText('usable', {});
    connection.sendText('still', { fin: undefined });
    assert.equal(frames(outputOf(connection)).length, 2);
  }
});

test('fragments come in order', () => {
  const connection = new Connection({ role: 'client' });
  refused(() => connection.sendContinuation('none is open'), 'fragment_order');
  connection.sendText('open', { fin: false });
  refused(() => connection.sendText('another'), 'fragment_order');
  refused(() => connection.sendBinary(new Uint8Array()), 'fragment_order');
  connection.sendContinuation('end');
  refused(() => connection.sendContinuation('none is open'), 'fragment_order');
  assert.equal(frames(outputOf(connection)).length, 2);
});

test('nothing follows a Close or a failure', () => {
  const ends = {
    'a Close sent': (connection) => connection.sendClose(),
    'a failure': (connection) => connection.fail(1011),
    'a Close received': (connection) => connection.receiveData(frameFor('client', 8, '')),
    'a violation': (connection) => connection.receiveData(frameFor('client', 3, '')),
    'the end': (connection) => connection.receiveEof(),
    'a Close inside a fragmented message': (connection) => {
      connection.sendText('cut', { fin: false });
      connection.sendClose();
    },
  };
  for (const [name, end] of Object.entries(ends)) {
    const connection = new Connection({ role: 'client' });
    end(connection);
    connection.dataToSend();
    refused(() => connection.sendText(name), 'not_open');
    refused(() => connection.sendBinary(new Uint8Array()), 'not_open');
    refused(() => connection.sendContinuation(name), 'not_open');
    refused(() => connection.sendPing(), 'not_open');
    refused(() => connection.sendPong(), 'not_open');
    connection.sendClose(4000);
    connection.fail(1011);
    assert.deepEqual(connection.dataToSend(), [], name);
  }
});

test('the output has a bound, and a refused message is not half written', () => {
  const connection = new Connection({ role: 'server', maxBufferedBytes: 1000 });
  connection.sendBinary(new Uint8Array(900));
  refused(() => connection.sendBinary(new Uint8Array(900)), 'buffer_full');
  refused(() => connection.sendText('x'.repeat(900)), 'buffer_full');
  assert.equal(outputOf(connection).length, 904);
  connection.sendBinary(new Uint8Array(900));
  connection.sendClose(1000, 'a Close is never refused');
  assert.equal(outputOf(connection).length, 904 + 4 + 24);
});

test('dataToSend gives everything once, in order, in arrays of its own', () => {
  const connection = new Connection({ role: 'server' });
  assert.deepEqual(connection.dataToSend(), []);
  connection.sendText('one');
  connection.sendText('two');
  const first = outputOf(connection);
  assert.deepEqual(connection.dataToSend(), []);
  connection.sendText('three');
  const second = outputOf(connection);
  assert.deepEqual(first, concat(frame({ opcode: 1, payload: 'one' }), frame({ opcode: 1, payload: 'two' })));
  assert.deepEqual(second, frame({ opcode: 1, payload: 'three' }));
  first.fill(0);
  assert.deepEqual(second, frame({ opcode: 1, payload: 'three' }));
});

test('the bytes that were given to send can be changed right after', () => {
  const connection = new Connection({ role: 'client' });
  const mine = Uint8Array.of(1, 2, 3);
  connection.sendBinary(mine);
  assert.deepEqual(mine, Uint8Array.of(1, 2, 3), 'masking leaves them alone');
  mine.fill(9);
  assert.deepEqual(frames(outputOf(connection))[0].payload, Uint8Array.of(1, 2, 3));
});

test('bytes that are given away are the output: a client masks them where they are', () => {
  for (const role of roles) {
    for (const length of [10, 1023, 1024, 4095, 4096, 20_000, 100_000]) {
      const connection = new Connection({ role });
      const data = new Uint8Array(length).map((_, i) => i ^ (i >> 8));
      const given = [data.slice(), data.slice()];
      connection.sendText('before');
      for (const bytes of given) connection.sendBinary(bytes, { owned: true });
      connection.sendText('after');
      const chunks = connection.dataToSend();
      const sent = frames(concat(...chunks));
      assert.deepEqual(
        sent.map(({ opcode }) => opcode),
        [1, 2, 2, 1],
      );
      for (const { payload } of sent.slice(1, 3)) assert.deepEqual(payload, data);
      const least = role === 'client' ? 4096 : 1024;
      for (const bytes of given) assert.equal(chunks.includes(bytes), length >= least, `${role}, ${length}`);
      connection.free();
    }
  }
});

test('bytes that are given away to a connection that compresses are copied', () => {
  const connection = new Connection({ role: 'client', perMessageDeflate: {} });
  const data = new Uint8Array(10_000).fill(7);
  connection.sendBinary(data, { owned: true, compress: false });
  assert.deepEqual(data, new Uint8Array(10_000).fill(7));
  assert.deepEqual(frames(outputOf(connection))[0].payload, data);
});

test('a large message is sent whole, and its memory is given back', () => {
  for (const role of roles) {
    const connection = new Connection({ role });
    const data = new Uint8Array(16 << 20).map((_, i) => i ^ (i >> 8));
    connection.sendBinary(data);
    const [{ payload }] = frames(outputOf(connection));
    assert.equal(Buffer.compare(payload, data), 0);
    connection.sendText('x'.repeat(5 << 20));
    assert.equal(outputOf(connection).length, (5 << 20) + (role === 'client' ? 14 : 10));
    assert.ok(connection.bytesHeld < 1024, `${connection.bytesHeld}`);
    connection.free();
  }
});

test('more than 32 bits can count is refused, and the connection goes on', () => {
  let huge;
  try {
    huge = new Uint8Array(2 ** 32);
  } catch {
    return; // not every machine has arrays of that size
  }
  for (const role of ['client', 'server']) refused(() => new Connection({ role }).sendBinary(huge), 'buffer_full');
  // All that may be compressed goes through the core.
  const compressing = new Connection({ role: 'client', perMessageDeflate: {} });
  refused(() => compressing.sendBinary(huge), 'out_of_memory');
  const connection = new Connection({ role: 'server', maxBufferedBytes: Number.MAX_SAFE_INTEGER });
  const data = new Uint8Array(200_000).fill(7);
  connection.sendBinary(data);
  assert.deepEqual(outputOf(connection), frame({ opcode: 2, payload: data }));
});
