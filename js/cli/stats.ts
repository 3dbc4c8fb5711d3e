/** `sansocket stats`: captures in numbers. */

import type { CaptureStats, ConnectionStats, SentStats } from '../inspect/stats.js';
import { visible, visibleJson } from '../inspect/visible.js';
import { command } from './command.js';
import type { Flags, Line } from './flags.js';
import { closeStory } from './output/pretty.js';
import { tellTroubles } from './output/troubles.js';
import { readCaptures, type Sink } from './session.js';
import { sourceFlags, sourceOf } from './source-flags.js';
import { columns, ExitCode, type Paint, painter, print } from './terminal.js';
import { summaryOf } from './words.js';
import { wrapped } from './wrap.js';

const flags = {
  format: {
    kind: 'choice',
    choices: ['pretty', 'json'],
    help: 'pretty by default; json: one object a capture, one line each',
  },
  ...sourceFlags,
} as const satisfies Flags;

export const stats = command({
  name: 'stats',
  summary: 'per connection: counts, bytes, compression, round trips, how it ended',
  usage: '[FLAG]... [FILE|-]...',
  about:
    'Counts frames, messages and bytes of each direction, compression, fragments, round trips of Pings and violations, and tells how each connection ended.',
  flags,
  files: true,
  examples: [
    ['sansocket stats capture.pcapng', ''],
    ['sansocket stats --format json *.pcap | jq .frames', ''],
  ],
  run,
});

async function run({ values, operands }: Line<typeof flags>): Promise<number> {
  const paint = painter();
  let name = '';
  const sink: Sink = {
    begin: (input) => {
      name = input.name;
    },
    lines: async (ndjson) => {
      tellTroubles(ndjson, name);
      return true;
    },
    end: async (counted) => {
      await print(
        values.format === 'json'
          ? `${visibleJson({ v: 1, source: name, ...counted })}\n`
          : pretty(name, counted, paint),
      );
    },
  };
  const { unreadable, cut, interrupted } = await readCaptures(
    sourceOf(values, operands),
    { records: ['error'], payload: 'none' },
    sink,
  );
  if (interrupted) return ExitCode.Interrupted;
  return unreadable || cut ? ExitCode.Trouble : ExitCode.Ok;
}

function pretty(name: string, capture: CaptureStats, paint: Paint): string {
  const { packets, start, seconds, rules, conns } = capture;
  const when = start === null ? undefined : `from ${start}${seconds === null ? '' : `, ${seconds.toFixed(3)} s`}`;
  const lines = [
    paint('bold', name),
    fit(`${summaryOf(capture)}${packets > 0 ? `, ${packets} packets` : ''}`),
    ...(when === undefined ? [] : [fit(when)]),
    ...Object.entries(rules).map(([id, count]) => `  ${paint('yellow', String(count).padStart(8))} ${id}`),
    ...conns.flatMap((connection) => ['', ...connectionLines(connection, paint)]),
  ];
  return `${lines.join('\n')}\n`;
}

/** A line that goes on in others where the terminal is narrow. */
const fit = (text: string, indent = 2): string =>
  wrapped(text, indent, columns() ?? Number.POSITIVE_INFINITY, indent + 2);

function connectionLines(connection: ConnectionStats, paint: Paint): string[] {
  const { conn, handshake, c2s, s2c, rtt, gaps, close, first, last } = connection;
  const { client, server, method, uri, status, pmd, subprotocol } = handshake ?? {};
  const title = [
    `conn ${conn}`,
    client && server ? `${client} > ${server}` : undefined,
    method ? `${method} ${uri ?? ''}` : handshake === null ? 'handshake not seen' : undefined,
    status ? String(status) : undefined,
    subprotocol ? `protocol ${subprotocol}` : undefined,
  ].filter((part) => part !== undefined);
  const rows: string[] = [paint('bold', fit(visible(title.join('  ')), 0))];
  if (pmd) {
    const [client, server] = pmd.takeover.map((takeover) => (takeover ? 'takeover' : 'no takeover'));
    rows.push(fit(`permessage-deflate: client window 2^${pmd.c2s}, ${client}; server window 2^${pmd.s2c}, ${server}`));
  }
  rows.push(sentLine('client > server', c2s), sentLine('server > client', s2c));
  if (rtt !== null) {
    rows.push(
      fit(
        `ping to pong: ${rtt.count} times, median ${ms(rtt.median)}, p95 ${ms(rtt.p95)}, ${ms(rtt.min)} to ${ms(rtt.max)}`,
      ),
    );
  }
  if (gaps > 0) rows.push(paint('yellow', `  ${gaps} gaps in what was captured`));
  if (first.t !== null && last.t !== null) rows.push(`  open for ${(last.t - first.t).toFixed(3)} s`);
  if (close !== null) rows.push(fit(closeStory(close)));
  return rows;
}

function sentLine(
  direction: string,
  { frames, messages, wire, payload, compressed, inflated, fragments, ops }: SentStats,
): string {
  const parts = [
    `${frames} frames`,
    `${messages} messages`,
    `${wire} B`,
    `payload ${payload} B`,
    compressed > 0 ? `deflate ${compressed} -> ${inflated} B (${(inflated / compressed).toFixed(2)}:1)` : undefined,
    fragments > 0 ? `${fragments} fragments` : undefined,
    Object.entries(ops)
      .map(([name, count]) => `${name} ${count}`)
      .join(' '),
  ];
  const text = `${direction}  ${parts.filter((part) => part !== undefined && part !== '').join(', ')}`;
  return fit(text);
}

const ms = (value: number): string => `${value.toFixed(value < 10 ? 1 : 0)} ms`;
