// The opening handshake of both roles: what is asked, what is answered, and the connection that comes out.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { acceptKey, ClientHandshake, HandshakeError, ServerHandshake, verifyAccept } from 'sansocket';
import { headOf, parseHead, request, response } from './support/http.mjs';
import { eventsOf, outputOf } from './support/observe.mjs';
import { cut, waysToCut } from './support/splits.mjs';
import { refused, strangers, throwsFor } from './support/usage.mjs';
import { rfc6455 } from './support/vectors.mjs';
import { concat, frame, frameFor, frames, utf8 } from './support/wire.mjs';

const { key, accept } = rfc6455.handshake;
const text = (bytes) => new TextDecoder('latin1').decode(bytes);

const client = (options) => new ClientHandshake({ host: 'server.example.com', path: '/chat', key, ...options });
const server = (options) => new ServerHandshake({ origins: 'any', ...options });

/** A server that has received a request. */
function asked(bytes = request(), options) {
  const handshake = server(options);
  handshake.receiveData(bytes);
  return handshake;
}

test('RFC 6455 §1.2: the request and the response of the example', () => {
  const ours = client({ origin: 'http://example.com', protocols: ['chat', 'superchat'] });
  const sent = parseHead(outputOf(ours));
  const example = parseHead(headOf(rfc6455.handshake.request));
  assert.equal(sent.startLine, example.startLine);
  assert.deepEqual(sent.headers.toSorted?.() ?? [...sent.headers].sort(), [...example.headers].sort());

  const theirs = asked(headOf(rfc6455.handshake.request), { origins: ['http://example.com'], protocols: ['chat'] });
  assert.deepEqual(theirs.request, {
    method: 'GET',
    target: '/chat',
    path: '/chat',
    host: 'server.example.com',
    origin: 'http://example.com',
    headers: example.headers,
    protocols: ['chat', 'superchat'],
    extensions: '',
    key,
  });
  const connection = theirs.accept();
  assert.equal(connection, theirs.connection);
  assert.equal(connection.role, 'server');
  const answer = outputOf(theirs);
  assert.equal(text(answer), text(headOf(rfc6455.handshake.response)));

  ours.receiveData(answer);
  assert.deepEqual([ours.state, ours.protocol, ours.extensions], ['open', 'chat', '']);
  assert.equal(ours.connection.role, 'client');
  assert.deepEqual([ours.response.status, ours.response.statusText], [101, 'Switching Protocols']);
  assert.equal(ours.error, undefined);
});

test('a whole connection, cut anywhere', () => {
  const ours = client();
  const asking = outputOf(ours);
  const theirs = asked(asking);
  theirs.accept().sendText('Hello');
  const answer = concat(outputOf(theirs), outputOf(theirs.connection));
  for (const places of waysToCut(answer.length)) {
    const handshake = client();
    for (const chunk of cut(answer, places)) handshake.receiveData(chunk);
    assert.deepEqual(eventsOf(handshake.connection), [{ type: 'text', data: 'Hello' }]);
    assert.equal(handshake.connection.bytesReceived, 7);
    handshake.connection.free();
    handshake.free();
  }
});

test('frames behind the request are in the connection, each byte once', () => {
  const early = frameFor('server', 1, 'early');
  const bytes = concat(request(), early);
  for (const places of waysToCut(bytes.length)) {
    const handshake = server();
    for (const chunk of cut(bytes, places)) handshake.receiveData(chunk);
    const connection = handshake.accept();
    handshake.receiveData(frameFor('server', 1, 'late'));
    connection.receiveData(frameFor('server', 1, 'later'));
    assert.deepEqual(
      eventsOf(connection).map(({ data }) => data),
      ['early', 'late', 'later'],
    );
  }
});

