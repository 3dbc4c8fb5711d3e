// The signal of a request, at every stage: no promise waits on, and no socket stays open.

import assert from 'node:assert/strict';
import { createServer } from 'node:http2';
import { test } from 'node:test';
import { connect } from 'sansocket/client';
import { proxyServer } from './support/proxy.mjs';
import { ca, listening, tcpServer, tlsServer } from './support/servers.mjs';
import { errorOf, requestFor } from './support/transport.mjs';

const settings = { enableConnectProtocol: true };

/** A server of HTTP/2 without TLS, which says nothing to a request. */
async function muteHttp2Server(t, onStream) {
  const server = createServer({ settings });
  server.on('stream', (stream) => {
    stream.on('error', () => {});
    onStream(stream);
  });
  return listening(t, server);
}

/** Lets the client read what was written: it may be aborted before, too, but that is another stage. */
async function turns() {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Each gives a server, the options and the URL, and calls `there` when the stage is reached. */
const stages = {
  'the name is looked up': async (_t, there) => {
    const lookup = () => there();
    return { options: { tcp: { lookup } }, url: 'ws://server.test/' };
  },
  'TLS begins': async (t, there) => {
    const server = await tcpServer(t, (socket) => socket.once('data', there));
    return { server, url: `wss://127.0.0.1:${server.port}/` };
  },
  'TLS with the proxy begins': async (t, there) => {
    const server = await tcpServer(t, (socket) => socket.once('data', there));
    return { server, options: { proxy: `https://127.0.0.1:${server.port}` }, url: 'ws://server.test/' };
  },
  'the proxy is asked': async (t, there) => {
    const server = await proxyServer(t, { answer: there });
    return { server, options: { proxy: `http://127.0.0.1:${server.port}` }, url: 'ws://server.test/' };
  },
  'an https: proxy is asked': async (t, there) => {
    const server = await proxyServer(t, { tls: true, answer: there });
    const proxy = { url: `https://127.0.0.1:${server.port}`, tls: { ca } };
    return { server, options: { proxy }, url: 'ws://server.test/' };
  },
  'the proxy refuses, slowly': async (t, there) => {
    const answer = (socket) => {
      socket.write('HTTP/1.1 403 Forbidden\r\nContent-Length: 5\r\n\r\n');
      socket.write('No', () => turns().then(there));
    };
    const server = await proxyServer(t, { answer });
    return { server, options: { proxy: `http://127.0.0.1:${server.port}` }, url: 'ws://server.test/' };
  },
  'TLS begins in a tunnel': async (t, there) => {
    const server = await tcpServer(t, (socket) => socket.once('data', there));
    const proxy = await proxyServer(t, { to: server.port });
    return { server: proxy, options: { proxy: `http://127.0.0.1:${proxy.port}` }, url: 'wss://server.test/' };
  },
  'TLS begins in a tunnel of TLS': async (t, there) => {
    const server = await tcpServer(t, (socket) => socket.once('data', there));
    const proxy = await proxyServer(t, { tls: true, to: server.port });
    const options = { proxy: { url: `https://127.0.0.1:${proxy.port}`, tls: { ca } } };
    return { server: proxy, options, url: 'wss://server.test/' };
  },
  'HTTP/2 begins': async (t, there) => {
    const server = await tlsServer(t, { ALPNProtocols: ['h2'] }, (socket) => socket.once('data', there));
    return { server, options: { http2: true, tls: { ca } }, url: `wss://localhost:${server.port}/` };
  },
  'HTTP/2 waits for the answer': async (t, there) => {
    const server = await muteHttp2Server(t, there);
    return { server, options: { http2: true }, url: `ws://127.0.0.1:${server.port}/` };
  },
  'HTTP/2 refuses, slowly': async (t, there) => {
    const server = await muteHttp2Server(t, (stream) => {
      stream.respond({ ':status': 403 });
      stream.write('No', () => turns().then(there));
    });
    return { server, options: { http2: true }, url: `ws://127.0.0.1:${server.port}/` };
  },
};

for (const [name, prepare] of Object.entries(stages)) {
  test(`abort while ${name}`, async (t) => {
    const controller = new AbortController();
    const reason = new Error('not wanted any more');
    let reached;
    const there = new Promise((resolve) => {
      reached = () => resolve();
    });
    const { server, options, url } = await prepare(t, reached);
    const failure = errorOf(connect(options)(requestFor(url, { signal: controller.signal })));
    await there;
    controller.abort(reason);
    assert.equal(await failure, reason);
    await server?.idle();
  });
}

test('aborted before it began, nothing is tried', async () => {
  const signal = AbortSignal.abort(new Error('never wanted'));
  const lookup = () => assert.fail('a name is looked up');
  assert.equal(await errorOf(connect({ tcp: { lookup } })(requestFor('ws://server.test/', { signal }))), signal.reason);
});

test('aborted by what it calls itself, it ends as well', async () => {
  const controller = new AbortController();
  const { signal } = controller;
  const lookup = () => controller.abort();
  assert.equal(await errorOf(connect({ tcp: { lookup } })(requestFor('ws://server.test/', { signal }))), signal.reason);
});
