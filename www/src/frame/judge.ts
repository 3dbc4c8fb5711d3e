/** What the engine says to bytes of one direction. */

import { useEffect, useMemo } from 'preact/hooks';
import type { Role } from '../../../pkg/index.js';
import type { InspectRecord } from '../../../pkg/inspect/records.js';
import { EngineClient } from '../inspect/engine/client.js';
import { findingOf } from '../inspect/engine/rows.js';
import { recordsFrom } from '../inspect/export/records.js';
import { useLatest } from '../ui/latest.js';
import type { Finding } from './finding.js';

/** Findings that are told. */
const MOST = 24;

export interface Judged {
  /** Without those on what was inferred: here everybody knows. */
  readonly findings: readonly Finding[];
  /** Why the bytes could not be read as frames. */
  readonly trouble: string | undefined;
}

/** The judgement of these bytes, and until it is there the one before. Without `sender` the mask bit tells. */
export function useJudged(wire: Uint8Array, sender: Role | undefined): Judged | undefined {
  const client = useMemo(() => new EngineClient(), []);
  useEffect(() => () => client.close(), []);
  const wanted = useMemo(() => ({ wire, sender }), [wire, sender]);
  return useLatest(wanted, ({ wire: bytes, sender: side }) => judge(client, bytes, side))?.result;
}

const SIDES = { client: 1, server: 2 } as const;

async function judge(client: EngineClient, wire: Uint8Array, sender: Role | undefined): Promise<Judged> {
  const parts = [{ blob: new Blob([Uint8Array.from(wire)]), side: sender === undefined ? 0 : SIDES[sender] }] as const;
  const source = { parts, reading: { from: 'raw', side: '', deflate: 'off' } } as const;
  const told: InspectRecord[] = [];
  for await (const records of recordsFrom(client, source, { records: ['violation', 'error'] })) told.push(...records);
  const findings = told.flatMap((record) => (record.type === 'violation' ? [findingOf(record)] : []));
  const [trouble] = told.flatMap((record) => (record.type === 'error' ? [record.text] : []));
  return { findings: findings.filter(({ id }) => !id.startsWith('guessed-')).slice(0, MOST), trouble };
}