test('§1.3: the accept value', () => {
  assert.equal(acceptKey(key), accept);
  assert.equal(verifyAccept(key, accept), true);
  assert.equal(verifyAccept(key, accept.toLowerCase()), false);
  assert.equal(verifyAccept(key, ''), false);
  assert.equal(verifyAccept('', accept), false);
  for (const value of [...strangers, undefined]) {
    throwsFor(() => acceptKey(value), TypeError, 'key');
    throwsFor(() => verifyAccept(value, accept), TypeError, 'key');
    throwsFor(() => verifyAccept(key, value), TypeError, 'accept');
  }
});

test('a client: key, path, origin and headers', () => {
  const fresh = () => parseHead(outputOf(new ClientHandshake({ host: 'h' })));
  const first = fresh();
  assert.equal(first.startLine, 'GET / HTTP/1.1');
  assert.equal(first.get('Origin'), undefined);
  assert.equal(first.get('Sec-WebSocket-Protocol'), undefined);
  assert.match(first.get('Sec-WebSocket-Key'), /^[A-Za-z0-9+/]{22}==$/);
  assert.notEqual(first.get('Sec-WebSocket-Key'), fresh().get('Sec-WebSocket-Key'));

  const expected = [
    ['Cookie', 'a=b'],
    ['X-Empty', ''],
  ];
  for (const headers of [{ Cookie: 'a=b', 'X-Empty': '' }, expected, new Map(expected), new Map(expected).entries()]) {
    assert.deepEqual(parseHead(outputOf(client({ headers }))).headers.slice(-2), expected);
  }
  const twice = [
    ['X-A', '1'],
    ['X-A', '2'],
  ];
  assert.deepEqual(parseHead(outputOf(client({ headers: twice }))).headers.slice(-2), twice);
  assert.deepEqual(parseHead(outputOf(client({ headers: new Headers({ cookie: 'a=b' }) }))).headers.at(-1), [
    'cookie',
    'a=b',
  ]);
  const inherited = Object.create({ 'X-Inherited': '1' });
  assert.equal(parseHead(outputOf(client({ headers: inherited }))).get('X-Inherited'), undefined);
  assert.equal(parseHead(outputOf(client({ path: '/a?b=c&d=%20' }))).startLine, 'GET /a?b=c&d=%20 HTTP/1.1');
  for (const host of ['h:8080', '[::1]', '[::1]:80', '127.0.0.1']) {
    assert.equal(parseHead(outputOf(client({ host }))).get('Host'), host);
  }
});

test('a client: wrong arguments are named', () => {
  for (const options of [undefined, {}]) throwsFor(() => new ClientHandshake(options), TypeError, 'options.host');
  for (const options of [null, 5, 'host']) throwsFor(() => new ClientHandshake(options), TypeError, 'options');
  for (const value of strangers) {
    throwsFor(() => client({ host: value }), TypeError, 'options.host');
    throwsFor(() => client({ path: value }), TypeError, 'options.path');
    throwsFor(() => client({ origin: value }), TypeError, 'options.origin');
    throwsFor(() => client({ key: value }), TypeError, 'options.key');
    if (!Array.isArray(value)) throwsFor(() => client({ protocols: value }), TypeError, 'options.protocols');
    throwsFor(() => client({ protocols: ['a', value] }), TypeError, 'options.protocols[1]');
  }
  for (const host of ['', 'a b', 'a\r\nX: y', 'h:80:80', 'é', 'user@h'])
    throwsFor(() => client({ host }), TypeError, 'host');
  for (const origin of ['a\r\nX: y', 'é']) throwsFor(() => client({ origin }), TypeError, 'origin');
  throwsFor(() => client({ origin: '' }), TypeError, 'options.origin');
  for (const bad of ['', 'short', `${key}=`, 'AAAAAAAAAAAAAAAAAAAAA==='])
    throwsFor(() => client({ key: bad }), TypeError, 'key');
  for (const protocols of [[''], ['a b'], ['a', 'a'], ['a,b'], ['é']]) {
    throwsFor(() => client({ protocols }), TypeError, 'protocols');
  }
  for (const headers of [null, 5, 'X: y']) throwsFor(() => client({ headers }), TypeError, 'options.headers');
  for (const headers of [[['a']], [['a', 5]], { a: 5 }, { a: null }, [5], ['ab'], [null]]) {
    assert.throws(() => client({ headers }), {
      name: 'TypeError',
      code: 'invalid_argument',
      message: /^"options\.headers/,
    });
  }
  for (const headers of [
    { '': 'x' },
    { 'a b': 'x' },
    { a: 'x\r\ny' },
    { a: 'é' },
    { 'a\r\nb': 'x' },
    { a: '\u010a' },
  ]) {
    throwsFor(() => client({ headers }), TypeError, 'headers');
  }
});

