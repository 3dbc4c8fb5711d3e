// What crafted captures are made of: frames, heads, segments of TCP, packets, and the two formats of files.

import { createHash } from 'node:crypto';
import { constants, deflateRawSync } from 'node:zlib';

/** The masking key of the examples in RFC 6455. */
export const rfcKey = [0x37, 0xfa, 0x21, 0x3d];

const bytes = (payload) => (typeof payload === 'string' ? Buffer.from(payload) : Buffer.from(payload));

export const Op = { cont: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 };

/** One frame. `form`: how many bits the length takes; `length`: what it says, if not the truth. */
export function frame(op, payload = '', { fin = true, rsv = 0, key, form, length } = {}) {
  const data = bytes(payload);
  const says = BigInt(length ?? data.length);
  const shortest = says <= 125n ? 7 : says <= 0xffffn ? 16 : 64;
  const bits = form ?? shortest;
  const head = Buffer.alloc(bits === 7 ? 2 : bits === 16 ? 4 : 10);
  head[0] = (fin ? 0x80 : 0) | (rsv << 4) | op;
  head[1] = (key ? 0x80 : 0) | (bits === 7 ? Number(says) : bits === 16 ? 126 : 127);
  if (bits === 16) head.writeUInt16BE(Number(says), 2);
  if (bits === 64) head.writeBigUInt64BE(says, 2);
  if (!key) return Buffer.concat([head, data]);
  return Buffer.concat([head, Buffer.from(key), data.map((byte, at) => byte ^ key[at % 4])]);
}

/** A different key for each frame, and the same ones in every run. */
export function keys(seed = 1) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return [state >>> 24, (state >>> 16) & 255, (state >>> 8) & 255, (state & 255) | 1];
  };
}

export const close = (code, reason = '') => Buffer.concat([Buffer.from([code >> 8, code & 255]), bytes(reason)]);

/** Compresses messages with one window, as context takeover has it: the messages so far are the dictionary. */
export function compressor({ takeover = true, windowBits = 15 } = {}) {
  let history = Buffer.alloc(0);
  return (message) => {
    const data = bytes(message);
    const dictionary = history.length > 0 ? { dictionary: history.subarray(-(1 << windowBits)) } : {};
    const raw = deflateRawSync(data, { finishFlush: constants.Z_SYNC_FLUSH, windowBits, ...dictionary });
    if (takeover) history = Buffer.concat([history, data]).subarray(-32768);
    return raw.subarray(0, raw.length - 4);
  };
}

export const sampleKey = 'dGhlIHNhbXBsZSBub25jZQ==';
export const acceptOf = (key) =>
  createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');

const head = (lines) => Buffer.from(`${lines.filter((line) => line !== undefined).join('\r\n')}\r\n\r\n`, 'latin1');

/** A request; a field that is `null` is left out. */
export function request({ line = 'GET /chat HTTP/1.1', fields = {} } = {}) {
  const all = {
    Host: '10.0.0.2:8080',
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Key': sampleKey,
    'Sec-WebSocket-Version': '13',
    ...fields,
  };
  return head([
    line,
    ...Object.entries(all).map(([name, value]) => (value === null ? undefined : `${name}: ${value}`)),
  ]);
}

export function response({ line = 'HTTP/1.1 101 Switching Protocols', fields = {} } = {}) {
  const all = {
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Accept': acceptOf(sampleKey),
    ...fields,
  };
  return head([
    line,
    ...Object.entries(all).map(([name, value]) => (value === null ? undefined : `${name}: ${value}`)),
  ]);
}

const pmd = (parameters) => ({ 'Sec-WebSocket-Extensions': `permessage-deflate${parameters}` });

/** A conversation over TCP as packets of Ethernet: each call of `client` or `server` is a segment, or several of `mss` bytes. */
export class Conversation {
  packets = [];
  #time = 1_767_225_600_000_000n; // 2026-01-01, in microseconds
  #client;
  #server;
  #mss;

  constructor({ port = 50000, mss = 1400, clientSequence = 1000, serverSequence = 5000 } = {}) {
    this.#mss = mss;
    this.#client = { address: [10, 0, 0, 1], port, sequence: clientSequence, name: 'client' };
    this.#server = { address: [10, 0, 0, 2], port: 8080, sequence: serverSequence, name: 'server' };
  }

