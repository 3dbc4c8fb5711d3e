// permessage-deflate in the opening handshake: what is offered, what is answered, and what the connections then do.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClientHandshake, Connection, PreparedMessage, ServerHandshake } from 'sansocket';
import { ZlibInflater } from './support/deflate.mjs';
import { parseHead, request, response } from './support/http.mjs';
import { eventsOf, outputOf } from './support/observe.mjs';
import { refused, strangers, throwsFor } from './support/usage.mjs';
import { frames, toHex, utf8 } from './support/wire.mjs';

const NAME = 'permessage-deflate';
const FIELD = 'Sec-WebSocket-Extensions';

const client = (perMessageDeflate) => {
  const key = 'dGhlIHNhbXBsZSBub25jZQ==';
  return new ClientHandshake({ host: 'server.example.com', path: '/chat', key, perMessageDeflate });
};

/** What a client offers. */
const offered = (options) => parseHead(outputOf(client(options))).get(FIELD);

/** What a server answers to offers, and the connection. */
function answered(offers, options) {
  const handshake = new ServerHandshake({ origins: 'any', perMessageDeflate: options });
  handshake.receiveData(request({ [FIELD]: offers }));
  const connection = handshake.accept();
  return { answer: parseHead(outputOf(handshake)).get(FIELD), connection };
}

test('nothing is offered or accepted without being asked for', () => {
  for (const none of [undefined, false]) {
    assert.equal(offered(none), undefined);
    assert.equal(answered(NAME, none).answer, undefined);
  }
});

test('what a client offers', () => {
  for (const [options, offer] of [
    [true, `${NAME}; client_max_window_bits`],
    [{}, `${NAME}; client_max_window_bits`],
    [{ serverNoContextTakeover: true }, `${NAME}; server_no_context_takeover; client_max_window_bits`],
    [{ clientNoContextTakeover: true }, `${NAME}; client_no_context_takeover; client_max_window_bits`],
    [{ serverMaxWindowBits: 8 }, `${NAME}; server_max_window_bits=8; client_max_window_bits`],
    [{ clientMaxWindowBits: 9 }, `${NAME}; client_max_window_bits=9`],
    [
      { serverMaxWindowBits: 15, clientMaxWindowBits: 15, level: 9, threshold: 5 },
      `${NAME}; server_max_window_bits=15; client_max_window_bits=15`,
    ],
  ]) {
    assert.equal(offered(options), offer, JSON.stringify(options));
  }
});

test('what a server answers', () => {
  const all = {
    serverNoContextTakeover: true,
    clientNoContextTakeover: true,
    serverMaxWindowBits: 10,
    clientMaxWindowBits: 11,
  };
  for (const [offer, options, answer] of [
    [NAME, true, NAME],
    [`${NAME}; client_max_window_bits`, true, NAME],
    [`${NAME}; client_max_window_bits=10`, true, `${NAME}; client_max_window_bits=10`],
    [`${NAME}; server_max_window_bits="9"`, true, `${NAME}; server_max_window_bits=9`],
    [`${NAME}; server_max_window_bits=8`, true, `${NAME}; server_max_window_bits=8`],
    [`${NAME}; server_no_context_takeover`, true, `${NAME}; server_no_context_takeover`],
    [
      `${NAME}; client_max_window_bits`,
      all,
      `${NAME}; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=10; client_max_window_bits=11`,
    ],
    // It insists on a window that the client has not offered to keep to.
    [NAME, all, undefined],
    [`${NAME}; server_max_window_bits=9`, { serverMaxWindowBits: 12 }, `${NAME}; server_max_window_bits=9`],
    [`${NAME}; foo, ${NAME}`, true, NAME],
    [`${NAME}; server_max_window_bits=7, ${NAME}; server_max_window_bits=09`, true, undefined],
    [`other, x-${NAME}`, true, undefined],
  ]) {
    assert.equal(answered(offer, options).answer, answer, `${offer} ${JSON.stringify(options)}`);
  }
});

test('an answer that was not offered fails the client', () => {
  for (const [options, answer, kind] of [
    [true, `${NAME}; client_max_window_bits=12`, undefined],
    [true, `${NAME}; server_max_window_bits=12; server_no_context_takeover`, undefined],
    [true, `${NAME}; client_no_context_takeover`, undefined],
    [true, `${NAME}; client_max_window_bits`, 'bad_extensions'],
    [true, `${NAME}; server_max_window_bits=16`, 'bad_extensions'],
    [true, `${NAME}; server_max_window_bits=08`, 'bad_extensions'],
    [true, `${NAME}; unknown`, 'bad_extensions'],
    [true, `${NAME}; server_no_context_takeover=1`, 'bad_extensions'],
    [true, `${NAME}, ${NAME}`, 'bad_extensions'],
    [{ clientMaxWindowBits: 10 }, `${NAME}; client_max_window_bits=11`, 'bad_extensions'],
    [{ serverMaxWindowBits: 10 }, NAME, 'bad_extensions'],
    [{ serverMaxWindowBits: 10 }, `${NAME}; server_max_window_bits=11`, 'bad_extensions'],
    [{ serverNoContextTakeover: true }, NAME, 'bad_extensions'],
    [false, NAME, 'unexpected_extension'],
    [true, 'other', 'unexpected_extension'],
  ]) {
    const handshake = client(options);
    handshake.receiveData(response({ [FIELD]: answer }));
    assert.equal(handshake.error?.kind, kind, `${JSON.stringify(options)} ${answer}`);
    assert.equal(handshake.state, kind ? 'closed' : 'open');
    if (!kind) assert.equal(handshake.extensions, answer);
  }
});

