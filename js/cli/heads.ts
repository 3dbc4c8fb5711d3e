/** The rules of an opening handshake (RFC 6455 §4.1, §4.2.1), on heads that somebody has in files. */

import { sectionName } from '../inspect/catalogue.js';
import { Side } from '../inspect/engine.js';
import type { HandshakeRecord, ViolationRecord } from '../inspect/records.js';
import { visible } from '../inspect/visible.js';
import { nameOf, readWhole } from './input.js';
import { recordsOf } from './output/records.js';
import { theEngine } from './session.js';
import { type Paint, row } from './terminal.js';
import { UsageError } from './usage-error.js';

/** What was found out about a request, a response, or both. */
export interface Checked {
  readonly handshake: HandshakeRecord;
  /** What the response has to have as Sec-WebSocket-Accept; `undefined` without a request, or if its key is none. */
  readonly accept: string | undefined;
  readonly violations: readonly ViolationRecord[];
  /** The heads, whose lines the violations are in. */
  readonly heads: Heads;
}

interface Heads {
  readonly c2s: string | undefined;
  readonly s2c: string | undefined;
}

/** Reads heads from files, `-` being standard input, and checks them; a response by its request if both are there. */
export async function checkHeads(request: string | undefined, response: string | undefined): Promise<Checked> {
  if (request === '-' && response === '-') throw new UsageError('standard input can be read once');
  const c2s = await headOf(request, 'request', /^[!#-'*+.0-9A-Z^-z|~-]+ \S+ HTTP\/\d/);
  const s2c = await headOf(response, 'response', /^HTTP\/\d(?:\.\d+)? \d{3}\b/);
  const found = judged({ c2s, s2c }) ?? (c2s === undefined ? judgedAlone(s2c) : judged({ c2s: withKey(c2s), s2c }));
  if (found === undefined) throw new UsageError(`${nameOf(response ?? '-')}: this answers no request for a WebSocket`);
  const { handshake, violations } = found;
  const { key } = handshake;
  const usable = key !== null && !violations.some(({ id }) => id === 'hs-key-invalid');
  const accept = usable ? (await import('sansocket')).acceptKey(key) : undefined;
  return { handshake, accept, violations, heads: { c2s, s2c } };
}

/** The head in a file, up to its empty line, which may be left out at the end. */
async function headOf(file: string | undefined, what: string, first: RegExp): Promise<string | undefined> {
  if (file === undefined) return undefined;
  const text = Buffer.from(await readWhole(file))
    .toString('latin1')
    .replace(/^\xef\xbb\xbf/, '');
  if (!first.test(text)) {
    const line = text.split(/\r?\n/, 1)[0]?.slice(0, 60) ?? '';
    throw new UsageError(`${nameOf(file)}: the head of a ${what} does not begin with "${visible(line)}"`);
  }
  const [head = `${text.trimEnd()}\r\n\r\n`] = /^.*?\n\r?\n/s.exec(text) ?? [];
  return head;
}

type Judgement = Pick<Checked, 'handshake' | 'violations'>;

/** What the engine says; `undefined` if for it this is no handshake. */
function judged({ c2s, s2c }: Heads): Judgement | undefined {
  const engine = theEngine();
  engine.open({ from: 'raw', records: ['handshake', 'violation'] });
  if (c2s !== undefined) engine.feed(Buffer.from(c2s, 'latin1'), Side.Client);
  if (s2c !== undefined) engine.feed(Buffer.from(s2c, 'latin1'), Side.Server);
  engine.finish();
  const records = [...recordsOf(engine.take(Number.MAX_SAFE_INTEGER))];
  // There is one after the request, and one after the response.
  const handshake = records.findLast((record) => record.type === 'handshake');
  return handshake && { handshake, violations: records.filter((record) => record.type === 'violation') };
}

/** A request that shows no sign of a WebSocket is passed over by the engine. With an empty key it is judged, and found to have none. */
function withKey(request: string): string {
  return request.replace(/\r?\n\r?\n$/, '\r\nSec-WebSocket-Key:\r\n\r\n');
}

/** A request that breaks no rule, for a response that nobody has the request of. */
const REQUEST = [
  'GET / HTTP/1.1',
  'Host: unknown.invalid',
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
  'Sec-WebSocket-Version: 13',
  '\r\n',
].join('\r\n');

/** What a response breaks only by what its request has. */
const BY_REQUEST: ReadonlySet<string> = new Set([
  'hs-accept-mismatch',
  'hs-extension-unoffered',
  'hs-subprotocol-unoffered',
]);

/** A response that refuses, or switches to nothing, which the engine takes for one of a WebSocket only behind its request. */
function judgedAlone(s2c: string | undefined): Judgement | undefined {
  const { handshake, violations } = judged({ c2s: REQUEST, s2c }) ?? {};
  // An interim response (RFC 9110 §15.2) answers nothing.
  if (handshake === undefined || violations === undefined || handshake.status === null) return undefined;
  const told = violations.filter(({ id }) => !BY_REQUEST.has(id));
  const ids = told.map(({ id }) => id);
  const unknown = { method: null, uri: null, host: null, key: null, acceptOk: null };
  return { handshake: { ...handshake, ...unknown, violations: ids }, violations: told };
}

/** The result in lines. */
export function checkedText({ handshake, accept, violations, heads }: Checked, paint: Paint): string {
  const lines: string[] = [];
  const say = (name: string, value: string | null | undefined): void => {
    if (value !== null && value !== undefined) lines.push(row(name, visible(value), paint));
  };
  say('request', heads.c2s?.split(/\r?\n/, 1)[0]);
  say('key', handshake.key);
  if (accept !== undefined) lines.push(row('accept', paint('bold', accept), paint));
  say('response', heads.s2c?.split(/\r?\n/, 1)[0]);
  say('its accept', handshake.accept);
  say('subprotocol', handshake.subprotocol);
  say('extensions', handshake.extensions);
  for (const violation of violations) lines.push(`  ${violationLine(violation, heads, paint)}`);
  if (violations.length === 0) lines.push(paint('green', verdictOf(handshake)));
  return `${lines.join('\n')}\n`;
}

function verdictOf({ status }: HandshakeRecord): string {
  if (status === null || status === 101) return 'no rule is broken';
  return `no rule is broken: the server refuses, with status ${status}`;
}

function violationLine({ id, level, dir, at, rfc, status, text }: ViolationRecord, heads: Heads, paint: Paint): string {
  const line = (heads[dir] ?? '').slice(0, at).split('\n').length;
  const where = dir === 'c2s' ? 'request' : 'response';
  const facts = [rfc === null ? undefined : sectionName(rfc), status === null ? undefined : `expect HTTP ${status}`];
  const behind = facts.filter((fact) => fact !== undefined).join(', ');
  // What is missing is in no line.
  const place = at === 0 || line > lineCount(heads[dir]) ? `in the ${where}` : `in line ${line} of the ${where}`;
  return `${paint('red', `! ${level} ${id}`)} ${place}: ${visible(text)}${behind === '' ? '' : ` (${behind})`}`;
}

const lineCount = (head = ''): number => head.trimEnd().split('\n').length;