  /** The three packets that open the connection. */
  open() {
    this.#send(this.#client, Buffer.alloc(0), 0x02);
    this.#client.sequence += 1;
    this.#send(this.#server, Buffer.alloc(0), 0x12);
    this.#server.sequence += 1;
    this.#send(this.#client, Buffer.alloc(0), 0x10);
    return this;
  }

  /** The opening handshake; `extensions` are parameters of permessage-deflate, `null` for none. */
  handshake({ extensions = null, request: asked = {}, response: answered = {} } = {}) {
    const offered = extensions === null ? {} : pmd(extensions);
    this.open();
    this.client(request({ ...asked, fields: { ...offered, ...asked.fields } }));
    return this.server(response({ ...answered, fields: { ...offered, ...answered.fields } }));
  }

  client(...parts) {
    return this.#data(this.#client, Buffer.concat(parts));
  }

  server(...parts) {
    return this.#data(this.#server, Buffer.concat(parts));
  }

  /** A side ends its direction, in the segment of what it sends last. */
  finish(side, ...parts) {
    const from = side === 'client' ? this.#client : this.#server;
    const last = Buffer.concat(parts);
    this.#send(from, last, 0x11);
    from.sequence = (from.sequence + last.length + 1) >>> 0;
    return this;
  }

  /** The client ends its direction, then the server, or the other way round. */
  end(first = 'client') {
    this.finish(first).finish(first === 'client' ? 'server' : 'client');
    this.#send(first === 'client' ? this.#client : this.#server, Buffer.alloc(0), 0x10);
    return this;
  }

  /** A side tells what it has received. */
  acknowledge(side) {
    this.#send(side === 'client' ? this.#client : this.#server, Buffer.alloc(0), 0x10);
    return this;
  }

  /** A side resets the connection, from so many bytes ahead of where it stands. */
  reset(side = 'client', ahead = 0) {
    const from = side === 'client' ? this.#client : this.#server;
    const { sequence } = from;
    from.sequence = (sequence + ahead) >>> 0;
    this.#send(from, Buffer.alloc(0), 0x14);
    from.sequence = sequence;
    return this;
  }

  /** The capture misses the packets that `send` sends. */
  lost(send) {
    const seen = this.packets.length;
    send(this);
    this.packets.length = seen;
    return this;
  }

  /** Time passes, in microseconds. */
  wait(microseconds) {
    this.#time += BigInt(microseconds);
    return this;
  }

  /** A packet of bytes that were sent before: `back` bytes ago, without moving on. */
  again(side, back, data) {
    const from = side === 'client' ? this.#client : this.#server;
    const { sequence } = from;
    from.sequence = (sequence - back) >>> 0;
    this.#send(from, bytes(data), 0x18);
    from.sequence = sequence;
    return this;
  }

  #data(from, data) {
    for (let at = 0; at < data.length; at += this.#mss) {
      const part = data.subarray(at, at + this.#mss);
      this.#send(from, part, 0x18);
      from.sequence = (from.sequence + part.length) >>> 0;
    }
    return this;
  }

