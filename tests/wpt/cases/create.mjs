// The constructor: URLs, subprotocols, options.

import { equal, ok, throwsDom, throwsTypeError } from '../assert.mjs';
import { Log, withBase } from '../context.mjs';
import { quiet } from '../time.mjs';

const refusesProtocols = (protocols) => (t) =>
  throwsDom('SyntaxError', () => new t.WebSocket(t.url('/echo'), protocols));

/** Opens with these protocols, and closes. */
const opensAndCloses = (protocols, whenOpen) => async (t) => {
  const { socket, log } = t.connect('/echo', protocols);
  await log.event('open');
  equal(socket.readyState, 1, 'readyState');
  whenOpen?.(socket);
  socket.close();
  equal((await log.event('close')).wasClean, true, 'wasClean');
  equal(log.types, ['open', 'close'], 'the events');
};

const mayBeMade = (url) => (t) => {
  new t.WebSocket(url);
};

/** In the events of this socket: it came to be open. */
const opensAt = (url) => async (t) => {
  const socket = new t.WebSocket(url);
  const log = new Log(socket);
  await log.event('open');
  equal(log.types, ['open'], 'the events');
};

/** A message tells the protocol that the server saw; it is the socket's. */
const agreesOn = (protocols, path, expected) => async (t) => {
  const { socket, log } = t.connect(path, protocols);
  const { data } = await log.event('message');
  equal([socket.protocol, data], [expected, expected], 'the protocol here and there');
  socket.close();
  await log.event('close');
  await quiet();
  equal(log.types, ['open', 'message', 'close'], 'the events');
};

