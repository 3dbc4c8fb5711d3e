/** What is wrong with a frame: the rule, where it broke, and what a strict peer does. */

import { visible } from '../../../pkg/inspect/visible.js';

export type Level = 'error' | 'warn' | 'note';

export interface Finding {
  /** The stable name of the rule, as in `control-too-long`. */
  readonly id: string;
  readonly level: Level;
  readonly text: string;
  /** Document and section, as in `6455#5.5.1`; empty where no document has the rule. */
  readonly rfc: string;
  /** The byte with which it became certain. */
  readonly at?: number | undefined;
  /** The status code that a strict receiver closes with. */
  readonly close?: number | undefined;
  /** The HTTP status of a refused handshake. */
  readonly status?: number | undefined;
  /** The name that the codec gives it. */
  readonly code?: string | undefined;
}

export const LEVEL_SIGNS: Readonly<Record<Level, string>> = { error: '✕', warn: '▲', note: '·' };

/** A section as people write it: `RFC 6455 §5.5.1`. */
const sectionName = (rfc: string): string => `RFC ${rfc.replace('#', ' §')}`;

/** Where a section can be read. */
export function sectionUrl(rfc: string): string {
  const [document = '', section = ''] = rfc.split('#');
  return `https://www.rfc-editor.org/rfc/rfc${document}#section-${section}`;
}

export function SectionLink({ rfc }: { readonly rfc: string }) {
  if (!/^\d+#[\d.]+$/.test(rfc)) return null;
  return (
    <a href={sectionUrl(rfc)} target="_blank" rel="noreferrer">
      {sectionName(rfc)}
    </a>
  );
}

export function Findings({ findings }: { readonly findings: readonly Finding[] }) {
  if (findings.length === 0) return null;
  return (
    <ul class="findings">
      {findings.map((finding, number) => (
        <FindingItem key={`${finding.id}-${number}`} finding={finding} />
      ))}
    </ul>
  );
}

function FindingItem({ finding: { id, level, text, rfc, at, close, status, code } }: { readonly finding: Finding }) {
  const consequence = close === undefined ? status && `answered with ${status}` : `closed with ${close}`;
  const facts = [at === undefined ? undefined : `byte ${at}`, consequence, code].filter(Boolean).join(' · ');
  return (
    <li class={`finding ${level}`}>
      <p>
        <span class="sign" aria-hidden="true">
          {LEVEL_SIGNS[level]}
        </span>
        <span class="visually-hidden">{level}: </span>
        <strong>{id}</strong> {visible(text)}
      </p>
      <p class="facts">
        <SectionLink rfc={rfc} />
        {facts !== '' && ` · ${visible(facts)}`}
      </p>
    </li>
  );
}
