/** A capture of packets (pcapng) made of records: Ethernet, IPv4 and TCP around the heads and frames of each connection. */

import type { FrameRecord, HandshakeRecord, InspectRecord } from '../../inspect/records.js';

/** Bytes of TCP payload in one packet. */
const SEGMENT = 1400;
const DEFAULT_PORTS = { client: 50_000, server: 8080 } as const;

/** The head of a file: a section, and an interface with times in microseconds. */
export function pcapngHead(): Buffer {
  const section = Buffer.alloc(16);
  section.writeUInt32LE(0x1a2b3c4d, 0);
  section.writeUInt16LE(1, 4);
  section.writeBigInt64LE(-1n, 8);
  const link = Buffer.alloc(8);
  link.writeUInt16LE(1, 0);
  return Buffer.concat([block(0x0a0d0d0a, section), block(1, link)]);
}

/** Makes packets of records that carry their bytes (`wire`). */
export class PacketWriter {
  readonly #connections = new Map<number, Connection>();
  /** Microseconds since 1970; sources without times are spread a microsecond apart. */
  #clock = 0n;

  /** The packets for a record. */
  take(record: InspectRecord): Buffer {
    if (record.type === 'capture') this.#connections.clear();
    if (record.type === 'handshake') return this.#handshake(record);
    return record.type === 'frame' ? this.#frame(record) : Buffer.alloc(0);
  }

  #handshake(record: HandshakeRecord): Buffer {
    this.#tick(record.time);
    const connection = this.#connection(record.conn, record);
    const { request, response } = record;
    return Buffer.concat([
      ...connection.open(() => this.#tick(null)),
      ...(request === undefined
        ? []
        : connection.send('client', Buffer.from(request, 'latin1'), () => this.#tick(null))),
      ...(response === undefined
        ? []
        : connection.send('server', Buffer.from(response, 'latin1'), () => this.#tick(null))),
    ]);
  }

  #frame({ conn, dir, time, wire }: FrameRecord): Buffer {
    this.#tick(time);
    const sender = dir === 'c2s' ? 'client' : 'server';
    const connection = this.#connection(conn, undefined);
    let first = true;
    const clock = (): bigint => {
      const now = first ? this.#clock : this.#tick(null);
      first = false;
      return now;
    };
    return Buffer.concat(connection.send(sender, Buffer.from(wire ?? '', 'hex'), clock));
  }

  #connection(conn: number, handshake: HandshakeRecord | undefined): Connection {
    const known = this.#connections.get(conn);
    if (known !== undefined) return known;
    const connection = new Connection(conn, handshake?.client ?? null, handshake?.server ?? null);
    this.#connections.set(conn, connection);
    return connection;
  }

  /** Goes on to a time, or a microsecond further; never back. */
  #tick(time: string | null): bigint {
    const micros = time === null ? 0n : microsOf(time);
    this.#clock = micros > this.#clock ? micros : this.#clock + 1n;
    return this.#clock;
  }
}

type Sender = 'client' | 'server';

/** One TCP connection. */
class Connection {
  readonly #addresses: Readonly<Record<Sender, Address>>;
  readonly #next: Record<Sender, number> = { client: 1000, server: 5000 };

  constructor(number: number, client: string | null, server: string | null) {
    this.#addresses = {
      client: addressOf(client, [10, 0, (number >> 8) & 255, number & 255], DEFAULT_PORTS.client + (number % 10_000)),
      server: addressOf(server, [10, 1, 0, 1], DEFAULT_PORTS.server),
    };
  }