test('limits of the head: whole numbers in range', () => {
  for (const make of [client, server]) {
    for (const name of ['maxHeaderBytes', 'maxHeaders', 'maxStartLineBytes']) {
      for (const value of [0, -1, 1.5, Number.NaN, Infinity])
        throwsFor(() => make({ [name]: value }), RangeError, `options.${name}`);
      for (const value of [null, '1', {}]) throwsFor(() => make({ [name]: value }), TypeError, `options.${name}`);
      make({ [name]: undefined });
    }
    throwsFor(() => make({ maxHeaders: 257 }), RangeError, 'options.maxHeaders');
  }
  for (const value of [-1, 1.5, Infinity])
    throwsFor(() => client({ maxInterimResponses: value }), RangeError, 'options.maxInterimResponses');
  for (const value of [-1, 1.5, 2 ** 53])
    throwsFor(() => client({ maxRefusalBodyBytes: value }), RangeError, 'options.maxRefusalBodyBytes');
});

test('options of the connection are checked at once and reach it', () => {
  for (const make of [client, server]) {
    throwsFor(() => make({ connection: 5 }), TypeError, 'options.connection');
    throwsFor(() => make({ connection: { maxMessageSize: -1 } }), RangeError, 'options.connection.maxMessageSize');
    throwsFor(() => make({ connection: { deliver: 'all' } }), TypeError, 'options.connection.deliver');
  }
  const ours = client({ connection: { maxMessageSize: 3 } });
  ours.receiveData(concat(response(), frame({ opcode: 1, payload: 'four' })));
  assert.equal(eventsOf(ours.connection)[0].kind, 'message_too_large');
  const theirs = asked(concat(request(), frameFor('server', 1, 'x')), {
    connection: { frames: true, deliver: 'payload' },
  });
  assert.deepEqual(
    eventsOf(theirs.accept()).map(({ type }) => type),
    ['frame', 'payload'],
  );
});

test('a client: what is wrong with a response', () => {
  const cases = [
    ['bad_accept', response({ 'Sec-WebSocket-Accept': 'AAAAAAAAAAAAAAAAAAAAAAAAAAA=' })],
    ['bad_upgrade', response({ Upgrade: undefined })],
    ['unexpected_protocol', response({ 'Sec-WebSocket-Protocol': 'chat' })],
    ['unexpected_extension', response({ 'Sec-WebSocket-Extensions': 'permessage-deflate' })],
    ['unexpected_status', response({}, 'HTTP/1.1 200 OK')],
    ['bad_status_line', utf8('SSH-2.0-OpenSSH_9.2\r\n')],
  ];
  for (const [kind, bytes] of cases) {
    for (const places of waysToCut(bytes.length, 4)) {
      const handshake = client();
      for (const chunk of cut(bytes, places)) handshake.receiveData(chunk);
      assert.equal(handshake.state, 'closed');
      assert.equal(handshake.connection, undefined);
      const { error } = handshake;
      assert.ok(error instanceof HandshakeError && error instanceof Error);
      assert.deepEqual([error.name, error.kind, error.code], ['HandshakeError', kind, `WS_ERR_${kind.toUpperCase()}`]);
      assert.match(error.message, new RegExp(`\\(byte ${error.offset}, RFC 6455 §`));
      handshake.receiveData(response());
      assert.equal(handshake.state, 'closed');
      assert.equal(handshake.error, error);
    }
  }
});

