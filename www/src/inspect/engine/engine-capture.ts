/** A capture that the engine reads in a worker. */

import { closeName } from '../../../../pkg/inspect/names.js';
import { visible } from '../../../../pkg/inspect/visible.js';
import type { Finding, Level } from '../../frame/finding.js';
import { countOf, countText, sizeText } from '../../ui/formats.js';
import {
  type Capture,
  type ConnectionInfo,
  type FilterFault,
  type FrameDetail,
  type FrameRow,
  type Layer,
  layers,
} from '../capture.js';
import { EngineClient } from './client.js';
import type { EngineOptions, FromWorker, OpenResult, Part } from './protocol.js';

export type Progress = Extract<FromWorker, { type: 'progress' }>;

/** Totals of a capture, as the engine counts them. */
export interface EngineStats {
  readonly connections: number;
  readonly frames: number;
  readonly messages: number;
  readonly errors: number;
  readonly warnings: number;
  readonly notes: number;
  readonly bytes: number;
  readonly start: string | null;
  readonly seconds: number | null;
}

export class EngineCapture implements Capture {
  readonly #client = new EngineClient();
  frames = 0;

  /** Reads everything. `onProgress` is called when there are more frames. */
  async open(
    parts: readonly Part[],
    options: EngineOptions,
    onProgress: (progress: Progress) => void,
  ): Promise<OpenResult> {
    this.#client.onProgress = (progress) => {
      this.frames = progress.frames;
      onProgress(progress);
    };
    return this.#client.call('open', parts, options);
  }

  async stats(): Promise<EngineStats> {
    return (await this.#client.call('stats')) as EngineStats;
  }

  async rows(numbers: Uint32Array): Promise<readonly FrameRow[]> {
    const rows = (await this.#client.call('rows', numbers)) as (EngineRow | null)[];
    return rows.filter((row) => row !== null).map(rowOf);
  }

  async detail(n: number): Promise<FrameDetail | undefined> {
    const [detail, rows] = await Promise.all([this.#client.call('detail', n), this.rows(Uint32Array.of(n))]);
    const [row] = rows;
    return detail === null || row === undefined ? undefined : detailOf(detail as EngineDetail, row);
  }

  layer(n: number, layer: Layer): Promise<Uint8Array> {
    return this.#client.call('layer', n, layers.indexOf(layer));
  }

  async connections(): Promise<readonly ConnectionInfo[]> {
    return ((await this.#client.call('connections')) as EngineConnection[]).map(connectionOf);
  }

  check(expression: string): Promise<FilterFault | undefined> {
    return this.#client.call('check', expression);
  }

  match(expression: string, from: number, count: number): Promise<Uint8Array> {
    return this.#client.call('match', expression, from, count);
  }

  timeline(from: number, to: number, buckets: number): Promise<Uint32Array> {
    return this.#client.call('timeline', from, to, buckets);
  }

  close(): void {
    this.#client.close();
  }
}

/** A row as the engine writes it: `inspector/src/index`. */
interface EngineRow {
  readonly n: number;
  readonly conn: number;
  readonly msg: number | null;
  readonly dir: 'c2s' | 's2c';
  readonly t: number | null;
  readonly op: number;
  readonly kind: string;
  readonly fin: boolean;
  readonly rsv: number;
  readonly masked: boolean;
  readonly wire: number;
  readonly len: number | string;
  readonly inflated: number | null;
  readonly header: boolean;
  readonly preview: string;
  readonly text: boolean;
  readonly cut: boolean;
  readonly violations: readonly string[];
  readonly guessed: boolean;
}

function rowOf(row: EngineRow): FrameRow {
  const len = Number(row.len);
  return {
    n: row.n,
    conn: row.conn,
    msg: row.msg,
    dir: row.dir,
    t: row.t,
    fin: row.header ? row.fin : null,
    rsv: row.header ? [(row.rsv >> 2) & 1, (row.rsv >> 1) & 1, row.rsv & 1] : null,
    op: row.op,
    masked: row.header ? row.masked : null,
    hdrLen: row.header ? headerLength(row, len) : null,
    len,
    inflated: row.inflated,
    stream: null,
    file: null,
    packet: null,
    preview: previewOf(row),
    violations: row.violations,
    guessed: row.guessed,
  };
}

/** Bytes of the header: what is there beside the payload, or the shortest one where the payload is cut. */
function headerLength({ wire, masked }: EngineRow, length: number): number {
  const rest = wire - length;
  return rest >= 2 ? rest : 2 + (length > 0xffff ? 8 : length > 125 ? 2 : 0) + (masked ? 4 : 0);
}

/** Text of the engine may hold what is not for the eye. */
function previewOf({ op, preview }: EngineRow): string {
  const [, code, reason] = (op === 8 && /^(\d{3,5})(?: (.*))?$/s.exec(preview)) || [];
  if (code !== undefined) return visible(`${code} ${closeName(Number(code))} ${reason ?? ''}`.trimEnd());
  return visible(preview);
}

interface EngineFinding {
  readonly id: string;
  readonly level: Level;
  readonly at: number;
  readonly rfc: string | null;
  readonly close: number | null;
  readonly status: number | null;
  readonly text: string;
}

interface EngineDetail extends EngineRow {
  readonly compressed: boolean;
  readonly segments: readonly number[];
  readonly frames: readonly number[];
  readonly partner?: number | null;
  readonly rtt?: number | null;
  readonly violations: never;
  readonly hdrLen: number;
  readonly off: { readonly stream: number | null; readonly file: number | null; readonly packet: number | null };
}

function detailOf(given: EngineDetail, row: FrameRow): FrameDetail {
  const findings = given.violations as unknown as readonly EngineFinding[];
  const framed = row.hdrLen !== null;
  const available: Layer[] = framed ? ['wire'] : [];
  if (framed && row.masked === true && row.len > 0) available.push('unmasked');
  if (row.inflated !== null) available.push('inflated');
  if (given.frames.length > 1 || !framed) available.push('message');
  return {
    row: {
      ...row,
      hdrLen: framed ? given.hdrLen : null,
      stream: given.off?.stream ?? null,
      file: given.off?.file ?? null,
      packet: given.off?.packet ?? null,
    },
    findings: findings.map(findingOf),
    layers: available,
    frames: given.frames,
    partner: given.partner ?? null,
    ticks: given.segments,
    rtt: given.rtt ?? null,
  };
}

const findingOf = ({ id, level, at, rfc, close, status, text }: EngineFinding): Finding => ({
  id,
  level,
  text,
  rfc: rfc ?? '',
  at,
  close: close ?? undefined,
  status: status ?? undefined,
});

interface EngineSent {
  readonly frames: number;
  readonly messages: number;
  readonly fragments: number;
  readonly wire: number;
  readonly payload: number;
  readonly compressed: number;
  readonly inflated: number;
  readonly ops: Readonly<Record<string, number>>;
}

interface EngineConnection {
  readonly conn: number;
  readonly handshake: EngineHandshake | null;
  readonly c2s: EngineSent;
  readonly s2c: EngineSent;
  readonly errors: number;
  readonly warnings: number;
  readonly gaps: number;
  readonly rtt: { readonly count: number; readonly median: number; readonly p95: number } | null;
  readonly close: EngineClose | null;
}

interface EngineHandshake {
  readonly client: string | null;
  readonly server: string | null;
  readonly uri: string | null;
  readonly host: string | null;
  readonly key: string | null;
  readonly accept: string | null;
  readonly status: number | null;
  readonly subprotocol: string | null;
  readonly extensions: string | null;
  readonly pmd: { readonly c2s: number; readonly s2c: number; readonly takeover: readonly [boolean, boolean] } | null;
  readonly request?: string | null;
  readonly response?: string | null;
}

interface EngineClose {
  readonly by: string | null;
  readonly code: number;
  readonly name: string;
  readonly reason: string;
  readonly clean: boolean;
  readonly answeredMs: number | null;
}

function connectionOf(connection: EngineConnection): ConnectionInfo {
  const { conn, handshake, c2s, s2c, errors, close } = connection;
  const frames = c2s.frames + s2c.frames;
  const parts = [
    handshake?.status == null ? '' : String(handshake.status),
    handshake?.pmd ? `deflate ${handshake.pmd.c2s}/${handshake.pmd.s2c}` : '',
    `${countText(frames)} fr`,
    close === null ? '' : String(close.code),
  ];
  return {
    conn,
    title: [handshake?.client?.replace(/^.*:(?=\d+$)/, ':'), handshake?.uri ?? `connection ${conn}`]
      .filter(Boolean)
      .join(' '),
    summary: parts.filter(Boolean).join(' · '),
    facts: factsOf(connection),
    request: handshake?.request ?? null,
    response: handshake?.response ?? null,
    handshake: {
      target: handshake?.uri ?? null,
      host: handshake?.host ?? null,
      key: handshake?.key ?? null,
      accept: handshake?.accept ?? null,
      subprotocol: handshake?.subprotocol ?? null,
      extensions: handshake?.extensions ?? null,
    },
    findings: [],
    errors,
    frames,
  };
}

function factsOf({ handshake, c2s, s2c, gaps, rtt, close }: EngineConnection): (readonly [string, string])[] {
  const facts: (readonly [string, string | undefined])[] = [
    ['Client', handshake?.client ?? undefined],
    ['Server', handshake?.server ?? undefined],
    ['Subprotocol', handshake?.subprotocol ?? undefined],
    ['Compression', handshake?.pmd ? pmdText(handshake.pmd) : handshake ? 'none' : 'not seen'],
    ['Client sent', sentText(c2s)],
    ['Server sent', sentText(s2c)],
    ['Opcodes of the client', opcodesText(c2s)],
    ['Opcodes of the server', opcodesText(s2c)],
    ['Saved by compression', savedText(c2s, s2c)],
    [
      'Ping to Pong',
      rtt
        ? `median ${rtt.median.toFixed(2)} ms, p95 ${rtt.p95.toFixed(2)} ms, ${countOf(rtt.count, 'pair')}`
        : undefined,
    ],
    ['Lost', gaps > 0 ? countOf(gaps, 'gap') : undefined],
    ['End', closeText(close)],
  ];
  return facts.filter((fact): fact is readonly [string, string] => fact[1] !== undefined && fact[1] !== '');
}

const pmdText = ({ c2s, s2c, takeover }: NonNullable<EngineHandshake['pmd']>): string =>
  `windows of 2^${c2s} and 2^${s2c} bytes, ${takeover.every(Boolean) ? 'kept from message to message' : takeover.some(Boolean) ? 'kept by one side' : 'forgotten after each message'}`;

const sentText = ({ frames, messages, wire }: EngineSent): string =>
  `${countOf(frames, 'frame')}, ${countOf(messages, 'message')}, ${sizeText(wire)}`;

const opcodesText = ({ ops }: EngineSent): string =>
  Object.entries(ops)
    .map(([name, count]) => `${name} ${countText(count)}`)
    .join(', ');

function savedText(...sides: readonly EngineSent[]): string {
  const [compressed, inflated] = sides.reduce(([a, b], sent) => [a + sent.compressed, b + sent.inflated], [0, 0]);
  if (inflated === 0) return '';
  return `${sizeText(Math.max(inflated - compressed, 0))}, ${(inflated / Math.max(compressed, 1)).toFixed(1)}:1`;
}

/** How it ended, in a sentence. */
function closeText(close: EngineClose | null): string {
  if (close === null) return 'not in the capture';
  const { by, code, name, reason, clean, answeredMs } = close;
  if (by === null) return 'without a Close: the API sees 1006';
  const other = by === 'server' ? 'client' : 'server';
  const answer = clean
    ? `${other} answered${answeredMs === null ? '' : ` after ${answeredMs.toFixed(0)} ms`}`
    : `${other} never answered`;
  return `${by} closed with ${code} ${name}${reason === '' ? '' : ` “${visible(reason)}”`}; ${answer}`;
}
