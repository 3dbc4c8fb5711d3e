// The peer ws, as a client or as a server: what is said to an echo, whoever connected to whom.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';

/** Around each border of the length forms, and up to 16 MiB. */
const SIZES = [0, 1, 125, 126, 127, 65_535, 65_536, 70_000, 1 << 20, 16 << 20];

/** Everything that an echo has to give back. */
export async function converse(socket) {
  for (const size of SIZES) {
    await echoes(socket, bytes(size));
    await echoes(socket, text(size));
  }
  await echoesFragments(socket, ['Hé', '', '日本', '😀']);
  await echoesFragments(socket, [bytes(70_000), bytes(1), bytes(0), bytes(200)]);
  // A code point cut by fragments.
  await echoesFragments(
    socket,
    [...Buffer.from('κόσμε')].map((byte) => Buffer.of(byte)),
    { binary: false },
  );

  for (const data of ['', 'ping', 'x'.repeat(125)]) {
    const pong = once(socket, 'pong');
    socket.ping(data);
    assert.equal(String((await pong)[0]), data);
  }
  // Control frames between fragments.
  const [pong, message] = [once(socket, 'pong'), once(socket, 'message')];
  socket.send('be', { fin: false });
  socket.ping('between');
  socket.send('tween', { fin: true });
  assert.equal(String((await pong)[0]), 'between');
  assert.equal(String((await message)[0]), 'between');
}

async function echoes(socket, data) {
  const message = once(socket, 'message');
  socket.send(data);
  same(await message, data, typeof data !== 'string');
}

async function echoesFragments(socket, fragments, { binary = typeof fragments[0] !== 'string' } = {}) {
  const message = once(socket, 'message');
  fragments.forEach((fragment, index) => {
    socket.send(fragment, { binary, fin: index === fragments.length - 1 });
  });
  same(await message, Buffer.concat(fragments.map((fragment) => Buffer.from(fragment))), binary);
}

/** Compares by digest: an assertion that prints 16 MiB helps nobody. */
function same([data, isBinary], expected, binary) {
  assert.equal(isBinary, binary);
  assert.equal(data.length, Buffer.byteLength(expected));
  assert.equal(digest(data), digest(expected));
}

const digest = (data) => createHash('sha256').update(data).digest('hex');

function bytes(size) {
  const data = Buffer.alloc(size);
  for (let i = 0; i < size; i += 1) data[i] = (i * 31 + (i >> 8)) & 0xff;
  return data;
}

/** Of `size` bytes, with code points of every length as far as they fit. */
function text(size) {
  const pattern = 'aé日😀';
  const whole = Math.floor(size / Buffer.byteLength(pattern));
  return pattern.repeat(whole) + 'z'.repeat(size - whole * Buffer.byteLength(pattern));
}

/** What each side says with a Close, and what it hears: [code, reason, answered with]. */
export const CLOSES = [
  [undefined, undefined, 1005],
  [1000, '', 1000],
  [1001, 'going away', 1001],
  [1014, '', 1014],
  [3000, 'é'.repeat(61), 3000],
  [4999, '', 4999],
];

/** Resolves with the code and the reason of the Close that ended the connection. */
export async function closed(socket) {
  const [code, reason] = await once(socket, 'close');
  return [code, String(reason)];
}
