// What the package has to do on every runtime. Nothing here belongs to one: the language, the web platform, and the package.

import { parseHead } from '../js/support/http.mjs';
import { concat } from '../js/support/wire.mjs';

/**
 * Runs every check; gives `{ name: 'ok' }`, or what went wrong. `entries`: the entries of the package by their last name, `api` for
 * the first. `vectors`: the lines of tests/vectors.
 */
export const runChecks = (entries, vectors) => run(checks, entries, vectors);

/** The same for `sansocket/slim`, before another entry is loaded: that would bring the module along. `codec`: what `init` takes. */
export const runSlimChecks = (slim, codec) => run(slimChecks, slim, codec);

async function run(checks, ...args) {
  const results = {};
  for (const [name, check] of Object.entries(checks)) {
    try {
      await check(...args);
      results[name] = 'ok';
    } catch (error) {
      results[name] = String(error?.stack ?? error).slice(0, 1000);
    }
  }
  return results;
}

const slimChecks = {
  'slim: the module comes from outside': async ({ init, encodeFrame }, codec) => {
    const ping = () => encodeFrame({ opcode: 9, payload: 'slim' });
    same(throws(ping, 'UsageError').code, 'not_initialized');
    await init(codec);
    same([...ping()], [0x89, 4, 0x73, 0x6c, 0x69, 0x6d]);
  },
};

