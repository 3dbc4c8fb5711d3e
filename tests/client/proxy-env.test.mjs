// The proxy that the environment asks for.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect, proxyFromEnvironment } from 'sansocket/client';
import { proxyServer } from './support/proxy.mjs';
import { echo, tcpServer } from './support/servers.mjs';
import { assertEcho, errorOf, requestFor } from './support/transport.mjs';

const hostFor = (url, env) => proxyFromEnvironment(url, env)?.hostname;

test('variables by the scheme, in their order', () => {
  const all = {
    ws_proxy: 'http://ws',
    wss_proxy: 'http://wss',
    https_proxy: 'http://https',
    http_proxy: 'http://http',
    all_proxy: 'http://all',
  };
  const order = (url) => {
    const env = { ...all };
    const found = [];
    for (let host = hostFor(url, env); host !== undefined; host = hostFor(url, env)) {
      found.push(host);
      delete env[`${host}_proxy`];
    }
    return found;
  };
  // A proxy for HTTPS is preferred for both (RFC 6455 §4.1).
  assert.deepEqual(order('ws://server.test/'), ['ws', 'https', 'http', 'all']);
  assert.deepEqual(order('wss://server.test/'), ['wss', 'https', 'all']);
  assert.deepEqual(order('ftp://server.test/'), []);
});

test('upper case counts where lower case is missing or empty', () => {
  assert.equal(hostFor('wss://server.test/', { HTTPS_PROXY: 'http://upper' }), 'upper');
  assert.equal(hostFor('wss://server.test/', { ALL_PROXY: 'http://upper' }), 'upper');
  assert.equal(hostFor('ws://server.test/', { HTTP_PROXY: 'http://upper' }), 'upper');
  assert.equal(hostFor('wss://server.test/', { https_proxy: 'http://lower', HTTPS_PROXY: 'http://upper' }), 'lower');
  assert.equal(hostFor('wss://server.test/', { https_proxy: '', HTTPS_PROXY: 'http://upper' }), 'upper');
  assert.equal(hostFor('ws://s.test/', { http_proxy: 'http://p', NO_PROXY: 's.test' }), undefined);
});

test("in a CGI program HTTP_PROXY is a stranger's header field (CVE-2016-5385)", () => {
  const env = { HTTP_PROXY: 'http://stranger', REQUEST_METHOD: 'GET' };
  assert.equal(hostFor('ws://server.test/', env), undefined);
  assert.equal(hostFor('ws://server.test/', { ...env, http_proxy: 'http://own' }), 'own');
});

test('a proxy may be written without its scheme; of another kind it is refused, not passed by', () => {
  assert.equal(
    proxyFromEnvironment('wss://s.test/', { https_proxy: 'u:p@proxy.test:3128' })?.href,
    'http://u:p@proxy.test:3128/',
  );
  assert.throws(() => proxyFromEnvironment('wss://s.test/', { ALL_PROXY: 'socks5://u:secret@proxy.test' }), {
    name: 'TypeError',
    message: '"ALL_PROXY" expected an http: or https: URL, got one of socks5:',
  });
});

test('no_proxy', () => {
  const table = [
    // entries, hosts that they name, hosts that they do not
    ['*', ['a.test', '10.0.0.1', '[::1]'], []],
    ['', [], ['a.test', 'localhost', '127.0.0.1']],
    ['a.test', ['a.test', 'A.TEST', 'a.test.', 'b.a.test', 'a.test:8080'], ['ba.test', 'test', 'a.test.b']],
    ['.a.test', ['a.test', 'b.a.test'], ['ba.test']],
    ['*.a.test', ['a.test', 'b.a.test'], ['ba.test']],
    ['A.Test.', ['a.test'], ['b.test']],
    ['a.test:8080', ['a.test:8080', 'b.a.test:8080'], ['a.test', 'a.test:8081']],
    ['a.test:80', ['a.test', 'a.test:80'], ['a.test:8080']],
    ['x.test, a.test', ['x.test', 'a.test'], ['y.test']],
    ['x.test  a.test,,', ['x.test', 'a.test'], ['y.test']],
    ['localhost', ['localhost', 'a.localhost'], ['127.0.0.1']],
    ['10.0.0.1', ['10.0.0.1', '10.0.0.1:8080'], ['10.0.0.10', '110.0.0.1']],
    ['10.0.0.1:8080', ['10.0.0.1:8080'], ['10.0.0.1']],
    // A part of an address is no domain.
    ['0.0.1', [], ['10.0.0.1']],
    ['10.0.0.0/8', ['10.0.0.1', '10.255.255.255'], ['11.0.0.1', 'a.test', '[::1]']],
    ['192.168.1.0/25', ['192.168.1.127'], ['192.168.1.128']],
    ['0.0.0.0/0', ['1.2.3.4'], ['[::1]']],
    ['10.0.0.0/33', [], ['10.0.0.1']],
    ['10.0.0.0/', [], ['10.0.0.1', '0.0.0.0']],
    ['a.test/8', [], ['a.test']],
    ['::1', ['[::1]', '[0:0:0:0:0:0:0:1]'], ['[::2]', '127.0.0.1']],
    ['0:0:0:0:0:0:0:1', ['[::1]'], []],
    ['[::1]', ['[::1]', '[::1]:8080'], ['[::2]']],
    ['[::1]:8080', ['[::1]:8080'], ['[::1]']],
    ['fd00::/8', ['[fd12::1]'], ['[fe80::1]', '10.0.0.1']],
    [':8080', [], ['a.test:8080']],
    ['.', [], ['a.test']],
  ];
  for (const [list, named, others] of table) {
    const env = { all_proxy: 'http://proxy', no_proxy: list };
    for (const host of named) assert.equal(hostFor(`ws://${host}/`, env), undefined, `${list} names ${host}`);
    for (const host of others) assert.equal(hostFor(`ws://${host}/`, env), 'proxy', `${list} does not name ${host}`);
  }
});

test('connect looks at the environment with every connection, unless it is told not to', async (t) => {
  const server = await tcpServer(t, echo);
  const proxy = await proxyServer(t);
  const request = requestFor(`ws://127.0.0.1:${server.port}/`);
  const byDefault = connect();
  t.after(() => {
    for (const name of ['https_proxy', 'no_proxy']) delete process.env[name];
  });

  process.env.https_proxy = `http://127.0.0.1:${proxy.port}`;
  await assertEcho(await byDefault(request));
  assert.equal(proxy.requests.length, 1);
  await assertEcho(await connect({ proxy: false })(request));
  assert.equal(proxy.requests.length, 1);

  process.env.no_proxy = '127.0.0.0/8';
  await assertEcho(await byDefault(request));
  assert.equal(proxy.requests.length, 1);

  delete process.env.no_proxy;
  process.env.https_proxy = 'socks5://127.0.0.1';
  const error = await errorOf(byDefault(request));
  assert.equal(error.message, 'no proxy: "https_proxy" expected an http: or https: URL, got one of socks5:');
  assert.equal(error.code, 'ERR_PROXY');
});
