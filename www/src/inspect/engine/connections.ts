/** Connections as the engine counts them, and what the page says of them. */

import { visible } from '../../../../pkg/inspect/visible.js';
import { countOf, countText, sizeText } from '../../ui/formats.js';
import type { ConnectionInfo, Direction } from '../capture.js';
import { type EngineFinding, findingOf } from './rows.js';

interface EngineSent {
  readonly frames: number;
  readonly messages: number;
  readonly fragments: number;
  readonly wire: number;
  readonly compressed: number;
  readonly inflated: number;
  readonly ops: Readonly<Record<string, number>>;
}

export interface EngineConnection {
  readonly conn: number;
  readonly handshake: EngineHandshake | null;
  readonly c2s: EngineSent;
  readonly s2c: EngineSent;
  readonly errors: number;
  readonly warnings: number;
  readonly gaps: number;
  readonly lost: readonly EngineGap[];
  readonly violations: readonly EngineFinding[];
  readonly rtt: { readonly count: number; readonly median: number; readonly p95: number } | null;
  readonly close: EngineClose | null;
}

interface EngineGap {
  readonly before: number;
  readonly dir: Direction;
  readonly at: number;
  readonly bytes: number | null;
  readonly resyncedAt: number | null;
}

interface EngineHandshake {
  readonly client: string | null;
  readonly server: string | null;
  readonly uri: string | null;
  readonly host: string | null;
  readonly status: number | null;
  readonly acceptOk: boolean | null;
  readonly subprotocol: string | null;
  readonly offered: { readonly protocols: readonly string[]; readonly extensions: string | null };
  readonly extensions: string | null;
  readonly pmd: { readonly c2s: number; readonly s2c: number; readonly takeover: readonly [boolean, boolean] } | null;
  readonly violations: readonly string[];
}

interface EngineClose {
  readonly by: string | null;
  readonly code: number;
  readonly name: string;
  readonly reason: string;
  readonly clean: boolean;
  readonly answeredMs: number | null;
  readonly tcp: { readonly by: string; readonly how: 'fin' | 'reset' } | null;
}

export function connectionOf(connection: EngineConnection): ConnectionInfo {
  const { conn, handshake, c2s, s2c, errors, close, lost, violations } = connection;
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
    verdict: verdictOf(connection),
    subprotocol: handshake?.subprotocol ?? '',
    compressed: c2s.compressed + s2c.compressed > 0,
    gaps: lost.map(({ before, dir, at, bytes, resyncedAt }) => ({ before, conn, dir, at, bytes, resyncedAt })),
    findings: violations.map(findingOf),
    errors,
    frames,
  };
}

type Fact = readonly [name: string, value: string];

function factsOf({ handshake, c2s, s2c, gaps, rtt, close }: EngineConnection): Fact[] {
  const facts: (readonly [string, string | undefined])[] = [
    ['Client', handshake?.client ?? undefined],
    ['Server', handshake?.server ?? undefined],
    ['Subprotocol', handshake ? protocolText(handshake) : undefined],
    ['Extensions', handshake ? extensionText(handshake) : undefined],
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
  return facts.filter((fact): fact is Fact => fact[1] !== undefined && fact[1] !== '');
}

function protocolText({ subprotocol, offered: { protocols } }: EngineHandshake): string {
  if (protocols.length === 0) return subprotocol ?? 'none';
  const offer = `offered ${protocols.join(', ')}`;
  return subprotocol === null ? `none; ${offer}` : `${subprotocol}; ${offer}`;
}

function extensionText({ extensions, offered }: EngineHandshake): string {
  if (offered.extensions === null) return extensions ?? 'none';
  return extensions === null ? `none; offered ${offered.extensions}` : `${extensions}; offered ${offered.extensions}`;
}

const pmdText = ({ c2s, s2c, takeover }: NonNullable<EngineHandshake['pmd']>): string =>
  `windows of 2^${c2s} and 2^${s2c} bytes, ${takeover.every(Boolean) ? 'kept from message to message' : takeover.some(Boolean) ? 'kept by one side' : 'forgotten after each message'}`;

const sentText = ({ frames, messages, fragments, wire }: EngineSent): string =>
  [
    countOf(frames, 'frame'),
    countOf(messages, 'message'),
    fragments > 0 ? countOf(fragments, 'fragment') : '',
    sizeText(wire),
  ]
    .filter(Boolean)
    .join(', ');

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
  const { by, code, name, reason, clean, answeredMs, tcp } = close;
  const ended = tcp === null ? '' : `; ${tcp.by} ${tcp.how === 'reset' ? 'reset TCP' : 'ended TCP first'}`;
  if (by === null) return `without a Close: the API sees 1006${ended}`;
  const other = by === 'server' ? 'client' : 'server';
  const answer = clean
    ? `${other} answered${answeredMs === null ? '' : ` after ${answeredMs.toFixed(answeredMs < 10 ? 1 : 0)} ms`}`
    : `${other} never answered`;
  return `${by} closed with ${code} ${name}${reason === '' ? '' : ` “${visible(reason)}”`}; ${answer}${ended}`;
}

/** What it comes to: which rules of the handshake and of the frames were broken, and whether it ended as it should. */
function verdictOf({ handshake, errors, warnings, close }: EngineConnection): ConnectionInfo['verdict'] {
  const opened =
    handshake === null
      ? 'The handshake is not in the capture'
      : handshake.violations.length > 0
        ? `The handshake breaks ${handshake.violations.join(', ')}`
        : handshake.status === 101
          ? 'The handshake keeps every rule'
          : `The server answered with ${handshake.status ?? 'nothing that was seen'}`;
  const faults = [errors > 0 ? countOf(errors, 'error') : '', warnings > 0 ? countOf(warnings, 'warning') : ''];
  const kept = errors + warnings === 0 ? 'nothing is wrong' : `${faults.filter(Boolean).join(' and ')} in all`;
  const ended =
    close === null
      ? 'it goes on at the end of the capture'
      : close.clean
        ? 'it was closed cleanly'
        : 'it was not closed cleanly';
  return { text: `${opened}; ${kept}; ${ended}.`, bad: errors > 0 };
}