test('a client: the chosen subprotocol is one of those offered', () => {
  const choose = (chosen) => {
    const handshake = client({ protocols: ['chat', 'superchat'] });
    handshake.receiveData(response({ 'Sec-WebSocket-Protocol': chosen }));
    return handshake.error?.kind ?? handshake.protocol;
  };
  assert.equal(choose('superchat'), 'superchat');
  assert.equal(choose(undefined), '');
  assert.equal(choose('other'), 'unexpected_protocol');
  assert.equal(choose('CHAT'), 'unexpected_protocol');
  assert.equal(choose('chat, superchat'), 'unexpected_protocol');
});

test('a client: the body of a refusal as it arrives', () => {
  const handshake = client();
  handshake.receiveData(utf8('HTTP/1.1 503 Busy\r\nContent-Length: 6\r\nRetry-After: 1\r\n\r\nabc'));
  assert.deepEqual([handshake.state, handshake.error.kind], ['closed', 'unexpected_status']);
  const before = handshake.response;
  assert.deepEqual([text(before.body), before.bodyComplete], ['abc', false]);
  handshake.receiveData(utf8('d'));
  assert.equal(text(handshake.response.body), 'abcd');
  handshake.receiveData(utf8('ef and more'));
  assert.deepEqual([text(handshake.response.body), handshake.response.bodyComplete], ['abcdef', true]);
  assert.equal(text(before.body), 'abc', 'what was given stays as it was');
  handshake.free();
  assert.equal(text(handshake.response.body), 'abcdef');

  const untilEnd = client();
  untilEnd.receiveData(utf8('HTTP/1.1 404 Not Found\r\n\r\nno length'));
  assert.equal(untilEnd.response.bodyComplete, false);
  untilEnd.receiveEof();
  assert.deepEqual([text(untilEnd.response.body), untilEnd.response.bodyComplete], ['no length', true]);
  assert.equal(untilEnd.error.kind, 'unexpected_status');
});

test('a client: the body of a refusal is bounded, and byte by byte is no more work', () => {
  for (const [maxRefusalBodyBytes, kept] of [
    [undefined, 65_536],
    [10, 10],
    [0, 0],
  ]) {
    const handshake = client({ maxRefusalBodyBytes });
    handshake.receiveData(utf8(`HTTP/1.1 500 x\r\nX-Long: ${'y'.repeat(10_000)}\r\nContent-Length: 70000\r\n\r\n`));
    const byte = Uint8Array.of(0x7a);
    for (let i = 0; i < 70_000; i += 1) handshake.receiveData(byte);
    assert.equal(handshake.response.body.length, kept);
    handshake.free();
  }
});

test('a server: the default is the first of its own protocols that was offered', () => {
  const choose = (offered, protocols, options) => {
    const handshake = asked(request({ 'Sec-WebSocket-Protocol': offered }), { protocols });
    handshake.accept(options);
    return parseHead(outputOf(handshake)).get('Sec-WebSocket-Protocol');
  };
  assert.equal(choose('a, b', ['b', 'a']), 'b');
  assert.equal(choose('a, b', ['c']), undefined);
  assert.equal(choose('a, b', undefined), undefined);
  assert.equal(choose(undefined, ['a']), undefined);
  assert.equal(choose('a, b', ['b', 'a'], { protocol: 'a' }), 'a');
  assert.equal(choose('a, b', ['b', 'a'], { protocol: undefined }), undefined);
  assert.equal(choose('a, b', [], { protocol: 'b' }), 'b');
  for (const protocol of ['c', '', 'A', 5, null]) {
    throwsFor(() => choose('a, b', ['a'], { protocol }), TypeError, 'options.protocol');
  }
});

