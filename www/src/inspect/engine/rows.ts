/** Rows and details as the engine writes them (`inspector/src/index`), and what the page makes of them. */

import { closeName } from '../../../../pkg/inspect/names.js';
import { visible } from '../../../../pkg/inspect/visible.js';
import type { Finding, Level } from '../../frame/finding.js';
import type { FrameDetail, FrameRow, Layer } from '../capture.js';

export interface Place {
  readonly stream: number | null;
  readonly file: number | null;
  readonly packet: number | null;
}

export interface EngineRow {
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
  readonly key: string | null;
  readonly wire: number;
  readonly len: number | string;
  readonly inflated: number | null;
  readonly header: boolean;
  readonly off?: Place;
  /** Text, or hex where `text` is not set. */
  readonly preview: string;
  readonly text: boolean;
  readonly cut: boolean;
  readonly violations: readonly string[];
  readonly level: Level | null;
  readonly guessed: boolean;
  /** Of a row that stands for a message: how many frames it has. */
  readonly frames?: number;
}

export function rowOf(row: EngineRow): FrameRow {
  const { n, conn, msg, dir, t, op, key, wire, inflated, header, violations, level, guessed, frames = 1 } = row;
  return {
    n,
    conn,
    msg,
    dir,
    t,
    op,
    key,
    inflated,
    violations,
    level,
    guessed,
    frames,
    fin: header ? row.fin : null,
    rsv: header ? [(row.rsv >> 2) & 1, (row.rsv >> 1) & 1, row.rsv & 1] : null,
    masked: header ? row.masked : null,
    wire: header ? wire : null,
    len: Number(row.len),
    stream: row.off?.stream ?? null,
    file: row.off?.file ?? null,
    packet: row.off?.packet ?? null,
    preview: previewOf(row),
  };
}

/** Text of the engine may hold what is not for the eye. */
function previewOf({ op, preview, text, cut }: EngineRow): string {
  const more = cut ? ' …' : '';
  if (!text) return preview.replace(/..(?=.)/g, '$& ') + more;
  const [, code, reason = ''] = (op === 8 && /^(\d{1,5})(?: (.*))?$/s.exec(preview)) || [];
  if (code !== undefined) return visible(`${code} ${closeName(Number(code))} ${reason}`.trimEnd()) + more;
  return visible(preview) + more;
}

export interface EngineFinding {
  readonly id: string;
  readonly level: Level;
  readonly at: number;
  readonly rfc: string | null;
  readonly close: number | null;
  readonly status: number | null;
  readonly text: string;
}

export const findingOf = ({ id, level, at, rfc, close, status, text }: EngineFinding): Finding => ({
  id,
  level,
  text,
  rfc: rfc ?? '',
  at,
  close: close ?? undefined,
  status: status ?? undefined,
});

export interface EngineDetail {
  readonly segments: readonly number[];
  readonly frames: readonly number[];
  readonly hdrLen: number;
  readonly violations: readonly EngineFinding[];
}

export function detailOf({ segments, frames, hdrLen, violations }: EngineDetail, row: FrameRow): FrameDetail {
  const framed = row.wire !== null;
  const available: Layer[] = framed ? ['wire'] : [];
  if (framed && row.masked === true && row.len > 0) available.push('unmasked');
  if (row.inflated !== null) available.push('inflated');
  if (frames.length > 1 || !framed) available.push('message');
  return {
    row,
    headerLength: framed ? hdrLen : 0,
    findings: violations.map(findingOf),
    layers: available,
    frames,
    ticks: segments,
  };
}
