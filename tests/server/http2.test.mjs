// acceptHttp2: WebSockets as streams of HTTP/2 (RFC 8441).

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:http2';
import { test } from 'node:test';
import { Connection } from 'sansocket';
import { acceptHttp2 } from 'sansocket/server';
import { ended, isOpen } from './support.mjs';

async function serving(t, options) {
  const server = createServer({ settings: { enableConnectProtocol: true } });
  const peers = [];
  server.on('stream', (stream, headers) => {
    const peer = acceptHttp2(stream, headers, options);
    peers.push({ peer, end: ended(peer) });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const session = connect(`http://127.0.0.1:${server.address().port}`);
  t.after(() => {
    session.destroy();
    server.close();
  });
  await once(session, 'remoteSettings');
  return {
    peers,
    request: (fields) =>
      session.request(
        {
          ':method': 'CONNECT',
          ':protocol': 'websocket',
          ':path': '/chat',
          ':scheme': 'https',
          ':authority': 'server.example',
          'sec-websocket-version': '13',
          ...fields,
        },
        { endStream: false },
      ),
  };
}

test('an extended CONNECT is answered with 200, and is a connection', async (t) => {
  const { peers, request } = await serving(t, {
    origins: ['https://app.example'],
    protocols: ['chat'],
    perMessageDeflate: true,
    headers: [
      ['set-cookie', 'a=1'],
      ['set-cookie', 'b=2'],
    ],
  });
  const stream = request({
    origin: 'https://app.example',
    'sec-websocket-protocol': 'superchat, chat',
    'sec-websocket-extensions': 'permessage-deflate',
  });
  const [headers] = await once(stream, 'response');
  assert.equal(headers[':status'], 200);
  assert.equal(headers['sec-websocket-protocol'], 'chat');
  assert.match(headers['sec-websocket-extensions'], /^permessage-deflate/);
  assert.deepEqual(headers['set-cookie'], ['a=1', 'b=2']);
  for (const name of ['upgrade', 'connection', 'sec-websocket-accept']) assert.equal(headers[name], undefined);

  const [{ peer, end }] = peers;
  assert.deepEqual([peer.url, peer.protocol], ['wss://server.example/chat', 'chat']);
  peer.onmessage = ({ data }) => peer.send(data);
  const client = new Connection({ role: 'client', perMessageDeflate: true });
  client.sendText('over HTTP/2');
  for (const bytes of client.dataToSend()) stream.write(bytes);
  const [chunk] = await once(stream, 'data');
  client.receiveData(chunk);
  assert.deepEqual([...client.events()], [{ type: 'text', data: 'over HTTP/2' }]);

  client.sendClose(1000, 'done');
  for (const bytes of client.dataToSend()) stream.write(bytes);
  stream.resume();
  await once(stream, 'end');
  stream.end();
  assert.deepEqual(await end, { code: 1000, reason: 'done', wasClean: true, error: undefined });
});

test('refusals', async (t) => {
  const authenticate = ({ path }) => (path === '/secret' ? { status: 401, body: 'no' } : undefined);
  const { peers, request } = await serving(t, { origins: ['https://app.example'], authenticate });
  const origin = 'https://app.example';
  for (const [fields, status, body] of [
    [{ origin: 'https://elsewhere.example' }, 403],
    [{ origin, 'sec-websocket-version': '8' }, 426],
    [{ origin, ':path': '/secret' }, 401, 'no'],
    [{ origin, ':protocol': 'connect-udp' }, 501],
  ]) {
    const stream = request(fields);
    const [headers] = await once(stream, 'response');
    assert.equal(headers[':status'], status);
    const { end } = peers.at(-1);
    let text = '';
    stream.setEncoding('utf8');
    for await (const piece of stream) text += piece;
    if (body !== undefined) assert.equal(text, body);
    stream.end();
    const { code, error } = await end;
    assert.equal(code, 1006);
    assert.ok(error instanceof Error);
  }
});

test('a stream that is reset is a loss', async (t) => {
  const { peers, request } = await serving(t, { origins: 'any' });
  const stream = request();
  await once(stream, 'response');
  const [{ peer, end }] = peers;
  await isOpen(peer);
  stream.close(8);
  const { code, wasClean, error } = await end;
  assert.deepEqual([code, wasClean], [1006, false]);
  assert.match(error.message, /was lost/);
});