test('a server: the head of the answer', () => {
  const handshake = asked();
  for (const headers of [{ 'Sec-WebSocket-Accept': 'x' }, { connection: 'x' }]) {
    throwsFor(() => handshake.accept({ headers }), TypeError, 'headers', 'reserved_header');
  }
  throwsFor(() => handshake.accept({ headers: { 'Set-Cookie': 'a\r\nb' } }), TypeError, 'headers');
  throwsFor(() => handshake.accept(5), TypeError, 'options');
  assert.deepEqual(handshake.dataToSend(), []);
  assert.equal(handshake.state, 'connecting');
  handshake.accept({
    headers: [
      ['Set-Cookie', 'a=b'],
      ['Set-Cookie', 'c=d'],
    ],
  });
  assert.deepEqual(parseHead(outputOf(handshake)).headers, [
    ['Upgrade', 'websocket'],
    ['Connection', 'Upgrade'],
    ['Sec-WebSocket-Accept', accept],
    ['Set-Cookie', 'a=b'],
    ['Set-Cookie', 'c=d'],
  ]);
});

test('a server: reject', () => {
  for (const status of [200, 299, 600, 404.5, Number.NaN])
    throwsFor(() => asked().reject(status), RangeError, 'status');
  for (const status of [undefined, null, '404']) throwsFor(() => asked().reject(status), TypeError, 'status');
  throwsFor(() => asked().reject(404, { body: 5 }), TypeError, 'options.body');
  throwsFor(() => asked().reject(404, { headers: { 'Content-Length': '5' } }), TypeError, 'headers', 'reserved_header');
  for (const body of ['Grüße', utf8('Grüße'), utf8('Grüße').buffer]) {
    const handshake = asked(concat(request(), frameFor('server', 1, 'never framed')));
    handshake.reject(401, { headers: { 'WWW-Authenticate': 'Basic' }, body });
    const sent = parseHead(outputOf(handshake));
    assert.deepEqual([sent.status, sent.get('WWW-Authenticate'), sent.get('Content-Length')], [401, 'Basic', '7']);
    assert.equal(sent.get('Connection'), 'close');
    assert.deepEqual(sent.body, utf8('Grüße'));
    assert.deepEqual([handshake.state, handshake.connection, handshake.error], ['closed', undefined, undefined]);
    handshake.receiveData(frameFor('server', 1, 'ignored'));
    assert.deepEqual(handshake.dataToSend(), []);
  }
});

test('a server decides once, and only about a valid request', () => {
  const undecidable = {
    'no request yet': server(),
    'half a request': asked(request().subarray(0, 50)),
    'a refused request': asked(request({ Host: undefined })),
    accepted: asked(),
    rejected: asked(),
  };
  undecidable.accepted.accept();
  undecidable.rejected.reject(404);
  for (const handshake of Object.values(undecidable)) {
    refused(() => handshake.accept(), 'not_open');
    refused(() => handshake.reject(404), 'not_open');
  }
  assert.equal(undecidable['no request yet'].request, undefined);
});

test('a server: origins are a choice', () => {
  for (const origins of [undefined, null, 'https://example.com', '*', {}, 5]) {
    throwsFor(() => new ServerHandshake({ origins }), TypeError, 'options.origins');
  }
  throwsFor(() => new ServerHandshake({ origins: ['https://a', 5] }), TypeError, 'options.origins[1]');
  // What no browser writes would refuse everybody.
  for (const origin of ['a.example', 'https://a.example/', 'https://a.example?', 'https://a b', '*', '']) {
    throwsFor(() => new ServerHandshake({ origins: ['null', origin] }), TypeError, 'options.origins[1]');
  }
  for (const origin of ['null', 'http://[::1]:8080', 'chrome-extension://abc', 'file://'])
    new ServerHandshake({ origins: [origin] });
  throwsFor(() => new ServerHandshake(), TypeError, 'options.origins');
  const status = (origin, origins) => {
    const handshake = asked(request({ Origin: origin }), { origins });
    return handshake.error?.status ?? handshake.request.origin ?? 'none';
  };
  assert.equal(
    status('https://good.example', ['https://other.example', 'https://good.example']),
    'https://good.example',
  );
  assert.equal(status('https://evil.example', ['https://good.example']), 403);
  assert.equal(status('http://good.example', ['https://good.example']), 403);
  assert.equal(status('null', []), 403);
  assert.equal(status('https://any.example', 'any'), 'https://any.example');
  assert.equal(status(undefined, []), 'none');
});