export const files = {
  'Create-asciiSep-protocol-string.any.js': refusesProtocols('/echo'),
  'Create-nonAscii-protocol-string.any.js': refusesProtocols('\u0080echo'),
  'Create-protocol-with-space.any.js': refusesProtocols('ec ho'),
  'Create-protocols-repeated.any.js': refusesProtocols(['echo', 'echo']),
  'Create-protocols-repeated-case-insensitive.any.js': refusesProtocols(['echo', 'eCho']),

  'Create-extensions-empty.any.js': async (t) => {
    const { socket } = await t.open('/handshake_no_extensions');
    equal(socket.extensions, '', 'extensions');
  },

  'Create-http-urls.any.js': (t) => {
    for (const [given, url] of [
      ['http://server.test:8666/', 'ws://server.test:8666/'],
      ['https://server.test/a?b', 'wss://server.test/a?b'],
    ]) {
      const socket = new t.WebSocket(given);
      equal(socket.url, url, 'url');
      socket.close();
    }
  },

  'Create-invalid-urls.any.js': Object.fromEntries(
    [
      'ws://foo bar.com/',
      'wss://foo bar.com/',
      'ftp://server.test/',
      'mailto:example@example.org',
      'about:blank',
      'http://server.test/#',
      'http://server.test/#test',
      '#test',
    ].map((url) => [url, (t) => withBase(() => throwsDom('SyntaxError', () => new t.WebSocket(url)))]),
  ),

  'Create-non-absolute-url.any.js': Object.fromEntries(
    ['test', '?', null, 123].map((given) => [
      String(given),
      (t) =>
        withBase((base) => {
          const expected = new URL(given, base).href.replace(/^http/, 'ws');
          const socket = new t.WebSocket(given);
          equal(socket.url, expected, 'url');
          socket.close();
        }),
    ]),
  ),

  'Create-url-with-space.any.js': (t) => throwsDom('SyntaxError', () => new t.WebSocket('ws://web platform.test/echo')),

  'Create-url-with-windows-1252-encoding.html': (t) =>
    withBase(() => {
      for (const given of [t.url('/?\u20AC'), '/?\u20AC']) {
        const socket = new t.WebSocket(given);
        ok(socket.url.endsWith('/?%E2%82%AC'), `UTF-8 in ${socket.url}`);
        socket.close();
      }
    }),

  'Create-valid-url.any.js': opensAndCloses(undefined),
  'Create-valid-url-array-protocols.any.js': opensAndCloses(['echo', 'chat']),
  'Create-valid-url-protocol.any.js': opensAndCloses('echo'),
  'Create-valid-url-protocol-string.any.js': opensAndCloses('echo'),
  'Create-valid-url-protocol-setCorrectly.any.js': opensAndCloses('echo', (socket) =>
    equal(socket.protocol, 'echo', 'protocol'),
  ),
  'Create-valid-url-binaryType-blob.any.js': opensAndCloses(undefined, (socket) =>
    equal(socket.binaryType, 'blob', 'binaryType'),
  ),
  'Create-valid-url-protocol-empty.any.js': (t) => {
    const { socket } = t.connect('/echo', 'echo');
    equal(socket.protocol, '', 'protocol before the connection is open');
    socket.close();
  },

  'basic-auth.any.js': async (t) => {
    await new Log(new t.WebSocket('ws://foo:bar@server.test:8666/basic_auth')).event('open');
  },

  'referrer.any.js': async (t) => {
    const { log } = t.connect('/referrer');
    equal((await log.event('message')).data, 'none', 'the Referer field');
  },

  'constructor.any.js': (t) => {
    const socket = new t.WebSocket(t.url('/echo'), 'echo', 'one argument more');
    ok(socket instanceof t.WebSocket, 'an instance of the class');
  },

  'constructor/001.html': (t) => throwsTypeError(() => new t.WebSocket()),

  'constructor/004.html': {
    'the empty string': refusesProtocols(''),
    'control characters': (t) => {
      for (let code = 0x01; code < 0x20; code += 1) refusesProtocols(`a${String.fromCharCode(code)}b`)(t);
    },
    'U+007F to U+00FF': (t) => {
      for (let code = 0x7f; code < 0x100; code += 1) refusesProtocols(`a${String.fromCharCode(code)}b`)(t);
    },
  },

  'constructor/005.html': (t) => {
    ok(new t.WebSocket(t.url('/empty-message')) instanceof t.WebSocket, 'an instance of the class');
  },

  'constructor/006.html': async (t) => {
    // An <a> there; what counts is that it is made a string.
    const socket = new t.WebSocket({ toString: () => t.url('/echo') });
    const log = new Log(socket);
    equal(socket.url, t.url('/echo'), 'url');
    await log.event('open');
    socket.send('test');
    equal((await log.event('message')).data, 'test', 'the message');
    socket.close();
    await log.event('close');
    await quiet();
    equal(log.types, ['open', 'message', 'close'], 'the events');
  },

  'constructor/007.html': refusesProtocols('a\u0000b'),

  'constructor/008.html': {
    'ws on port 80': mayBeMade('ws://example.invalid:80/'),
    'ws on port 443': mayBeMade('ws://example.invalid:443/'),
    'wss on port 80': mayBeMade('wss://example.invalid:80/'),
    'wss on port 443': mayBeMade('wss://example.invalid:443/'),
  },

  'constructor/009.html': agreesOn('foobar', '/protocol', 'foobar'),

  'constructor/010.html': async (t) => {
    const { log } = t.connect('/handshake_protocol');
    const { code, wasClean } = await log.event('close');
    equal([code, wasClean], [1006, false], 'code and wasClean');
    equal(log.types, ['error', 'close'], 'the events');
  },

  'constructor/011.html': async (t) => {
    const { log } = t.connect('/handshake_protocol', 'FOOBAR');
    await log.event('close');
    equal(log.types, ['error', 'close'], 'the events');
  },

  'constructor/012.html': async (t) => {
    const { log } = t.connect('/handshake_no_protocol', 'foobar');
    await log.event('close');
    await quiet();
    equal(log.types, ['error', 'close'], 'the events');
  },

  'constructor/013.html': async (t) => {
    await Promise.all(
      Array.from({ length: 25 }, async (_, id) => {
        const { socket, log } = await t.open('/echo');
        socket.send(id);
        equal((await log.event('message')).data, String(id), 'the message');
        socket.close();
        await log.event('close');
        equal(log.types, ['open', 'message', 'close'], 'the events');
      }),
    );
    equal(t.server.connections, 25, 'connections');
  },

  'constructor/016.html': async (t) => {
    const { log } = t.connect('/echo-query?åäö');
    equal((await log.event('message')).data, '%C3%A5%C3%A4%C3%B6', 'the query at the server');
  },

  'constructor/017.html': {
    'no slash': mayBeMade('ws:server.test:8666/echo'),
    'one slash': mayBeMade('ws:/server.test:8666/echo'),
  },

  'constructor/018.html': async (t) => {
    const { log } = t.connect('/echo-query?x\u0000y\u0000');
    equal((await log.event('message')).data, 'x%00y', 'the query at the server');
  },

  'constructor/019.html': opensAt('WS://server.test:8666/echo'),
  'constructor/020.html': opensAt('ws://SERVER.TEST:8666/echo'),
  'constructor/021.html': refusesProtocols(['foobar, foobar']),
  'constructor/022.html': agreesOn(['foobar', 'foobar2'], '/protocol_array', 'foobar'),

  'constructor/option-bag.any.js': {
    empty: async (t) => {
      await t.open('/echo', {});
    },
    protocols: agreesOn({ protocols: ['foobar', 'foobar2'] }, '/protocol_array', 'foobar'),
  },

  'constructor/third-param-ignored.any.js': Object.fromEntries(
    [
      ['after undefined', undefined, ''],
      ['after a string', 'echo', 'echo'],
      ['after a list', ['echo'], 'echo'],
    ].map(([name, protocols, expected]) => [
      name,
      async (t) => {
        const { socket, log } = await t.open('/echo', protocols, {});
        equal(socket.protocol, expected, 'protocol');
        socket.close();
        await log.event('close');
        equal(log.types, ['open', 'close'], 'the events');
      },
    ]),
  ),
};
