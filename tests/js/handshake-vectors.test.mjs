// The vectors of hostile input that concern the opening handshake, whole and in pieces.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClientHandshake, ServerHandshake } from 'sansocket';
import { parseHead } from './support/http.mjs';
import { asVector, eventsOf, outputOf } from './support/observe.mjs';
import { cut, describeCut, waysToCut } from './support/splits.mjs';
import { throwsFor } from './support/usage.mjs';
import { group, inputOf, vector } from './support/vectors.mjs';

const ofError = (error) =>
  error && { kind: error.kind, code: error.code, section: error.section, offset: error.offset, status: error.status };

/** Everything that a server does with the chunks; a valid request is accepted. */
function serve({ options }, chunks) {
  const handshake = new ServerHandshake({
    origins: options.origins ?? 'any',
    protocols: options.protocols,
    maxHeaderBytes: options.max_head,
    maxHeaders: options.max_headers,
    perMessageDeflate: options.pmd,
  });
  for (const chunk of chunks) {
    handshake.receiveData(chunk);
    if (handshake.state === 'connecting' && handshake.request) handshake.accept();
  }
  const { state, request, connection } = handshake;
  const seen = {
    state,
    request,
    error: ofError(handshake.error),
    output: outputOf(handshake),
    events: connection && eventsOf(connection),
  };
  handshake.free();
  return seen;
}

/** Everything that a client makes of the chunks. */
function connect({ options }, chunks) {
  const handshake = new ClientHandshake({
    host: 'server.example.com',
    path: '/chat',
    key: options.key ?? 'dGhlIHNhbXBsZSBub25jZQ==',
    protocols: options.protocols,
    perMessageDeflate: options.offer !== undefined,
  });
  for (const chunk of chunks) handshake.receiveData(chunk);
  const { state, response, connection } = handshake;
  const seen = { state, response, error: ofError(handshake.error), events: connection ? eventsOf(connection) : [] };
  handshake.free();
  return seen;
}

/** What is seen of the input whole; every other way to cut it must give the same. */
function seenOf(vector, play, ways) {
  const input = inputOf(vector);
  let whole;
  for (const places of ways ?? waysToCut(input.length)) {
    const seen = play(vector, cut(input, places));
    whole ??= seen;
    assert.deepEqual(seen, whole, describeCut(places));
  }
  return whole;
}

/** What is sent in answer to it has no content (RFC 9110 §9.3.2). */
const isHead = (input) => Buffer.from(input.subarray(0, 5)).toString() === 'HEAD ';

function checkServer(vector, ways) {
  const { expect } = vector;
  const seen = seenOf(vector, serve, ways);
  const sent = parseHead(seen.output);
  assert.equal(seen.error?.kind ?? null, expect.error);
  assert.equal(sent.status, expect.status);
  if (seen.error) {
    assert.equal(seen.state, 'closed');
    assert.equal(seen.error.status, expect.status);
    assert.match(seen.error.code, /^WS_ERR_[A-Z_]+$/);
    assert.match(seen.error.section, /^RFC 6455 §[\d.]+$/);
    assert.match(sent.get('Connection'), /^close/);
    if (isHead(inputOf(vector))) assert.equal(sent.body.length, 0);
    else assert.equal(Number(sent.get('Content-Length')), sent.body.length);
    assert.equal(seen.request, undefined);
    assert.equal(seen.events, undefined, 'nothing after a refused head is framed');
  } else {
    assert.equal(seen.state, 'open');
    assert.equal(sent.get('Sec-WebSocket-Accept'), expect.accept);
    assert.deepEqual(seen.events, []);
  }
  if (expect.path !== undefined) assert.equal(seen.request.path, expect.path);
  if (expect.extensions !== undefined) assert.equal(sent.get('Sec-WebSocket-Extensions'), expect.extensions[0]);
  for (const [name, value] of Object.entries(expect.response_header ?? {})) assert.equal(sent.get(name), value);
}