test('a server: limits of the head', () => {
  const status = (bytes, options) => asked(bytes, options).error?.status;
  const padded = (length) => request({ 'X-Padding': 'x'.repeat(length - request({ 'X-Padding': '' }).length) });
  assert.equal(status(padded(16_384)), undefined);
  assert.equal(status(padded(16_385)), 431);
  assert.equal(status(request(), { maxHeaderBytes: request().length }), undefined);
  assert.equal(status(request(), { maxHeaderBytes: request().length - 1 }), 431);
  assert.equal(status(request(), { maxHeaders: 5 }), undefined);
  assert.equal(status(request(), { maxHeaders: 4 }), 431);
  assert.equal(status(request(), { maxStartLineBytes: 18 }), undefined);
  assert.equal(status(request(), { maxStartLineBytes: 17 }), 414);
});

test('a long header field, if the limit allows it', () => {
  const value = 'x'.repeat(300_000);
  const theirs = asked(request({ 'X-Long': value }), { maxHeaderBytes: 1 << 20 });
  assert.equal(theirs.request.headers.at(-1)[1], value);
  const ours = client({ maxHeaderBytes: 1 << 20 });
  ours.receiveData(response({ 'X-Long': value }));
  assert.equal(ours.response.headers.at(-1)[1], value);
});

test('header values beyond ASCII are one character for each byte', () => {
  const bytes = request({ 'X-Latin': '?' });
  bytes[bytes.lastIndexOf('?'.charCodeAt(0))] = 0xe9;
  assert.equal(asked(bytes).request.headers.at(-1)[1], 'é');
});

test('the end of the input', () => {
  for (const handshake of [client(), server(), asked(request().subarray(0, 30))]) {
    handshake.receiveEof();
    assert.deepEqual([handshake.state, handshake.error.kind], ['closed', 'unexpected_eof']);
    handshake.receiveEof();
  }
  assert.equal(asked(request().subarray(0, 30)).error, undefined);

  const open = client();
  open.receiveData(response());
  open.receiveEof();
  assert.equal(eventsOf(open.connection)[0].kind, 'unexpected_eof');

  const deciding = asked(concat(request(), frameFor('server', 8, '')));
  deciding.receiveEof();
  assert.equal(deciding.state, 'connecting');
  assert.deepEqual(
    eventsOf(deciding.accept()).map(({ type }) => type),
    ['close', 'end'],
    'the connection hears of it too',
  );
});

test('bytes are bytes, and a freed handshake says so', () => {
  for (const handshake of [client(), server()]) {
    for (const value of [...strangers, undefined, 'text'])
      throwsFor(() => handshake.receiveData(value), TypeError, 'bytes');
    handshake.receiveData(new Uint8Array());
    assert.equal(handshake.state, 'connecting');
    handshake.free();
    handshake.free();
    refused(() => handshake.receiveData(new Uint8Array()), 'use_after_free');
    refused(() => handshake.receiveEof(), 'use_after_free');
    refused(() => handshake.dataToSend(), 'use_after_free');
  }
  const handshake = asked();
  handshake.free();
  refused(() => handshake.accept(), 'use_after_free');
  refused(() => handshake.reject(404), 'use_after_free');
});

test('the connection outlives its handshake', () => {
  const handshake = asked();
  const connection = handshake.accept();
  outputOf(handshake);
  handshake.free();
  connection.sendText('alive');
  assert.equal(frames(outputOf(connection)).length, 1);
});
