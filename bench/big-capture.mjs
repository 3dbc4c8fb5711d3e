// `node bench/big-capture.mjs FILE [packed|single|deflate] [FRAMES]`: a capture of a million JSON texts, four of five from
// the server: `packed` into segments of 1,400 bytes, `single` with a packet for each frame, or `deflate`, packed and
// compressed with context takeover.

import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { constants, createDeflateRaw } from 'node:zlib';
import { frame, keys, Op, request, response, tcpPacket } from '../tests/captures/lib.mjs';

const [, , path, kind = 'packed', count = '1000000'] = process.argv;
const total = Number(count);
const out = createWriteStream(path);
const fileHeader = Buffer.alloc(24);
fileHeader.writeUInt32LE(0xa1b2c3d4, 0);
fileHeader.writeUInt32LE(0x00040002, 4);
fileHeader.writeUInt32LE(262144, 16);
fileHeader.writeUInt32LE(1, 20);

let time = 1_767_225_600_000_000n;
const ends = [
  { address: [10, 0, 0, 1], port: 50000, sequence: 1000 },
  { address: [10, 0, 0, 2], port: 8080, sequence: 5000 },
];

let pieces = [fileHeader];
let held = 0;

async function packet(side, payload, flags) {
  const [from, to] = side === 0 ? ends : [ends[1], ends[0]];
  const data = tcpPacket({ from, to, payload, flags });
  from.sequence = (from.sequence + payload.length + (flags & 2 ? 1 : 0)) >>> 0;
  time += 11n;
  const record = Buffer.alloc(16);
  record.writeUInt32LE(Number(time / 1_000_000n), 0);
  record.writeUInt32LE(Number(time % 1_000_000n), 4);
  record.writeUInt32LE(data.length, 8);
  record.writeUInt32LE(data.length, 12);
  pieces.push(record, data);
  held += data.length;
  if (held < 1 << 22) return;
  if (!out.write(Buffer.concat(pieces))) await once(out, 'drain');
  pieces = [];
  held = 0;
}

/** Compresses one message after the other on a stream that keeps its window. */
function squeezer() {
  const stream = createDeflateRaw({ flush: constants.Z_SYNC_FLUSH });
  return (data) =>
    new Promise((resolve) => {
      const parts = [];
      const take = (part) => parts.push(part);
      stream.on('data', take);
      stream.write(data);
      stream.flush(constants.Z_SYNC_FLUSH, () => {
        stream.off('data', take);
        const whole = Buffer.concat(parts);
        resolve(whole.subarray(0, whole.length - 4));
      });
    });
}

await packet(0, Buffer.alloc(0), 0x02);
await packet(1, Buffer.alloc(0), 0x12);
const extension = kind === 'deflate' ? { 'Sec-WebSocket-Extensions': 'permessage-deflate' } : {};
await packet(0, request({ fields: extension }), 0x18);
await packet(1, response({ fields: extension }), 0x18);

const key = keys(99);
const squeeze = [squeezer(), squeezer()];
const waiting = [[], []];
const length = [0, 0];

async function flush(side, all) {
  const bytes = Buffer.concat(waiting[side]);
  let at = 0;
  while (bytes.length - at >= (all ? 1 : 1400)) {
    const part = bytes.subarray(at, at + 1400);
    await packet(side, part, 0x18);
    at += part.length;
  }
  waiting[side] = [bytes.subarray(at)];
  length[side] = bytes.length - at;
}

for (let n = 0; n < total; n += 1) {
  const side = n % 5 === 0 ? 0 : 1;
  const price = ((n * 7919) % 100000) / 100;
  const text = `{"id":${n},"channel":"trades","price":${price},"size":${n % 97},"side":"${n % 2 ? 'buy' : 'sell'}"}`;
  const payload = kind === 'deflate' ? await squeeze[side](Buffer.from(text)) : Buffer.from(text);
  const bytes = frame(Op.text, payload, { key: side === 0 ? key() : undefined, rsv: kind === 'deflate' ? 4 : 0 });
  if (kind === 'single') {
    await packet(side, bytes, 0x18);
    continue;
  }
  waiting[side].push(bytes);
  length[side] += bytes.length;
  if (length[side] >= 1400) await flush(side, false);
  if (n % 100000 === 0) process.stderr.write(`\r${n} of ${total} frames`);
}
for (const side of [0, 1]) await flush(side, true);
out.end(Buffer.concat(pieces));
await once(out, 'close');
process.stderr.write(`\r${total} frames in ${path}\n`);
process.exit(0);
