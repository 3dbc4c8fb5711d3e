// How a connection ends: `state`, `closeExpected` and `writeEnded` along every way to the end.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Connection } from 'sansocket';
import { eventsOf, outputOf } from './support/observe.mjs';
import { closes, concat, frameFor, hex } from './support/wire.mjs';

const look = ({ state, closeExpected, writeEnded }) => ({ state, closeExpected, writeEnded });
const open = { state: 'open', closeExpected: false, writeEnded: false };
const closing = { state: 'closing', closeExpected: true, writeEnded: false };
const done = { state: 'closed', closeExpected: false, writeEnded: true };

const close = (role, code, reason = '') =>
  frameFor(role, 8, code === undefined ? '' : concat(Uint8Array.of(code >> 8, code), new TextEncoder().encode(reason)));

for (const role of ['client', 'server']) {
  /** A server ends its side first, so that it is the one to hold the TIME_WAIT state (RFC 6455 §7.1.1). */
  const afterBothCloses = { ...closing, writeEnded: role === 'server' };

  test(`a ${role} begins the closing handshake`, () => {
    const connection = new Connection({ role });
    assert.deepEqual(look(connection), open);
    connection.sendClose(1001, 'going');
    assert.deepEqual(look(connection), closing);
    assert.deepEqual(closes(outputOf(connection)), [{ code: 1001, reason: 'going' }]);
    assert.deepEqual(look(connection), closing);

    connection.receiveData(concat(frameFor(role, 1, 'late'), frameFor(role, 9, 'p'), close(role, 1001)));
    assert.deepEqual(
      eventsOf(connection).map(({ type }) => type),
      ['text', 'ping', 'close'],
    );
    assert.deepEqual(connection.dataToSend(), [], 'neither a Pong nor a second Close');
    assert.deepEqual(look(connection), afterBothCloses);

    connection.receiveEof();
    assert.deepEqual(eventsOf(connection), [{ type: 'end' }]);
    assert.deepEqual(look(connection), done);
  });

  test(`a ${role} answers the closing handshake`, () => {
    const connection = new Connection({ role });
    connection.receiveData(concat(close(role, 4000, 'done'), frameFor(role, 1, 'never read')));
    assert.deepEqual(eventsOf(connection), [{ type: 'close', code: 4000, reason: 'done' }]);
    assert.deepEqual(look(connection), closing, 'the answer was not taken yet');
    assert.deepEqual(closes(outputOf(connection)), [{ code: 4000, reason: '' }]);
    assert.deepEqual(look(connection), afterBothCloses);
    connection.receiveEof();
    assert.deepEqual(eventsOf(connection), [{ type: 'end' }]);
    assert.deepEqual(look(connection), done);
    connection.receiveEof();
    connection.receiveData(frameFor(role, 1, 'never read'));
    assert.deepEqual(eventsOf(connection), []);
  });

  test(`a ${role} answers an empty Close with an empty one, and reports 1005`, () => {
    const connection = new Connection({ role });
    connection.receiveData(close(role));
    assert.deepEqual(eventsOf(connection), [{ type: 'close', code: 1005, reason: '' }]);
    assert.deepEqual(closes(outputOf(connection)), [{ code: undefined, reason: '' }]);
  });

  test(`a ${role} that fails the connection waits for nothing`, () => {
    const connection = new Connection({ role });
    connection.receiveData(frameFor(role, 1, 'before', { fin: false }));
    connection.fail(1008, 'no');
    assert.deepEqual(look(connection), closing);
    assert.equal(connection.bytesHeld < 1024, true);
    connection.receiveData(concat(frameFor(role, 0, 'after'), close(role, 1000)));
    assert.deepEqual(eventsOf(connection), []);
    assert.deepEqual(closes(outputOf(connection)), [{ code: 1008, reason: 'no' }]);
    assert.deepEqual(look(connection), { ...closing, writeEnded: true });
    connection.receiveEof();
    assert.deepEqual(eventsOf(connection), []);
    assert.deepEqual(look(connection), done);
  });

  test(`a violation ends a ${role}'s connection with one Close`, () => {
    const connection = new Connection({ role });
    connection.receiveData(frameFor(role, 11, ''));
    assert.deepEqual(look(connection), closing);
    const events = eventsOf(connection);
    assert.deepEqual(events, [
      {
        type: 'error',
        kind: 'reserved_opcode',
        code: 'WS_ERR_INVALID_OPCODE',
        closeCode: 1002,
        section: '5.2',
        offset: 1,
        frameIndex: 0,
      },
    ]);
    assert.deepEqual(closes(outputOf(connection)), [{ code: 1002, reason: '' }]);
    assert.deepEqual(look(connection), { ...closing, writeEnded: true });
    connection.receiveEof();
    assert.deepEqual(look(connection), done);
  });

  test(`a violation after a ${role}'s own Close is reported, and no second Close sent`, () => {
    const connection = new Connection({ role });
    connection.sendClose(1000);
    connection.dataToSend();
    connection.receiveData(frameFor(role, 3, ''));
    assert.deepEqual(
      eventsOf(connection).map(({ kind }) => kind),
      ['reserved_opcode'],
    );
    assert.deepEqual(connection.dataToSend(), []);
  });

  test(`the end of a ${role}'s input without a Close is an error`, () => {
    for (const before of ['', '81', toPartial(role)]) {
      const connection = new Connection({ role });
      const bytes = hex(before);
      connection.receiveData(bytes);
      connection.receiveEof();
      const [{ kind, closeCode, offset, frameIndex }, ...more] = eventsOf(connection);
      assert.deepEqual(
        { kind, closeCode, offset, frameIndex, more },
        { kind: 'unexpected_eof', closeCode: 1006, offset: bytes.length, frameIndex: 0, more: [] },
      );
      assert.deepEqual(connection.dataToSend(), []);
      assert.deepEqual(look(connection), done);
    }
  });
}

/** The header of a frame and one byte of its payload. */
function toPartial(role) {
  return role === 'server' ? '818537fa213d7f' : '810548';
}

test('both ends of a connection come to the end together', () => {
  const client = new Connection({ role: 'client' });
  const server = new Connection({ role: 'server' });
  client.sendText('hello');
  client.sendClose(3001, 'see you');
  server.receiveData(outputOf(client));
  assert.deepEqual(eventsOf(server), [
    { type: 'text', data: 'hello' },
    { type: 'close', code: 3001, reason: 'see you' },
  ]);
  client.receiveData(outputOf(server));
  assert.equal(server.writeEnded, true);
  assert.equal(client.writeEnded, false);
  client.receiveEof();
  assert.deepEqual(eventsOf(client), [{ type: 'close', code: 3001, reason: '' }, { type: 'end' }]);
  assert.equal(client.writeEnded, true);
  server.receiveEof();
  assert.deepEqual([client.state, server.state], ['closed', 'closed']);
});