  /** The three packets that open it. */
  open(clock: () => bigint): Buffer[] {
    const syn = this.#packet('client', 0x02, Buffer.alloc(0), clock());
    this.#next.client += 1;
    const answer = this.#packet('server', 0x12, Buffer.alloc(0), clock());
    this.#next.server += 1;
    return [syn, answer, this.#packet('client', 0x10, Buffer.alloc(0), clock())];
  }

  /** The packets of so many bytes. */
  send(sender: Sender, bytes: Buffer, clock: () => bigint): Buffer[] {
    const packets: Buffer[] = [];
    for (let at = 0; at < bytes.length; at += SEGMENT) {
      const part = bytes.subarray(at, at + SEGMENT);
      packets.push(this.#packet(sender, 0x18, part, clock()));
      this.#next[sender] = (this.#next[sender] + part.length) >>> 0;
    }
    return packets;
  }

  #packet(sender: Sender, flags: number, payload: Buffer, time: bigint): Buffer {
    const receiver = sender === 'client' ? 'server' : 'client';
    const [from, to] = [this.#addresses[sender], this.#addresses[receiver]];
    const tcp = Buffer.alloc(20);
    tcp.writeUInt16BE(from.port, 0);
    tcp.writeUInt16BE(to.port, 2);
    tcp.writeUInt32BE(this.#next[sender], 4);
    tcp.writeUInt32BE((flags & 0x10) === 0 ? 0 : this.#next[receiver], 8);
    tcp.writeUInt8(5 << 4, 12);
    tcp.writeUInt8(flags, 13);
    tcp.writeUInt16BE(0xffff, 14);
    const pseudo = Buffer.from([...from.ip, ...to.ip, 0, 6, (20 + payload.length) >> 8, (20 + payload.length) & 255]);
    tcp.writeUInt16BE(checksum([pseudo, tcp, payload]), 16);
    const ip = Buffer.alloc(20);
    ip.writeUInt16BE(0x4500, 0);
    ip.writeUInt16BE(40 + payload.length, 2);
    ip.writeUInt16BE(0x4000, 6);
    ip.writeUInt16BE(0x4006, 8);
    ip.set(from.ip, 12);
    ip.set(to.ip, 16);
    ip.writeUInt16BE(checksum([ip]), 10);
    const ethernet = Buffer.from([2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0]);
    return packetBlock(Buffer.concat([ethernet, ip, tcp, payload]), time);
  }
}

interface Address {
  readonly ip: readonly number[];
  readonly port: number;
}

/** An address as records have it; another where it is none of IPv4, so that the connection stays one. */
function addressOf(text: string | null, ip: readonly number[], port: number): Address {
  const [, host = '', number = ''] = /^(.*):(\d{1,5})$/.exec(text ?? '') ?? [];
  const parts = host.split('.').map(Number);
  const valid = parts.length === 4 && parts.every((part) => part >= 0 && part <= 255);
  const given = Number(number);
  return { ip: valid ? parts : ip, port: given > 0 && given < 65536 ? given : port };
}

/** RFC 1071. */
function checksum(parts: readonly Uint8Array[]): number {
  const bytes = Buffer.concat(parts);
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += ((bytes[at] ?? 0) << 8) + (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

function packetBlock(packet: Buffer, time: bigint): Buffer {
  const head = Buffer.alloc(20);
  head.writeUInt32LE(Number((time >> 32n) & 0xffffffffn), 4);
  head.writeUInt32LE(Number(time & 0xffffffffn), 8);
  head.writeUInt32LE(packet.length, 12);
  head.writeUInt32LE(packet.length, 16);
  return block(6, Buffer.concat([head, packet, Buffer.alloc(-packet.length & 3)]));
}

function block(type: number, body: Buffer): Buffer {
  const bytes = Buffer.alloc(12 + body.length);
  bytes.writeUInt32LE(type, 0);
  bytes.writeUInt32LE(bytes.length, 4);
  body.copy(bytes, 8);
  bytes.writeUInt32LE(bytes.length, bytes.length - 4);
  return bytes;
}

/** Microseconds since 1970 of a date with so many digits. */
function microsOf(time: string): bigint {
  const [whole = '', fraction = ''] = time.replace(/Z$/, '').split('.');
  return BigInt(Date.parse(`${whole}Z`)) * 1000n + BigInt(fraction.slice(0, 6).padEnd(6, '0'));
}
