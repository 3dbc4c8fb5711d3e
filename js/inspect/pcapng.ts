/** A capture of packets (pcapng) made of records: Ethernet, IPv4 and TCP around the heads and frames of each connection. */

import { joined } from './byte-writer.js';
import type { FrameRecord, HandshakeRecord, InspectRecord } from './records.js';
import { wireBytes } from './wire.js';

/** Bytes of TCP payload in one packet. */
const SEGMENT = 1400;
const DEFAULT_PORTS = { client: 50_000, server: 8080 } as const;

/** Types of blocks. */
const Block = { Interface: 1, Packet: 6, Section: 0x0a0d0d0a } as const;

const Flag = { Syn: 0x02, Psh: 0x08, Ack: 0x10 } as const;

/** Between the initial sequence numbers of two connections: odd, so that 2^32 of them differ. */
const STEP = 16_000_001;

const NOTHING = new Uint8Array();

/** The head of a file: a section, and an interface with times in microseconds. */
export function pcapngHead(): Uint8Array<ArrayBuffer> {
  const section = new DataView(new ArrayBuffer(16));
  section.setUint32(0, 0x1a2b3c4d, true);
  section.setUint16(4, 1, true);
  // The length of the section is not known.
  section.setBigInt64(8, -1n, true);
  const link = new DataView(new ArrayBuffer(8));
  link.setUint16(0, 1, true);
  return joined([block(Block.Section, bytesOf(section)), block(Block.Interface, bytesOf(link))]);
}

/** Makes packets of records that carry their bytes (`wire`). */
export class PacketWriter {
  /** The connections of the capture that is being read. */
  readonly #connections = new Map<number, Connection>();
  /** Connections of all captures. */
  #count = 0;
  /** Microseconds since 1970; sources without times are spread a microsecond apart. */
  #clock = 0n;

  /** The packets for a record. */
  take(record: InspectRecord): Uint8Array<ArrayBuffer> {
    if (record.type === 'capture') this.#connections.clear();
    if (record.type === 'handshake') return this.#handshake(record);
    return record.type === 'frame' ? this.#frame(record) : new Uint8Array();
  }