function checkClient(vector, ways) {
  const { expect } = vector;
  const seen = seenOf(vector, connect, ways);
  assert.equal(seen.error?.kind ?? null, expect.error);
  assert.equal(seen.state, seen.error ? 'closed' : 'open');
  assert.deepEqual(seen.events.map(asVector), expect.events ?? []);
  if (seen.error) assert.equal(seen.error.status, undefined, 'a client answers nothing');
  if (expect.status !== undefined) assert.equal(seen.response.status, expect.status);
}

test('all vectors of the opening handshake are there', () => {
  assert.equal(group('handshake-server').length, 137);
  assert.equal(group('handshake-client').length, 64);
});

for (const vector of group('handshake-server')) {
  test(`${vector.id}: ${vector.source}`, () => checkServer(vector));
}

for (const vector of group('handshake-client')) {
  test(`${vector.id}: ${vector.source}`, () => checkClient(vector));
}

test('H29: header fields with names of properties of objects are data', () => {
  const { request } = serve(vector('H29'), [inputOf(vector('H29'))]);
  assert.deepEqual(request.headers.slice(-3), [
    ['__proto__', 'polluted'],
    ['constructor', 'x'],
    ['prototype', 'y'],
  ]);
  assert.equal({}.polluted, undefined);
});

test('C21: a refusal is told in full, and nothing of it framed', () => {
  const { response, state } = seenOf(vector('C21'), connect);
  assert.equal(state, 'closed');
  assert.deepEqual([response.status, response.statusText, response.bodyComplete], [401, 'Unauthorized', true]);
  assert.deepEqual(response.headers, [
    ['WWW-Authenticate', 'Basic'],
    ['Content-Length', '4'],
  ]);
  assert.equal(new TextDecoder().decode(response.body), 'nope');
});

test('L11: endless header fields end at the limit', () => checkServer(vector('L11'), [[], [100, 5000, 10_000]]));

test('L13: a long run of spaces is refused', () => checkServer(vector('L13')));

test('L13: the time is linear in the length of the head, whole and byte by byte', () => {
  const [before, spaces, after] = vector('L13').gen;
  // Of the processor, not of the clock: other programs run too.
  const milliseconds = (repeat, chunk) => {
    const input = inputOf({ gen: [before, { ...spaces, repeat }, after] });
    const chunks = [];
    for (let at = 0; at < input.length; at += chunk) chunks.push(input.subarray(at, at + chunk));
    const times = Array.from({ length: 3 }, () => {
      const begin = process.cpuUsage();
      const { error } = serve({ options: { max_head: input.length } }, chunks);
      const { user, system } = process.cpuUsage(begin);
      assert.deepEqual([error.kind, error.offset], ['bad_protocol', input.length - 1]);
      return (user + system) / 1000;
    });
    return Math.min(...times);
  };
  for (const chunk of [Infinity, 1]) {
    const ratio = (milliseconds(1 << 17, chunk) + 5) / (milliseconds(1 << 14, chunk) + 5);
    assert.ok(ratio < 20, `eight times as many spaces took ${ratio.toFixed(1)} times as long`);
  }
});

test('L15: endless interim responses end at the limit', () => checkClient(vector('L15'), [[], [100, 450, 5000]]));

const client = (options) => new ClientHandshake({ host: 'example.com', ...options });

test('B01, B03: a path that would break the request', () => {
  for (const path of ['/a\r\nX-Evil: 1', '/\u010d\u010ahost: evil', '/a b', '/a\0', '/é', 'a', '', '/a#b', '/\ud800']) {
    throwsFor(() => client({ path }), TypeError, 'path');
  }
});

test('B05: fields of the handshake itself cannot be set', () => {
  const names = ['Sec-WebSocket-Key', 'Host', 'Upgrade', 'Connection', 'Content-Length', 'Transfer-Encoding', 'oRiGiN'];
  for (const name of names) {
    throwsFor(() => client({ headers: { [name]: 'x' } }), TypeError, 'headers', 'reserved_header');
  }
});
