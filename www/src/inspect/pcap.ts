/** Captures made here: Ethernet, IPv4 and TCP around the bytes of a connection, as pcap with nanoseconds. */

export type Sender = 'client' | 'server';

const GLOBAL_HEADER = 24;
const PACKET_HEADER = 16;
const ETHERNET = 14;
const IPV4 = 20;
const TCP = 20;
const HEADERS = ETHERNET + IPV4 + TCP;

const Flag = { Fin: 1, Syn: 2, Psh: 8, Ack: 16 } as const;

/** The most bytes of a segment on Ethernet. */
export const SEGMENT = 1400;

/** Writes packets of any number of connections into one growing buffer. */
export class PcapWriter {
  #bytes = new Uint8Array(1 << 16);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  constructor() {
    this.#room(GLOBAL_HEADER);
    // Nanoseconds; version 2.4; 262,144 bytes of a packet; Ethernet.
    const words: readonly (readonly [at: number, value: number])[] = [
      [0, 0xa1b2_3c4d],
      [16, 1 << 18],
      [20, 1],
    ];
    for (const [at, value] of words) this.#view.setUint32(at, value, true);
    this.#view.setUint16(4, 2, true);
    this.#view.setUint16(6, 4, true);
    this.#length = GLOBAL_HEADER;
  }

  get length(): number {
    return this.#length;
  }

  /** The file so far. It is no copy. */
  bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  /** A connection from a port of 10.0.0.1 to port 8080 of 10.0.0.2. */
  connection(port: number): PcapConnection {
    return new PcapConnection(this, port);
  }

  /** @internal */
  packet(time: number, port: number, from: Sender, seq: number, ack: number, flags: number, payload: Uint8Array): void {
    const size = HEADERS + payload.length;
    this.#room(PACKET_HEADER + size);
    const view = this.#view;
    let at = this.#length;
    const seconds = Math.floor(time);
    view.setUint32(at, seconds, true);
    view.setUint32(at + 4, Math.round((time - seconds) * 1e9), true);
    view.setUint32(at + 8, size, true);
    view.setUint32(at + 12, size, true);
    at += PACKET_HEADER;
    const [source, target] = from === 'client' ? [1, 2] : [2, 1];
    view.setUint32(at, 0x0200_0000);
    view.setUint16(at + 4, target);
    view.setUint32(at + 6, 0x0200_0000);
    view.setUint16(at + 10, source);
    view.setUint16(at + 12, 0x0800);
    at += ETHERNET;
    view.setUint32(at, 0x4500_0000 | (size - ETHERNET));
    view.setUint32(at + 4, 0x4000);
    view.setUint32(at + 8, 0x4006_0000);
    view.setUint32(at + 12, 0x0a00_0000 | source);
    view.setUint32(at + 16, 0x0a00_0000 | target);
    view.setUint16(at + 10, checksum(view, at, IPV4));
    at += IPV4;
    view.setUint16(at, from === 'client' ? port : 8080);
    view.setUint16(at + 2, from === 'client' ? 8080 : port);
    view.setUint32(at + 4, seq >>> 0);
    view.setUint32(at + 8, ack >>> 0);
    view.setUint16(at + 12, 0x5000 | flags);
    view.setUint32(at + 14, 0xffff_0000);
    view.setUint16(at + 18, 0);
    this.#bytes.set(payload, at + TCP);
    this.#length = at + TCP + payload.length;
  }

  #room(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}

/** RFC 1071. */
function checksum(view: DataView, at: number, length: number): number {
  let sum = 0;
  for (let offset = 0; offset < length; offset += 2) sum += view.getUint16(at + offset);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

export class PcapConnection {
  readonly #writer: PcapWriter;
  readonly #port: number;
  readonly #next: Record<Sender, number> = { client: 1000, server: 5000 };

  constructor(writer: PcapWriter, port: number) {
    this.#writer = writer;
    this.#port = port;
  }

  /** The three packets of TCP's own handshake. */
  open(time: number): void {
    this.#packet(time, 'client', Flag.Syn);
    this.#next.client += 1;
    this.#packet(time + 0.0001, 'server', Flag.Syn | Flag.Ack);
    this.#next.server += 1;
    this.#packet(time + 0.0002, 'client', Flag.Ack);
  }

  /** Bytes, in as many segments as they need. `lost`: they were on the wire, but not where it was listened to. */
  send(time: number, from: Sender, bytes: Uint8Array, { segment = SEGMENT, lost = false } = {}): void {
    for (let at = 0; at < bytes.length; at += segment) {
      const part = bytes.subarray(at, at + segment);
      if (!lost) this.#packet(time + at * 1e-8, from, Flag.Psh | Flag.Ack, part);
      this.#next[from] += part.length;
    }
  }

  /** Both sides end. */
  close(time: number, first: Sender): void {
    const second: Sender = first === 'client' ? 'server' : 'client';
    for (const from of [first, second]) {
      this.#packet(time, from, Flag.Fin | Flag.Ack);
      this.#next[from] += 1;
    }
    this.#packet(time + 0.0001, first, Flag.Ack);
  }

  #packet(time: number, from: Sender, flags: number, payload: Uint8Array = EMPTY): void {
    const ack = (flags & Flag.Ack) === 0 ? 0 : this.#next[from === 'client' ? 'server' : 'client'];
    this.#writer.packet(time, this.#port, from, this.#next[from], ack, flags, payload);
  }
}

const EMPTY = new Uint8Array(0);
