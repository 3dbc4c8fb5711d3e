// `sansocket handshake --request` and `--response`: heads by the rules of RFC 6455 §4.1 and §4.2.1.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileOf, missingFile, sansocket } from './run.mjs';

const key = 'dGhlIHNhbXBsZSBub25jZQ==';
const accept = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=';

const asked = {
  start: 'GET /chat HTTP/1.1',
  Host: 'server.example.com',
  Upgrade: 'websocket',
  Connection: 'keep-alive, Upgrade',
  'Sec-WebSocket-Key': key,
  'Sec-WebSocket-Version': '13',
};
const answered = {
  start: 'HTTP/1.1 101 Switching Protocols',
  Upgrade: 'websocket',
  Connection: 'Upgrade',
  'Sec-WebSocket-Accept': accept,
};

/** A head; a field that is `undefined` is left out. */
const headOf = ({ start, ...fields }, end = '\r\n\r\n') =>
  [
    start,
    ...Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}`])),
  ].join('\r\n') + end;
const request = (changes) => headOf({ ...asked, ...changes });
const response = (changes) => headOf({ ...answered, ...changes });

/** The ids of what is wrong, as JSON has them, and the exit code. */
async function check(heads) {
  const args = Object.entries(heads).flatMap(([flag, head]) => [`--${flag}`, fileOf(head, flag)]);
  const { code, stdout, stderr } = await sansocket(['handshake', '--format', 'json', ...args]);
  assert.equal(stderr, '');
  const { v, ok, expected, handshake, violations } = JSON.parse(stdout);
  assert.deepEqual([v, ok], [1, violations.length === 0]);
  assert.equal(code, ok ? 0 : 1);
  return { expected, handshake, ids: violations.map(({ id }) => id) };
}

const requests = {
  'as it should be': [{}, []],
  'of another method': [{ start: 'POST /chat HTTP/1.1' }, ['hs-method-version']],
  'of HTTP/1.0': [{ start: 'GET /chat HTTP/1.0' }, ['hs-method-version']],
  'without Host': [{ Host: undefined }, ['hs-missing-host']],
  'to upgrade to something else': [{ Upgrade: 'h2c' }, ['hs-upgrade']],
  'without Connection: Upgrade': [{ Connection: 'keep-alive' }, ['hs-connection']],
  'with a key of 15 bytes': [{ 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25j' }, ['hs-key-invalid']],
  'of another version': [{ 'Sec-WebSocket-Version': '8' }, ['hs-version']],
  'with a bad offer': [
    { 'Sec-WebSocket-Extensions': 'permessage-deflate; client_max_window_bits=99' },
    ['hs-pmd-params'],
  ],
  'that is none for a WebSocket': [
    {
      Upgrade: undefined,
      Connection: undefined,
      'Sec-WebSocket-Key': undefined,
      'Sec-WebSocket-Version': undefined,
    },
    ['hs-upgrade', 'hs-connection', 'hs-key-invalid', 'hs-version'],
  ],
};
for (const [name, [changes, expected]] of Object.entries(requests)) {
  test(`a request ${name}`, async () => assert.deepEqual((await check({ request: request(changes) })).ids, expected));
}

const responses = {
  'as it should be': [{}, []],
  'with the accept value of another key': [{ 'Sec-WebSocket-Accept': `x${accept}` }, ['hs-accept-mismatch']],
  'that upgrades to nothing': [{ Upgrade: undefined }, ['hs-upgrade']],
  'with a subprotocol that nobody offered': [{ 'Sec-WebSocket-Protocol': 'chat' }, ['hs-subprotocol-unoffered']],
  'with an extension that nobody offered': [{ 'Sec-WebSocket-Extensions': 'x-foo' }, ['hs-extension-unoffered']],
  'that refuses': [{ start: 'HTTP/1.1 403 Forbidden' }, []],
};
for (const [name, [changes, expected]] of Object.entries(responses)) {
  test(`a response ${name}`, async () => {
    assert.deepEqual((await check({ request: request(), response: response(changes) })).ids, expected);
  });
}

test('a response alone is checked as far as that goes', async () => {
  assert.deepEqual((await check({ response: response({ Connection: undefined }) })).ids, ['hs-connection']);
});

test('a response that refuses has the same result alone as by its request', async () => {
  for (const start of ['HTTP/1.1 403 Forbidden', 'HTTP/1.1 200 OK']) {
    const head = fileOf(`${start}\r\nContent-Length: 0\r\n\r\n`, 'refusal');
    const alone = await sansocket(['handshake', '--response', head]);
    assert.deepEqual([alone.code, alone.stderr], [0, '']);
    assert.match(alone.stdout, /^response .*\nno rule is broken: the server refuses, with status (?:403|200)\n$/);
    assert.equal((await sansocket(['handshake', '--request', fileOf(request(), 'asked'), '--response', head])).code, 0);
  }
  // Nothing is told of a request that nobody has.
  const other = headOf({ start: 'HTTP/1.1 101 Other', Upgrade: 'h2c', 'Sec-WebSocket-Protocol': 'x' });
  const { expected, handshake, ids } = await check({ response: other });
  const { uri, key: asking, acceptOk, violations } = handshake;
  assert.deepEqual([expected, uri, asking, acceptOk], [null, null, null, null]);
  assert.deepEqual([ids, violations], Array(2).fill(['hs-upgrade', 'hs-connection']));
});

test('the accept value that the key asks for is told, if the key is one', async () => {
  assert.equal((await check({ request: request() })).expected, accept);
  assert.equal((await check({ request: request({ 'Sec-WebSocket-Key': 'x' }) })).expected, null);
});

test('in words, from standard input, with the lines', async () => {
  const good = await sansocket(['handshake', '--request', '-'], { input: request() });
  assert.equal(
    good.stdout,
    `request       GET /chat HTTP/1.1\nkey           ${key}\naccept        ${accept}\nno rule is broken\n`,
  );
  const bad = await sansocket(['handshake', '--request', '-'], {
    input: request({ Host: undefined, 'Sec-WebSocket-Version': '8' }),
  });
  assert.equal(bad.code, 1);
  assert.match(bad.stdout, /^ {2}! error hs-missing-host in the request: .* \(RFC 6455 §4\.2\.1, expect HTTP 400\)$/m);
  assert.match(
    bad.stdout,
    /^ {2}! error hs-version in line 5 of the request: .*13 \(RFC 6455 §4\.4, expect HTTP 426\)$/m,
  );
  const none = await sansocket(['handshake', '--request', '-'], {
    input: request({ Upgrade: undefined, 'Sec-WebSocket-Key': undefined }),
  });
  assert.match(none.stdout, /^ {2}! error hs-key-invalid in the request: /m);
});

test('heads as people have them: line feeds alone, no empty line at the end, frames behind', async () => {
  for (const head of [
    request().replaceAll('\r', ''),
    headOf(asked, ''),
    headOf(asked, '\n'),
    `\ufeff${request()}`,
    Buffer.concat([Buffer.from(request()), Buffer.of(0x81, 0, 0x83, 0)]),
  ]) {
    assert.deepEqual((await check({ request: head })).ids, []);
  }
});

for (const [args, message] of [
  [['--request', missingFile('nowhere')], /nowhere: no such file or directory/],
  [['--request', fileOf('hello\n', 'hello')], /hello: the head of a request does not begin with "hello"\n/],
  [['--request', fileOf('\x1b[2J', 'bad')], /does not begin with "\\x1b\[2J"\n/],
  [
    ['--response', fileOf(request(), 'request')],
    /the head of a response does not begin with "GET \/chat HTTP\/1\.1"\n/,
  ],
  [['--response', fileOf('HTTP/1.1 100 Continue\r\n\r\n', '100')], /100: this answers no request for a WebSocket\n/],
  [['--request', '-', '--response', '-'], /standard input can be read once/],
  [[key, '--request', '-'], /give neither KEY nor --verify/],
]) {
  test(`refused: handshake ${args.map((arg) => arg.split('/').at(-1)).join(' ')}`, async () => {
    const { code, stdout, stderr } = await sansocket(['handshake', ...args], { input: '' });
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, message);
  });
}
