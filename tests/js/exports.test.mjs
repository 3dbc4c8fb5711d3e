// The names that the package has in public. A name that comes or goes is a decision: change the list with it.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import * as whole from 'sansocket';
import * as slim from 'sansocket/slim';

const require = createRequire(import.meta.url);

const names = [
  'ClientHandshake',
  'CloseCode',
  'Connection',
  'FrameDecoder',
  'FrameDecoderStream',
  'FrameEncoder',
  'FrameEncoderStream',
  'HandshakeError',
  'Opcode',
  'PreparedMessage',
  'ProtocolError',
  'ServerHandshake',
  'UsageError',
  'acceptKey',
  'decodeFrames',
  'encodeFrame',
  'init',
  'recycle',
  'verifyAccept',
  'version',
];

test('the public names, in every copy', () => {
  for (const copy of [whole, slim, require('sansocket'), require('sansocket/slim')]) {
    assert.deepEqual(Object.keys(copy).sort(), [...names].sort());
  }
});

test('the public members of each class', () => {
  const members = ({ prototype }) => Object.getOwnPropertyNames(prototype).filter((name) => name !== 'constructor');
  assert.deepEqual(members(whole.FrameDecoder).sort(), ['decode', 'end', 'error', 'free']);
  assert.deepEqual(members(whole.FrameEncoder), ['encode']);
  for (const { name, prototype } of [
    whole.Connection,
    whole.FrameDecoder,
    whole.ClientHandshake,
    whole.ServerHandshake,
  ]) {
    assert.equal(prototype[Symbol.dispose], prototype.free, name);
  }
});

test('the version is that of the package', () => {
  assert.equal(whole.version, require('sansocket/package.json').version);
  const crate = /^version = "([^"]+)"/m.exec(readFileSync(new URL('../../Cargo.toml', import.meta.url), 'utf8'))[1];
  assert.equal(whole.version, crate);
});

test('the numbers of RFC 6455', () => {
  assert.deepEqual({ ...whole.Opcode }, { Continuation: 0, Text: 1, Binary: 2, Close: 8, Ping: 9, Pong: 10 });
  assert.deepEqual(
    { ...whole.CloseCode },
    {
      Normal: 1000,
      GoingAway: 1001,
      ProtocolError: 1002,
      UnsupportedData: 1003,
      NoStatus: 1005,
      Abnormal: 1006,
      InvalidData: 1007,
      PolicyViolation: 1008,
      TooBig: 1009,
      MissingExtension: 1010,
      InternalError: 1011,
      ServiceRestart: 1012,
      TryAgainLater: 1013,
      BadGateway: 1014,
      TlsFailed: 1015,
    },
  );
});

test('errors are errors, with names that survive minifying', () => {
  const protocol = new whole.ProtocolError('broken', {
    kind: 'reserved_opcode',
    code: 'WS_ERR_INVALID_OPCODE',
    closeCode: 1002,
    section: '5.2',
    offset: 3,
    frameIndex: 1,
  });
  const usage = new whole.UsageError('not_open', 'closed');
  for (const error of [protocol, usage]) assert.ok(error instanceof Error && error.stack.includes(error.message));
  assert.equal(`${protocol}`, 'ProtocolError: broken');
  assert.equal(`${usage}`, 'UsageError: closed');
  assert.deepEqual(Object.keys(protocol).sort(), ['closeCode', 'code', 'frameIndex', 'kind', 'offset', 'section']);
});

test('the message of a ProtocolError says where', () => {
  const connection = new whole.Connection({ role: 'client' });
  connection.receiveData(Uint8Array.of(0x81, 0, 0x83, 0));
  const [, { error }] = connection.events();
  assert.match(error.message, /frame 1, byte 3, RFC 6455 §5\.2/);
  assert.equal(error.name, 'ProtocolError');
  assert.ok(error instanceof whole.ProtocolError);
});

test('nothing global was changed', () => {
  assert.equal({}.polluted, undefined);
  assert.deepEqual(
    Object.keys(globalThis).filter((name) => /sansocket|wasm|codec/i.test(name)),
    [],
  );
});