test('a server that declines leaves a connection without compression', () => {
  const handshake = client(true);
  handshake.receiveData(response());
  const { connection, extensions } = handshake;
  assert.equal(extensions, '');
  connection.sendText('x'.repeat(2000));
  assert.equal(frames(outputOf(connection))[0].rsv, 0);
  connection.receiveData(Uint8Array.of(0xc1, 0));
  assert.equal(eventsOf(connection)[0].kind, 'reserved_bits');
});

/** A client and a server that have shaken hands. */
function connect(clientOptions, serverOptions) {
  const from = client(clientOptions);
  const to = new ServerHandshake({ origins: 'any', perMessageDeflate: serverOptions });
  to.receiveData(outputOf(from));
  const server = to.accept();
  from.receiveData(outputOf(to));
  assert.equal(from.error, undefined);
  return { client: from.connection, server, extensions: from.extensions };
}

test('what was agreed is what both ends do', async () => {
  const settings = [undefined, 8, 9, 12, 15];
  for (const bits of settings) {
    for (const most of settings) {
      for (const forgets of [false, true]) {
        const { client, server, extensions } = connect(
          { serverMaxWindowBits: bits, clientMaxWindowBits: most, clientNoContextTakeover: forgets, threshold: 0 },
          { serverMaxWindowBits: most, serverNoContextTakeover: forgets, threshold: 0 },
        );
        const agreed = (name) => Number(new RegExp(`${name}=(\\d+)`).exec(extensions)?.[1] ?? 15);
        for (const [from, to, role] of [
          [client, server, 'client'],
          [server, client, 'server'],
        ]) {
          const windowBits = agreed(`${role}_max_window_bits`);
          assert.equal(windowBits, Math.min(role === 'client' ? 15 : (bits ?? 15), most ?? 15), extensions);
          const zlib = new ZlibInflater({ windowBits, noContextTakeover: forgets });
          const seen = [];
          for (let i = 0; i < 4; i += 1) {
            const message = `${'0123456789 '.repeat(100)}${'and so on '.repeat(400)}`;
            from.sendText(message);
            const output = outputOf(from);
            to.receiveData(output);
            assert.deepEqual(eventsOf(to), [{ type: 'text', data: message }]);
            const [{ payload }] = frames(output);
            seen.push(toHex(payload));
            assert.deepEqual(await zlib.inflate(payload), utf8(message), `${extensions}, from the ${role}`);
          }
          // The smallest window has no use for what was said before: see docs/compression.md.
          if (windowBits > 8) assert.equal(seen[0] === seen[1], forgets, `${extensions}, from the ${role}`);
          zlib.close();
        }
      }
    }
  }
});

test('what follows the head in the same chunk may be compressed', () => {
  const handshake = client(true);
  const head = response({ [FIELD]: NAME });
  handshake.receiveData(Uint8Array.from([...head, 0xc1, 0x07, 0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00]));
  assert.deepEqual(eventsOf(handshake.connection), [{ type: 'text', data: 'Hello' }]);
});

/** Everything that takes the option, and what it is called there. */
const takers = [
  [(perMessageDeflate) => new Connection({ role: 'client', perMessageDeflate }), 'options.perMessageDeflate'],
  [client, 'options.perMessageDeflate'],
  [(perMessageDeflate) => new ServerHandshake({ origins: 'any', perMessageDeflate }), 'options.perMessageDeflate'],
];

test('options of the wrong type or out of range', () => {
  for (const [take, name] of takers) {
    for (const value of [null, 5, 'yes', Symbol('s'), () => {}]) throwsFor(() => take(value), TypeError, name);
    for (const [option, min, max] of [
      ['serverMaxWindowBits', 8, 15],
      ['clientMaxWindowBits', 8, 15],
      ['level', 0, 9],
      ['memLevel', 1, 9],
      ['threshold', 0, 2 ** 32 - 1],
    ]) {
      for (const value of [min - 1, max + 1, 9.5, NaN, -Infinity, Infinity]) {
        throwsFor(() => take({ [option]: value }), RangeError, `${name}.${option}`);
      }
      for (const value of strangers) {
        if (typeof value !== 'number') throwsFor(() => take({ [option]: value }), TypeError, `${name}.${option}`);
      }
      for (const value of [min, max, undefined]) take({ [option]: value }).free();
    }
    for (const option of ['serverNoContextTakeover', 'clientNoContextTakeover', 'passthrough']) {
      for (const value of [0, 1, 'true', null]) {
        throwsFor(() => take({ [option]: value }), TypeError, `${name}.${option}`);
      }
    }
    for (const value of [-1, 1.5, NaN]) {
      throwsFor(() => take({ maxInflateRatio: value }), RangeError, `${name}.maxInflateRatio`);
    }
    take({ maxInflateRatio: Infinity }).free();
  }
});

test('arguments of what sends', () => {
  const connection = new Connection({ role: 'server', perMessageDeflate: true });
  for (const compress of [0, 1, 'yes', null]) {
    throwsFor(() => connection.sendText('x', { compress }), TypeError, 'options.compress');
    throwsFor(() => connection.sendBinary(Uint8Array.of(1), { compress }), TypeError, 'options.compress');
  }
  throwsFor(() => connection.sendCompressed('json', Uint8Array.of(0)), TypeError, 'kind');
  throwsFor(() => connection.sendCompressed('text', 'x'), TypeError, 'data');
  assert.deepEqual(connection.dataToSend(), []);
  const plain = new Connection({ role: 'server' });
  throwsFor(() => plain.sendCompressed('text', Uint8Array.of(0)), TypeError, 'perMessageDeflate');
  connection.sendClose();
  refused(() => connection.sendCompressed('text', Uint8Array.of(0)), 'not_open');
  refused(() => connection.sendPrepared(new PreparedMessage('x')), 'not_open');
});