const checks = {
  'vectors: frames, text, compression': ({ api }, vectors) => {
    const chosen = vectors.filter(({ group, hex }) => /^(frame|utf8|pmd)$/.test(group) && hex !== undefined);
    for (const vector of chosen) for (const size of sizesFor(vector)) checkConnection(api, vector, size);
    atLeast(chosen.length, 250);
  },

  'vectors: requests': ({ api }, vectors) => {
    const chosen = vectors.filter(({ group, hex }) => group === 'handshake-server' && hex !== undefined);
    for (const vector of chosen) for (const size of sizesFor(vector)) checkServer(api, vector, size);
    atLeast(chosen.length, 130);
  },

  'vectors: responses': ({ api }, vectors) => {
    const chosen = vectors.filter(({ group, hex }) => group === 'handshake-client' && hex !== undefined);
    for (const vector of chosen) for (const size of sizesFor(vector)) checkClient(api, vector, size);
    atLeast(chosen.length, 60);
  },

  'the codec: both roles, compression, every length form': ({ api }) => {
    for (const perMessageDeflate of [false, true]) {
      const options = { perMessageDeflate, maxMessageSize: 8 << 20 };
      const client = new api.Connection({ role: 'client', ...options });
      const server = new api.Connection({ role: 'server', ...options });
      for (const length of [0, 1, 125, 126, 65_535, 65_536, 3 << 20]) {
        const text = 'aé日😀'
          .repeat(length / 10)
          .padEnd(length, 'z')
          .slice(0, length);
        client.sendText(text);
        client.sendBinary(new Uint8Array(length).fill(length));
        move(client, server);
        const [first, second] = [...server.events()];
        same(first, { type: 'text', data: text });
        same([second.type, second.data.length], ['binary', length]);
      }
      server.sendPing('ping');
      move(server, client);
      move(client, server);
      same(
        [...server.events()].map(({ type }) => type),
        ['pong'],
      );
      client.sendClose(1000, 'done');
      move(client, server);
      move(server, client);
      same([...server.events()], [{ type: 'close', code: 1000, reason: 'done' }]);
      same([server.writeEnded, client.closeExpected], [true, true]);
      for (const connection of [client, server]) connection.free();
    }
  },

  'texts of every length, one by one and many at once': ({ api }) => {
    const lengths = [1, 31, 32, 33, 125, 126, 255, 256, 300, 5000, 20_000, 70_000];
    const texts = lengths.flatMap((length) => ['x', 'é', '😀'].map((character) => character.repeat(length)));
    const short = Array.from({ length: 50 }, (_, i) => `short ${i}`);
    for (const role of ['client', 'server']) {
      const from = new api.Connection({ role });
      const to = new api.Connection({ role: role === 'client' ? 'server' : 'client' });
      for (const text of texts) {
        from.sendText(text);
        move(from, to);
      }
      for (const text of [...short, ...texts]) from.sendText(text);
      move(from, to);
      const got = [...to.events()].map(({ data }) => data);
      for (const [i, text] of [...texts, ...short, ...texts].entries()) same(got[i], text, `text ${i}`);
      for (const connection of [from, to]) connection.free();
    }
  },

  'masking keys are fresh': ({ api }) => {
    const client = new api.Connection({ role: 'client' });
    const keys = new Set();
    for (let i = 0; i < 1000; i += 1) client.sendText('a');
    for (const frame of api.decodeFrames(concat(...client.dataToSend()))) keys.add(String(frame.maskingKey));
    client.free();
    atLeast(keys.size, 999);
  },

  'frames: there and back': ({ api }) => {
    const bytes = api.encodeFrame({ opcode: 1, payload: 'Hello', maskingKey: Uint8Array.of(0x37, 0xfa, 0x21, 0x3d) });
    same([...bytes], [0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58]);
    same(new TextDecoder().decode([...api.decodeFrames(bytes)][0].payload), 'Hello');
  },

  'the class over memory, with compression': async ({ websocket, adapters, server }) => {
    const [near, far] = adapters.transportPair();
    const peer = server.acceptStream(far, { origins: 'any', protocols: ['chat'], perMessageDeflate: true });
    peer.binaryType = 'arraybuffer';
    peer.onmessage = ({ data }) => peer.send(data);
    const WebSocket = websocket.createWebSocketClass(() => near, { perMessageDeflate: true });
    const socket = new WebSocket('ws://in.memory/path', 'chat');
    socket.binaryType = 'arraybuffer';
    await event(socket, 'open');
    same([socket.protocol, socket.extensions, peer.url], ['chat', 'permessage-deflate', 'ws://in.memory/path']);
    for (const data of ['Grüße '.repeat(1000), new Uint8Array(100_000).fill(7), new Blob(['blob'])]) {
      const reply = event(socket, 'message');
      socket.send(data);
      const { data: received } = await reply;
      if (typeof data === 'string') same(received, data);
      else same([...new Uint8Array(received)], [...new Uint8Array(data.buffer ?? (await data.arrayBuffer()))]);
    }
    const closed = event(socket, 'close');
    socket.close(3000, 'bye');
    const { code, reason, wasClean } = await closed;
    // The answer has the code, and no reason.
    same([code, reason, wasClean], [3000, '', true]);
  },

  'faults of a peer are events': async ({ websocket, adapters, server }) => {
    const [near, far] = adapters.transportPair();
    const peer = server.acceptStream(far, { handshake: 'none' });
    const failed = event(peer, 'error');
    const closed = event(peer, 'close');
    const writer = near.writable.getWriter();
    await writer.write(Uint8Array.of(0x81, 0x00));
    const { error } = await failed;
    same([error.code, error.closeCode, error.offset], ['WS_ERR_EXPECTED_MASK', 1002, 1]);
    same((await closed).code, 1006);
    same(typeof websocket.OpeningError, 'function');
  },

  'captures: records, findings, frames in any order': async ({ api, inspect }) => {
    const client = api.encodeFrame({ opcode: 1, payload: 'Hello', masked: true });
    const server = api.encodeFrame({ opcode: 1, payload: new Uint8Array([0x61, 0xff]) });
    const found = [];
    for await (const record of inspect.inspect({ client, server: new Blob([server]) })) found.push(record);
    same(
      found.filter(({ type }) => type === 'frame').map(({ dir, payload }) => [dir, payload]),
      [
        ['c2s', { text: 'Hello' }],
        ['s2c', { base64: 'Yf8=' }],
      ],
    );
    const { ok, violations } = await inspect.lint({ client, server });
    same([ok, violations.map(({ id, n, payloadAt }) => [id, n, payloadAt])], [false, [['utf8-invalid', 2, 1]]]);
    const capture = await inspect.openCapture({ client, server });
    same([...capture.search('dir == c2s')], [1]);
    same(new TextDecoder().decode(capture.bytes(1)), 'Hello');
    capture.free();
    same(throws(() => inspect.inspect(client, { filter: 'len >' }), 'FilterError').code, 'invalid_filter');
  },

  'faults of the caller are thrown, and change nothing': ({ api }) => {
    const client = new api.Connection({ role: 'client' });
    throws(() => client.sendBinary('text'), 'TypeError');
    throws(() => client.sendClose(1005), 'RangeError');
    throws(() => client.sendPing(new Uint8Array(126)), 'RangeError');
    same(client.dataToSend(), []);
    client.free();
    client.free();
    same(throws(() => client.sendText('a'), 'UsageError').code, 'use_after_free');
  },
};

/** Whole, by bytes, and in pieces of 7. */
const sizesFor = ({ hex }) => [Math.max(1, hex.length / 2), 1, 7];

const bytesOf = ({ hex }) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