  #handshake(record: HandshakeRecord): Uint8Array<ArrayBuffer> {
    this.#tick(record.time);
    const connection = this.#connection(record.conn, record);
    const { request, response } = record;
    const clock = () => this.#tick(null);
    return joined([
      ...connection.open(clock),
      ...connection.sendHead('client', request, clock),
      ...connection.sendHead('server', response, clock),
    ]);
  }

  #frame(frame: FrameRecord): Uint8Array<ArrayBuffer> {
    const { conn, dir, time } = frame;
    this.#tick(time);
    const sender = dir === 'c2s' ? 'client' : 'server';
    const connection = this.#connection(conn, undefined);
    let first = true;
    const clock = (): bigint => {
      const now = first ? this.#clock : this.#tick(null);
      first = false;
      return now;
    };
    return joined(connection.send(sender, wireBytes(frame), clock));
  }

  #connection(conn: number, handshake: HandshakeRecord | undefined): Connection {
    const known = this.#connections.get(conn);
    if (known !== undefined) return known;
    const connection = new Connection(this.#count, handshake?.client ?? null, handshake?.server ?? null);
    this.#count += 1;
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
  /** The sequence numbers of what comes next. */
  readonly #next: Record<Sender, number>;
  #opened = false;
  /** Who has sent a head: of directions in files of their own there is a record when the request is read, and one with both. */
  readonly #begun = new Set<Sender>();

  /** @param index How many there were before it. */
  constructor(index: number, client: string | null, server: string | null) {
    // A SYN with another number begins another connection, where an address has been there before (RFC 9293 §3.4.1).
    const initial = Math.imul(index, STEP);
    this.#next = { client: (initial + 1000) >>> 0, server: (initial + 5000) >>> 0 };
    const number = index + 1;
    this.#addresses = {
      client: addressOf(client, [10, 0, (number >> 8) & 255, number & 255], DEFAULT_PORTS.client + (number % 10_000)),
      server: addressOf(server, [10, 1, 0, 1], DEFAULT_PORTS.server),
    };
  }

  /** The three packets that open it, once. */
  open(clock: () => bigint): Uint8Array[] {
    if (this.#opened) return [];
    this.#opened = true;
    const syn = this.#packet('client', Flag.Syn, NOTHING, clock());
    this.#next.client = (this.#next.client + 1) >>> 0;
    const answer = this.#packet('server', Flag.Syn | Flag.Ack, NOTHING, clock());
    this.#next.server = (this.#next.server + 1) >>> 0;
    return [syn, answer, this.#packet('client', Flag.Ack, NOTHING, clock())];
  }

  /** The packets of the head of a request or a response, if it is there and was not sent yet. */
  sendHead(sender: Sender, head: string | undefined, clock: () => bigint): Uint8Array[] {
    if (head === undefined || this.#begun.has(sender)) return [];
    this.#begun.add(sender);
    return this.send(sender, latin1(head), clock);
  }

  /** The packets of so many bytes. */
  send(sender: Sender, bytes: Uint8Array, clock: () => bigint): Uint8Array[] {
    const packets: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; at += SEGMENT) {
      const part = bytes.subarray(at, at + SEGMENT);
      packets.push(this.#packet(sender, Flag.Psh | Flag.Ack, part, clock()));
      this.#next[sender] = (this.#next[sender] + part.length) >>> 0;
    }
    return packets;
  }

  #packet(sender: Sender, flags: number, payload: Uint8Array, time: bigint): Uint8Array {
    const receiver = sender === 'client' ? 'server' : 'client';
    const [from, to] = [this.#addresses[sender], this.#addresses[receiver]];
    const tcp = new DataView(new ArrayBuffer(20));
    tcp.setUint16(0, from.port);
    tcp.setUint16(2, to.port);
    tcp.setUint32(4, this.#next[sender]);
    tcp.setUint32(8, (flags & Flag.Ack) === 0 ? 0 : this.#next[receiver]);
    tcp.setUint8(12, 5 << 4);
    tcp.setUint8(13, flags);
    tcp.setUint16(14, 0xffff);
    const length = tcp.byteLength + payload.length;
    const pseudo = Uint8Array.of(...from.ip, ...to.ip, 0, 6, length >> 8, length & 255);
    tcp.setUint16(16, checksum([pseudo, bytesOf(tcp), payload]));
    const ip = new DataView(new ArrayBuffer(20));
    ip.setUint16(0, 0x4500);
    ip.setUint16(2, ip.byteLength + length);
    ip.setUint16(6, 0x4000);
    ip.setUint16(8, 0x4006);
    bytesOf(ip).set(from.ip, 12);
    bytesOf(ip).set(to.ip, 16);
    ip.setUint16(10, checksum([bytesOf(ip)]));
    return packetBlock([ETHERNET, bytesOf(ip), bytesOf(tcp), payload], time);
  }
}

const ETHERNET = Uint8Array.of(2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0);

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

/** RFC 1071. Only the last part may have an odd length. */
function checksum(parts: readonly Uint8Array[]): number {
  let sum = 0;
  for (const bytes of parts) {
    for (let at = 0; at < bytes.length; at += 2) sum += ((bytes[at] ?? 0) << 8) + (bytes[at + 1] ?? 0);
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

function packetBlock(layers: readonly Uint8Array[], time: bigint): Uint8Array {
  const length = layers.reduce((sum, layer) => sum + layer.length, 0);
  const head = new DataView(new ArrayBuffer(20));
  head.setUint32(4, Number((time >> 32n) & 0xffffffffn), true);
  head.setUint32(8, Number(time & 0xffffffffn), true);
  head.setUint32(12, length, true);
  head.setUint32(16, length, true);
  return block(Block.Packet, bytesOf(head), ...layers, new Uint8Array(-length & 3));
}

function block(type: number, ...body: readonly Uint8Array[]): Uint8Array {
  const length = 12 + body.reduce((sum, part) => sum + part.length, 0);
  const [begin, end] = [new DataView(new ArrayBuffer(8)), new DataView(new ArrayBuffer(4))];
  begin.setUint32(0, type, true);
  begin.setUint32(4, length, true);
  end.setUint32(0, length, true);
  return joined([bytesOf(begin), ...body, bytesOf(end)]);
}

const bytesOf = (view: DataView<ArrayBuffer>): Uint8Array => new Uint8Array(view.buffer);

const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0) & 255);

/** Microseconds since 1970 of a date with so many digits. */
function microsOf(time: string): bigint {
  const [whole = '', fraction = ''] = time.replace(/Z$/, '').split('.');
  return BigInt(Date.parse(`${whole}Z`)) * 1000n + BigInt(fraction.slice(0, 6).padEnd(6, '0'));
}
