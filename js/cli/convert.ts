/** `sansocket convert`: a capture in another format, by the names of the files. */

import { visible } from '../inspect/visible.js';
import { command } from './command.js';
import type { Flags, Line } from './flags.js';
import { defaultFields } from './output/fields.js';
import { formatOf } from './output/formats.js';
import { separationOf } from './output/table.js';
import { redactFlag, selectFlags, selectionOf, sourceFlags, sourceOf } from './source-flags.js';
import { ExitCode } from './terminal.js';
import { UsageError } from './usage-error.js';
import { writeRows } from './write-rows.js';

const flags = {
  output: { kind: 'text', short: 'o', value: 'FILE', help: 'what to write; its extension says the format' },
  'har-frames': { kind: 'switch', help: 'frames in HAR as well, as _webSocketFrames' },
  redact: redactFlag,
  ...sourceFlags,
  ...selectFlags,
} as const satisfies Flags;

export const convert = command({
  name: 'convert',
  summary: 'another format: .pcapng, .har, .ndjson, .json, .csv, .hex, .bin',
  usage: 'FILE -o FILE [FLAG]...',
  about:
    'Writes a capture in the format that the name of the output has. pcapng is made of Ethernet, IPv4 and TCP around the ' +
    'handshake and frames, so that Wireshark shows what came from a NetLog or from hex. HAR is in the dialect of Chrome. ' +
    '.bin has the bytes of one direction.',
  flags,
  files: true,
  examples: [
    ['sansocket convert netlog.json -o frames.pcapng', 'wss:// for Wireshark, without keys'],
    ['sansocket convert capture.pcap -o messages.har', ''],
    ['sansocket convert --redact capture.pcap -o report.pcapng', 'for a bug report: nothing that was said is in it'],
    ['sansocket convert x.pcap --conn 1 -Y "dir == c2s" -o client.bin', ''],
  ],
  run,
});

async function run({ values, operands }: Line<typeof flags>): Promise<number> {
  const format = formatOf(values.output);
  if (values.output === undefined) throw new UsageError('-o FILE says what to write');
  if (format === undefined || format === 'pretty') {
    throw new UsageError(
      `what format is "${visible(values.output)}"? .pcapng, .har, .ndjson, .json, .csv, .hex or .bin`,
    );
  }
  const { outcome } = await writeRows({
    source: sourceOf(values, operands),
    selection: selectionOf(values),
    file: values.output,
    format,
    messages: false,
    count: undefined,
    time: 'r',
    dump: undefined,
    columns: defaultFields,
    separation: separationOf(['header=y']),
    harFrames: values['har-frames'],
    redact: values.redact,
    follow: false,
    nul: false,
    payload: undefined,
    maxPayload: undefined,
    bytes: undefined,
  });
  if (outcome.interrupted) return ExitCode.Interrupted;
  return outcome.unreadable || outcome.cut ? ExitCode.Trouble : ExitCode.Ok;
}