function feed(target, vector, size) {
  const bytes = bytesOf(vector);
  for (let at = 0; at < bytes.length; at += size) target.receiveData(bytes.subarray(at, at + size));
}

function checkConnection({ Connection }, vector, size) {
  const { id, role, options, expect } = vector;
  const { pmd, max_message: maxMessageSize, max_frame: maxFrameSize, max_fragments: maxFragments } = options;
  const perMessageDeflate = pmd && {
    serverMaxWindowBits: pmd.window_bits,
    clientMaxWindowBits: pmd.window_bits,
    serverNoContextTakeover: pmd.no_context_takeover,
    clientNoContextTakeover: pmd.no_context_takeover,
  };
  const connection = new Connection({ role, maxMessageSize, maxFrameSize, maxFragments, perMessageDeflate });
  feed(connection, vector, size);
  const events = [...connection.events()];
  connection.free();
  const error = events.at(-1)?.type === 'error' ? events.pop().error : undefined;
  same(events.map(written), expect.events, id);
  same(error?.kind ?? null, expect.error, id);
  if (error === undefined) return;
  const codes = [expect.close_code, ...(expect.close_code_any ?? [])];
  if (!codes.includes(error.closeCode)) throw new Error(`${id}: ${error.closeCode}`);
  // What a decoder reads of compressed data before it decides is its own.
  if (vector.group !== 'pmd') same(error.offset, expect.detect_by - 1, id);
}

function checkServer({ ServerHandshake }, vector, size) {
  const { id, options, expect } = vector;
  const handshake = new ServerHandshake({
    origins: options.origins ?? 'any',
    protocols: options.protocols,
    perMessageDeflate: options.pmd,
  });
  feed(
    {
      receiveData(bytes) {
        handshake.receiveData(bytes);
        if (handshake.state === 'connecting' && handshake.request) handshake.accept();
      },
    },
    vector,
    size,
  );
  const sent = parseHead(concat(...handshake.dataToSend()));
  same(handshake.error?.kind ?? null, expect.error, id);
  same(sent.status, expect.status, id);
  same(handshake.state, expect.error === null ? 'open' : 'closed', id);
  same(sent.get('Sec-WebSocket-Accept'), expect.accept, id);
  if (expect.path !== undefined) same(handshake.request.path, expect.path, id);
  if (expect.extensions !== undefined) same(sent.get('Sec-WebSocket-Extensions'), expect.extensions[0], id);
  for (const [name, value] of Object.entries(expect.response_header ?? {})) same(sent.get(name), value, id);
  same([...(handshake.connection?.events() ?? [])].map(written), [], id);
  handshake.connection?.free();
  handshake.free();
}

function checkClient({ ClientHandshake }, vector, size) {
  const { id, options, expect } = vector;
  const handshake = new ClientHandshake({
    host: 'server.example.com',
    path: '/chat',
    key: options.key,
    protocols: options.protocols,
    perMessageDeflate: options.offer !== undefined,
  });
  feed(handshake, vector, size);
  same(handshake.error?.kind ?? null, expect.error, id);
  same(handshake.state, expect.error === null ? 'open' : 'closed', id);
  if (expect.status !== undefined) same(handshake.response.status, expect.status, id);
  same([...(handshake.connection?.events() ?? [])].map(written), expect.events ?? [], id);
  handshake.connection?.free();
  handshake.free();
}

/** An event as the vectors write it: bytes as digits, and of a long text its length. */
function written({ type, data, ...more }) {
  if (data === undefined) return { type, ...more };
  if (typeof data === 'string') return data.length > 1000 ? { type, len: data.length } : { type, data };
  return { type, hex: Array.from(data, (byte) => byte.toString(16).padStart(2, '0')).join('') };
}

const move = (from, to) => {
  for (const bytes of from.dataToSend()) to.receiveData(bytes);
};

const event = (target, type) => new Promise((resolve) => target.addEventListener(type, resolve, { once: true }));

function same(actual, expected, context = '') {
  const [a, b] = [actual, expected].map((value) => JSON.stringify(sorted(value)));
  if (a !== b) throw new Error(`${context}: ${a?.slice(0, 300)} instead of ${b?.slice(0, 300)}`);
}

/** Objects with their keys in one order. */
function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, one]) => [key, sorted(one)]),
  );
}

function atLeast(count, least) {
  if (!(count >= least)) throw new Error(`${count}, and not at least ${least}`);
}

function throws(run, name) {
  try {
    run();
  } catch (error) {
    if (error.name !== name) throw error;
    return error;
  }
  throw new Error(`no ${name}`);
}
