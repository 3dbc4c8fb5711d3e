/** What the engine says to bytes of one direction. */

import { useEffect, useMemo } from 'preact/hooks';
import type { Role } from '../../../pkg/index.js';
import { EngineCapture } from '../inspect/engine/engine-capture.js';
import { useLatest } from '../ui/latest.js';
import type { Finding } from './finding.js';

/** Frames whose findings are looked at. */
const FRAMES = 8;

export interface Judged {
  /** Without those on what was inferred: here everybody knows. */
  readonly findings: readonly Finding[];
  /** Why the bytes could not be read as frames. */
  readonly trouble: string | undefined;
}

/** The judgement of these bytes, and until it is there the one before. Without `sender` the mask bit tells. */
export function useJudged(wire: Uint8Array, sender: Role | undefined): Judged | undefined {
  const engine = useMemo(() => new EngineCapture(), []);
  useEffect(() => () => engine.close(), []);
  const wanted = useMemo(() => ({ wire, sender }), [wire, sender]);
  return useLatest(wanted, ({ wire: bytes, sender: side }) => judge(engine, bytes, side))?.result;
}

async function judge(engine: EngineCapture, wire: Uint8Array, sender: Role | undefined): Promise<Judged> {
  const part = {
    blob: new Blob([Uint8Array.from(wire)]),
    side: sender === 'client' ? 1 : sender === 'server' ? 2 : 0,
  } as const;
  const { troubles } = await engine.open([part], { from: 'raw', side: '', deflate: 'off' }, () => {});
  const [connection] = await engine.connections();
  const numbers = Array.from({ length: Math.min(engine.frames, FRAMES) }, (_, at) => at + 1);
  const details = await Promise.all(numbers.map((n) => engine.detail(n)));
  const [trouble] = troubles as readonly { readonly text: string }[];
  return {
    findings: [...details.flatMap((detail) => detail?.findings ?? []), ...(connection?.findings ?? [])].filter(
      ({ id }) => !id.startsWith('guessed-'),
    ),
    trouble: trouble?.text,
  };
}
