/** Bytes of one direction as a capture, read in the page by the codec itself. */

import { unmaskedPayload } from '../../../pkg/inspect/fields.js';
import type { Head } from '../../../pkg/inspect/head.js';
import { closeName } from '../../../pkg/inspect/names.js';
import type { BrokenFrame, ReadFrame } from '../../../pkg/inspect/reader.js';
import { hexOf, visibleBytes } from '../../../pkg/inspect/visible.js';
import type { Role } from '../../../pkg/slim.js';
import type { Finding } from '../frame/finding.js';
import { judge } from '../frame/judge.js';
import {
  BUCKET_WORDS,
  type Capture,
  type ConnectionInfo,
  type Direction,
  type FrameDetail,
  type FrameRow,
} from './capture.js';

type FrameItem = ReadFrame | BrokenFrame;

const PREVIEW = 160;

export class StreamCapture implements Capture {
  readonly #bytes: Uint8Array;
  readonly #heads: Head[];
  readonly #items: FrameItem[];
  readonly #direction: Direction | null;
  readonly trouble: string | undefined;

  /** @param receiver Who receives the bytes; `undefined` to guess it. */
  constructor(bytes: Uint8Array, receiver: Role | undefined) {
    this.#bytes = bytes;
    const judged = judge(bytes, receiver);
    this.#heads = judged.items.filter((item) => item.type === 'head');
    this.#items = judged.items.filter((item) => item.type !== 'head');
    this.#direction = judged.receiver === undefined ? null : judged.receiver === 'server' ? 'c2s' : 's2c';
    this.trouble = judged.trouble;
  }

  get frames(): number {
    return this.#items.length;
  }

  async rows(numbers: Uint32Array): Promise<readonly FrameRow[]> {
    return Array.from(numbers, (n) => this.#items[n - 1])
      .filter((item) => item !== undefined)
      .map((item) => this.#row(item));
  }

  async detail(n: number): Promise<FrameDetail | undefined> {
    const item = this.#items[n - 1];
    if (item === undefined) return undefined;
    const message = item.type === 'frame' ? item.message : undefined;
    const frames = this.#items.filter((other) => other.type === 'frame' && other.message === message);
    return {
      row: this.#row(item),
      findings: findingsOf(item),
      layers: item.type === 'frame' && item.frame.masked ? ['wire', 'unmasked'] : ['wire'],
      frames: message === undefined ? [] : frames.map(({ number }) => number),
      partner: null,
      ticks: [],
      rtt: null,
    };
  }

  async layer(n: number): Promise<Uint8Array> {
    const item = this.#items[n - 1];
    return item === undefined ? new Uint8Array(0) : this.#wire(item);
  }

  async connections(): Promise<readonly ConnectionInfo[]> {
    const head = this.#heads[0];
    const text = head && visibleLines(this.#bytes.subarray(head.offset, head.offset + head.length));
    const findings = this.#heads.flatMap(findingsOf);
    const errors = this.#items.reduce((sum, { violations }) => sum + violations.length, findings.length);
    return [
      {
        conn: 1,
        title: head?.target ?? 'bytes of one direction',
        summary: this.#direction === null ? '' : this.#direction === 'c2s' ? 'client to server' : 'server to client',
        facts: [],
        request: head?.status === undefined ? (text ?? null) : null,
        response: head?.status === undefined ? null : (text ?? null),
        findings,
        errors,
        frames: this.frames,
      },
    ];
  }

  async check(): Promise<undefined> {}

  async match(expression: string, from: number, count: number): Promise<Uint8Array> {
    const wanted = expression.trim().toLowerCase();
    const bits = new Uint8Array(Math.ceil(count / 8));
    for (let at = 0; at < count; at += 1) {
      const item = this.#items[from + at - 1];
      if (item !== undefined && this.#matches(item, wanted)) bits[at >> 3] = (bits[at >> 3] ?? 0) | (1 << (at & 7));
    }
    return bits;
  }

  async timeline(_from: number, _to: number, buckets: number): Promise<Uint32Array> {
    return new Uint32Array(buckets * BUCKET_WORDS);
  }

  close(): void {
    this.#items.length = 0;
  }

  #matches(item: FrameItem, wanted: string): boolean {
    const payload = item.type === 'frame' ? item.frame.payload : unmaskedPayload(this.#wire(item));
    return visibleBytes(payload).toLowerCase().includes(wanted);
  }

  #wire(item: FrameItem): Uint8Array {
    const length = item.type === 'frame' ? item.frame.headerLength + item.frame.payloadLength : item.received;
    return this.#bytes.subarray(item.offset, item.offset + length);
  }

  #row(item: FrameItem): FrameRow {
    const { fin, rsv1, rsv2, rsv3, opcode, masked, maskingKey, headerLength } =
      item.type === 'frame' ? item.frame : item.header;
    const payload = item.type === 'frame' ? item.frame.payload : unmaskedPayload(this.#wire(item));
    return {
      n: item.number,
      conn: 1,
      msg: (item.type === 'frame' ? item.message : undefined) ?? null,
      dir: this.#direction,
      t: null,
      fin,
      rsv: [Number(rsv1), Number(rsv2), Number(rsv3)],
      op: opcode,
      masked: masked ?? null,
      key: maskingKey === undefined ? null : hexOf(maskingKey),
      hdrLen: headerLength ?? null,
      len: item.type === 'frame' ? item.frame.payloadLength : Number(item.header.payloadLength ?? 0n),
      inflated: null,
      stream: item.offset,
      file: null,
      packet: null,
      preview: previewOf(item, payload),
      violations: item.violations.map(({ id }) => id),
      guessed: false,
    };
  }
}

const findingsOf = ({ violations }: FrameItem | Head): Finding[] =>
  violations.map((violation) => ({ ...violation, level: 'error' }));

const visibleLines = (bytes: Uint8Array): string => visibleBytes(bytes).replaceAll('\\r\\n', '\n').trimEnd();

function previewOf(item: FrameItem, payload: Uint8Array): string {
  if (item.type === 'broken') return `${item.received} bytes of it are there`;
  const shown = payload.subarray(0, PREVIEW);
  if (item.frame.opcode === 8 && payload.length >= 2) {
    const code = (payload[0] ?? 0) * 256 + (payload[1] ?? 0);
    return `${code} ${closeName(code)} ${visibleBytes(shown.subarray(2))}`.trimEnd();
  }
  return item.kind === 'binary' ? hexOf(shown.subarray(0, 48), ' ') : visibleBytes(shown, true);
}
