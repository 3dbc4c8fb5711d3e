// What both kinds of peers say over a compressed connection, and the parameters it is said with.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const script = (name) => [process.execPath, fileURLToPath(new URL(name, import.meta.url))];

/** The package's own ends, which take the settings of permessage-deflate. */
export const echoServer = (settings) => [...script('echo-server.mjs'), JSON.stringify(settings)];
export const echoClient = (host, path, settings) => [
  ...script('echo-client.mjs'),
  host,
  path,
  JSON.stringify(settings),
];

const forgets = (serverNoContextTakeover, clientNoContextTakeover) => ({
  serverNoContextTakeover,
  clientNoContextTakeover,
});
const windows = (serverMaxWindowBits, clientMaxWindowBits) => ({ serverMaxWindowBits, clientMaxWindowBits });

/** Takeover on and off on both sides, and every window that all peers can have. */
export const SETTINGS = [
  {},
  forgets(true, false),
  forgets(false, true),
  forgets(true, true),
  ...[9, 10, 11, 12, 13, 14, 15].flatMap((bits) => [
    { ...windows(bits, bits), ...forgets(false, false) },
    { ...windows(bits, 24 - bits), ...forgets(true, true) },
  ]),
];

/** What was agreed, as both ends have to write it. */
export function parametersOf(extensions) {
  const [name, ...parameters] = extensions.split(/;\s*/);
  assert.equal(name, 'permessage-deflate');
  const has = (parameter) => parameters.includes(parameter);
  const bits = (parameter) => {
    const found = parameters.find((one) => one.startsWith(`${parameter}=`));
    return found === undefined ? 15 : Number(found.split('=')[1]);
  };
  return {
    serverNoContextTakeover: has('server_no_context_takeover'),
    clientNoContextTakeover: has('client_no_context_takeover'),
    serverMaxWindowBits: bits('server_max_window_bits'),
    clientMaxWindowBits: bits('client_max_window_bits'),
  };
}

/** The settings with everything that they leave out. */
export const complete = (settings) => ({ ...forgets(false, false), ...windows(15, 15), ...settings });

const words = 'the quick brown fox jumps over the lazy dog, and so on; καὶ τὰ λοιπά 🦊 ';
const text = (size) => words.repeat(Math.ceil(size / words.length)).slice(0, size - (size % 2));

/** Bytes that compress somewhat: noise that comes again after some thousand bytes. */
function bytes(size) {
  const data = Buffer.alloc(size);
  let state = 1;
  for (let i = 0; i < size; i += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    data[i] = i % 7000 < 3000 ? state >>> 24 : data[i - 3000];
  }
  return data;
}

/** Everything that an echo has to give back, with a peer of the package ws. */
export async function converse(socket) {
  for (const size of [0, 1, 190, 2000, 2000, 70_000, 1 << 20]) {
    await echoes(socket, [text(size)]);
    await echoes(socket, [bytes(size)]);
    await echoes(socket, [bytes(size)], { compress: false });
  }
  for (let i = 0; i < 50; i += 1) await echoes(socket, [JSON.stringify({ number: i, words: text(50) })]);
  await echoes(socket, ['Hé', '', '日本', '😀']);
  await echoes(socket, [bytes(70_000), bytes(1), bytes(0), bytes(200)]);
}

async function echoes(socket, fragments, options = {}) {
  const message = once(socket, 'message');
  const binary = typeof fragments[0] !== 'string';
  for (const [i, data] of fragments.entries()) {
    socket.send(data, { compress: true, ...options, binary, fin: i === fragments.length - 1 });
  }
  const [data, isBinary] = await message;
  assert.equal(isBinary, binary);
  const expected = Buffer.concat(fragments.map((part) => Buffer.from(part)));
  assert.ok(expected.equals(data), `${fragments.length} fragments, ${expected.length} bytes`);
}