  #send(from, payload, flags) {
    const to = from === this.#client ? this.#server : this.#client;
    this.#time += 100n;
    const data = tcpPacket({ from, to, payload, flags });
    this.packets.push({ time: this.#time, data });
  }
}

/** Ethernet, IPv4, TCP. */
export function tcpPacket({ from, to, payload, flags }) {
  const tcp = Buffer.alloc(20);
  tcp.writeUInt16BE(from.port, 0);
  tcp.writeUInt16BE(to.port, 2);
  tcp.writeUInt32BE(from.sequence >>> 0, 4);
  tcp.writeUInt32BE(flags & 0x10 ? to.sequence >>> 0 : 0, 8);
  tcp[12] = 5 << 4;
  tcp[13] = flags;
  tcp.writeUInt16BE(65535, 14);
  const ip = Buffer.alloc(20);
  ip[0] = 0x45;
  ip.writeUInt16BE(40 + payload.length, 2);
  ip.writeUInt16BE(0x4000, 6);
  ip[8] = 64;
  ip[9] = 6;
  Buffer.from(from.address).copy(ip, 12);
  Buffer.from(to.address).copy(ip, 16);
  ip.writeUInt16BE(checksum(ip), 10);
  const pseudo = Buffer.concat([ip.subarray(12, 20), Buffer.from([0, 6, tcp.length >> 8, 0])]);
  pseudo.writeUInt16BE(tcp.length + payload.length, 10);
  tcp.writeUInt16BE(checksum(Buffer.concat([pseudo, tcp, payload])), 16);
  const ethernet = Buffer.from([2, 0, 0, 0, 0, to.address[3], 2, 0, 0, 0, 0, from.address[3], 8, 0]);
  return Buffer.concat([ethernet, ip, tcp, payload]);
}

function checksum(data) {
  let sum = 0;
  for (let at = 0; at < data.length; at += 2) sum += (data[at] << 8) | (data[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

/** A file of libpcap. */
export function pcap(packets, { bigEndian = false, nanoseconds = false, link = 1 } = {}) {
  const file = Buffer.alloc(24);
  const put = (buffer, value, at) =>
    bigEndian ? buffer.writeUInt32BE(value >>> 0, at) : buffer.writeUInt32LE(value >>> 0, at);
  put(file, nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4, 0);
  if (bigEndian) file.writeUInt32BE(0x00020004, 4);
  else file.writeUInt32LE(0x00040002, 4);
  put(file, 262144, 16);
  put(file, link, 20);
  const records = packets.map(({ time, data }) => {
    const record = Buffer.alloc(16);
    put(record, Number(time / 1_000_000n), 0);
    put(record, Number(time % 1_000_000n) * (nanoseconds ? 1000 : 1), 4);
    put(record, data.length, 8);
    put(record, data.length, 12);
    return Buffer.concat([record, data]);
  });
  return Buffer.concat([file, ...records]);
}

/** A file of pcapng: a section, an interface for each link type, and a block for each packet. */
export function pcapng(packets, { bigEndian = false, resolution = 6, simple = false, link = 1 } = {}) {
  const put16 = (value) => {
    const buffer = Buffer.alloc(2);
    if (bigEndian) buffer.writeUInt16BE(value);
    else buffer.writeUInt16LE(value);
    return buffer;
  };
  const put32 = (value) => {
    const buffer = Buffer.alloc(4);
    if (bigEndian) buffer.writeUInt32BE(value >>> 0);
    else buffer.writeUInt32LE(value >>> 0);
    return buffer;
  };
  const block = (kind, ...parts) => {
    const body = Buffer.concat(parts);
    const padded = Buffer.concat([body, Buffer.alloc((4 - (body.length % 4)) % 4)]);
    const length = put32(padded.length + 12);
    return Buffer.concat([put32(kind), length, padded, length]);
  };
  const section = block(0x0a0d0d0a, put32(0x1a2b3c4d), put16(1), put16(0), Buffer.alloc(8, 0xff));
  const clock = Buffer.concat([put16(9), put16(1), Buffer.from([resolution, 0, 0, 0]), put16(0), put16(0)]);
  const description = block(1, put16(link), put16(0), put32(0), clock);
  const scale = resolution & 0x80 ? 0n : 10n ** BigInt(resolution);
  const blocks = packets.map(({ time, data }) => {
    const size = put32(data.length);
    if (simple) return block(3, size, data);
    const ticks = scale === 0n ? (time << BigInt(resolution & 0x7f)) / 1_000_000n : (time * scale) / 1_000_000n;
    return block(6, put32(0), put32(Number(ticks >> 32n)), put32(Number(ticks & 0xffffffffn)), size, size, data);
  });
  return Buffer.concat([section, description, ...blocks]);
}

/** The same packets behind other headers of the link. */
export const links = {
  vlan: (data) =>
    Buffer.concat([data.subarray(0, 12), Buffer.from([0x88, 0xa8, 0, 1, 0x81, 0, 0, 2]), data.subarray(12)]),
  sll: (data) => Buffer.concat([Buffer.alloc(14), data.subarray(12)]),
  sll2: (data) => Buffer.concat([data.subarray(12, 14), Buffer.alloc(18), data.subarray(14)]),
  raw: (data) => data.subarray(14),
  loop: (data) => Buffer.concat([Buffer.from([2, 0, 0, 0]), data.subarray(14)]),
  ipv6: (data) => {
    const tcp = data.subarray(34);
    const head = Buffer.alloc(40);
    head[0] = 0x60;
    head.writeUInt16BE(tcp.length, 4);
    head[6] = 6;
    for (const [from, to] of [
      [26, 8],
      [30, 24],
    ])
      data.copy(head, to + 12, from, from + 4);
    return Buffer.concat([head, tcp]);
  },
};
