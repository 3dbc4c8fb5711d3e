/** `sansocket decode`: the frames or messages of captures. */

import { command } from './command.js';
import type { Flags, Line } from './flags.js';
import { layers } from './output/dump.js';
import { checkFields, defaultFields } from './output/fields.js';
import { formatOf, formats, isWire } from './output/formats.js';
import { separationOf } from './output/table.js';
import { timeFormats } from './output/time.js';
import type { Outcome } from './session.js';
import { redactFlag, selectFlags, selectionOf, sourceFlags, sourceOf } from './source-flags.js';
import { ExitCode } from './terminal.js';
import { UsageError } from './usage-error.js';
import { writeRows } from './write-rows.js';

const rowFlags = {
  messages: { kind: 'switch', short: 'm', help: 'rows are messages and control frames, not frames' },
  frames: { kind: 'switch', help: 'rows are frames; the default' },
  count: { kind: 'integer', short: 'c', value: 'N', min: 1, max: Number.MAX_SAFE_INTEGER, help: 'stop after N rows' },
  time: {
    kind: 'choice',
    short: 't',
    choices: timeFormats,
    help: 'r relative, a time, ad date, d to the row before, e epoch, iso; r by default',
  },
  field: {
    kind: 'list',
    short: 'e',
    value: 'FIELD',
    help: 'a column of --format fields or csv, such as dir, op, len, payload',
  },
  separate: {
    kind: 'list',
    short: 'E',
    value: 'NAME=VALUE',
    help: 'separator=TEXT, header=y, quote=d; for --format fields',
  },
  payload: {
    kind: 'choice',
    choices: ['none', 'preview', 'full'],
    help: 'how much of payloads; preview in pretty, else full',
  },
  'max-payload': {
    kind: 'integer',
    value: 'N',
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
    help: 'bytes of payload that are written; 256 of a preview',
  },
  bytes: { kind: 'choice', choices: ['base64', 'hex'], help: 'how payload that is not text is written' },
  'har-frames': { kind: 'switch', help: 'frames in HAR as well, as _webSocketFrames' },
  redact: redactFlag,
} as const satisfies Flags;

const flags = {
  format: { kind: 'choice', choices: formats, help: 'pretty by default' },
  output: {
    kind: 'text',
    short: 'o',
    also: ['write'],
    value: 'FILE',
    help: 'write there; the format goes by its name',
  },
  w: { kind: 'text', value: 'FILE', short: 'w', help: 'the same as -o, as for tshark' },
  ...rowFlags,
  follow: { kind: 'switch', help: 'a conversation: messages alone, in two colours' },
  hexdump: { kind: 'switch', short: 'x', help: 'a hex dump below each frame' },
  layer: { kind: 'choice', choices: layers, help: 'what is dumped; wire by default' },
  ...sourceFlags,
  ...selectFlags,
  null: { kind: 'switch', short: '0', help: 'NUL ends rows instead of a line feed, as xargs -0 takes them' },
  strict: { kind: 'switch', help: 'exit code 1 on errors, 3 on damaged input' },
  'keep-going': { kind: 'switch', help: 'the opposite of --strict; the default' },
  'exit-status': { kind: 'switch', help: 'exit code 1 if nothing matched' },
  unbuffered: { kind: 'switch', help: 'write every row at once; always so' },
} as const satisfies Flags;

export const decode = command({
  name: 'decode',
  summary: 'the frames or messages of captures: the default',
  usage: '[FLAG]... [FILE|-]...',
  about:
    'Shows the WebSocket frames in captures: pcap, pcapng, HAR, Chrome NetLog, raw bytes, or bytes in any notation ' +
    '(xxd, hexdump -C, 0x81, \\x81, base64 …), also in gzip or zip. What it is, is recognised. Violations of the protocol ' +
    'are below their frames. - is standard input, which is also read when it is a pipe and no FILE is given.',
  flags,
  files: true,
  notes:
    'Exit code: 0 done, 1 nothing matched (--exit-status) or errors (--strict), 2 unreadable or misused, 3 damaged ' +
    'input (--strict), 130 interrupted.',
  examples: [
    ['sansocket capture.pcapng', 'every frame of every connection'],
    ['tcpdump -U -w - port 8080 | sansocket', 'live'],
    ['sansocket -m --follow chat.har', 'as a conversation'],
    ['sansocket -Y "op == text and len > 1k" capture.pcap', 'long texts'],
    ['sansocket --format ndjson capture.pcap | jq .len', 'one JSON object a line'],
    ['sansocket --format fields -e t -e dir -e op -e len x.pcap', 'columns, as tshark prints them'],
    ['xxd -p frames.bin | sansocket -x --side client', 'with a hex dump of each'],
    ['sansocket netlog.json -o frames.pcapng', 'for Wireshark'],
  ],
  run,
});

async function run({ values, operands }: Line<typeof flags>): Promise<number> {
  if (values.output !== undefined && values.w !== undefined) throw new UsageError('-o and -w are the same: give one');
  if (values.strict && values['keep-going']) throw new UsageError('--strict and --keep-going exclude each other');
  const file = values.output ?? values.w;
  const columns = values.field.length > 0 ? checkFields(values.field) : defaultFields;
  const format = values.format ?? formatOf(file) ?? (values.field.length > 0 ? 'fields' : 'pretty');
  const messages = (values.messages || values.follow) && !values.frames;
  if (messages && isWire(format)) {
    const flag = values.follow ? '--follow' : '-m';
    throw new UsageError(`${format} has frames as they were on the wire, not messages: leave out ${flag}`);
  }
  const { outcome, wrote } = await writeRows({
    source: sourceOf(values, operands),
    selection: selectionOf(values),
    file,
    format,
    messages,
    count: values.count,
    time: values.time ?? 'r',
    dump: values.hexdump ? (values.layer ?? 'wire') : undefined,
    columns,
    separation: separationOf(values.separate),
    harFrames: values['har-frames'],
    redact: values.redact,
    follow: values.follow,
    nul: values.null,
    payload: values.payload,
    maxPayload: values['max-payload'],
    bytes: values.bytes,
  });
  return exitCode(outcome, values.strict, values['exit-status'] && !wrote);
}

/** Findings that say that input is damaged, and not that somebody broke a rule. */
const DAMAGE = ['truncated', 'tcp-gap', 'resynced'];

/** `missed`: something that matches was asked for, and nothing did. */
function exitCode({ stats, unreadable, cut, interrupted }: Outcome, strict: boolean, missed: boolean): number {
  if (interrupted) return ExitCode.Interrupted;
  if (unreadable) return ExitCode.Trouble;
  const damaged = stats.some(({ rules, troubles }) => troubles > 0 || DAMAGE.some((id) => (rules[id] ?? 0) > 0));
  if (strict && damaged) return ExitCode.Damaged;
  if (cut) return ExitCode.Trouble;
  if (strict && stats.some(({ errors }) => errors > 0)) return ExitCode.Findings;
  return missed ? ExitCode.Findings : ExitCode.Ok;
}
