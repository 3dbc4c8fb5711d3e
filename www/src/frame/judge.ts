/** What the codec says to bytes of one direction. */

import type { Role } from '../../../pkg/index.js';
import { type Item, StreamReader } from '../../../pkg/inspect/reader.js';
import type { Finding } from './finding.js';

export interface Judged {
  readonly items: readonly Item[];
  readonly findings: readonly Finding[];
  /** Why not all bytes could be read. */
  readonly trouble: string | undefined;
  readonly receiver: Role | undefined;
}

/** Reads a stream as its receiver does. Without `receiver`, the mask bit tells. */
export function judge(bytes: Uint8Array, receiver: Role | undefined): Judged {
  const reader = new StreamReader({ role: receiver });
  const items = [...reader.read(bytes), ...reader.end()];
  const findings = items.flatMap(({ violations }) =>
    violations.map((found) => ({ ...found, level: 'error' as const })),
  );
  return { items, findings, trouble: reader.trouble, receiver: reader.role };
}
