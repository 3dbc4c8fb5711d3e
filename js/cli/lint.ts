/** `sansocket lint`: what breaks the protocol in captures, for people and for CI. */

import { catalogue, type Level } from '../inspect/catalogue.js';
import type { ViolationRecord } from '../inspect/records.js';
import { visible } from '../inspect/visible.js';
import { command } from './command.js';
import type { Flags, Line } from './flags.js';
import type { Input } from './input.js';
import { nearest } from './nearest.js';
import { githubLine } from './output/github.js';
import { type Output, openOutput } from './output/output.js';
import { violationText } from './output/pretty.js';
import { linesOfType } from './output/records.js';
import { Sarif } from './output/sarif.js';
import { tellTroubles } from './output/troubles.js';
import { readCaptures, type Sink } from './session.js';
import { sourceFlags, sourceOf } from './source-flags.js';
import { complain, ExitCode } from './terminal.js';
import { UsageError } from './usage-error.js';
import { counted } from './words.js';

const flags = {
  format: {
    kind: 'choice',
    choices: ['pretty', 'ndjson', 'json', 'sarif', 'github'],
    help: 'pretty by default; github: annotations of a workflow',
  },
  'fail-on': {
    kind: 'choice',
    choices: ['error', 'warn', 'note'],
    help: 'the level from which on the exit code is 1; error by default',
  },
  allow: { kind: 'list', value: 'ID,...', help: 'violations that are not reported' },
  output: { kind: 'text', short: 'o', value: 'FILE', help: 'write there' },
  ...sourceFlags,
} as const satisfies Flags;

export const lint = command({
  name: 'lint',
  summary: 'what breaks the protocol; exit code 1 if anything does',
  usage: '[FLAG]... [FILE|-]...',
  about:
    'Reports every violation of RFC 6455 and RFC 7692 in captures: the rule, its section, the byte that decided, and the ' +
    'close code that a strict endpoint would send. "sansocket explain ID" says more on each.',
  flags,
  files: true,
  notes:
    'Levels: error, a MUST was broken; warn, suspicious or not provable from the capture; note, legal but worth seeing. ' +
    'Exit code: 0 nothing at or above --fail-on, 1 something, 2 unreadable or misused.',
  examples: [
    ['sansocket lint capture.pcapng', ''],
    ['sansocket lint --fail-on warn --allow no-close-frame *.pcap', 'stricter, with an exception'],
    ['sansocket lint --format github trace.har', 'in a workflow of GitHub'],
    ['sansocket lint --format sarif trace.har -o out.sarif', 'for code scanning'],
    ['sansocket explain utf8-invalid', 'what an id means'],
  ],
  run,
});

const ORDER: readonly Level[] = ['note', 'warn', 'error'];

async function run({ values, operands }: Line<typeof flags>): Promise<number> {
  const source = sourceOf(values, operands);
  const allowed = allowedOf(values.allow);
  const failOn = values['fail-on'] ?? 'error';
  const output = openOutput(
    values.output,
    source.captures.flat().map(({ file }) => file),
  );
  const report = reportOf(values.format ?? 'pretty', output);
  const counts: Record<Level, number> = { error: 0, warn: 0, note: 0 };
  let input: Input | undefined;
  const sink: Sink = {
    begin: (each) => {
      input = each;
    },
    lines: async (ndjson) => {
      tellTroubles(ndjson, input?.name ?? '');
      for (const line of linesOfType('violation', ndjson)) {
        const violation = JSON.parse(line) as ViolationRecord;
        if (allowed.has(violation.id)) continue;
        counts[violation.level] += 1;
        await report.take(violation, line, input?.name ?? '');
      }
      return true;
    },
  };
  const { unreadable, cut, nothing, interrupted, stats } = await readCaptures(
    source,
    { records: ['violation', 'error'], payload: 'none' },
    sink,
  );
  if (!nothing || !output.replaces) {
    await report.finish();
    await output.close();
  }
  if (!values.quiet) {
    const frames = stats.reduce((sum, each) => sum + each.frames, 0);
    complain(
      `${counted(frames, 'frame')}, ${counted(counts.error, 'error')}, ${counted(counts.warn, 'warning')}, ${counted(counts.note, 'note')}`,
    );
  }
  if (interrupted) return ExitCode.Interrupted;
  if (unreadable || cut) return ExitCode.Trouble;
  return ORDER.slice(ORDER.indexOf(failOn)).some((level) => counts[level] > 0) ? ExitCode.Findings : ExitCode.Ok;
}

function allowedOf(lists: readonly string[]): ReadonlySet<string> {
  const ids = lists
    .flatMap((list) => list.split(','))
    .map((id) => id.trim())
    .filter((id) => id !== '');
  const known = catalogue.map(({ id }) => id);
  for (const id of ids) {
    if (known.includes(id)) continue;
    const near = nearest(id, known);
    throw new UsageError(
      `--allow: there is no violation "${visible(id)}"${near === undefined ? '' : `; did you mean ${near}?`}`,
    );
  }
  return new Set(ids);
}

/** A way to report. */
interface Report {
  take(violation: ViolationRecord, line: string, name: string): Promise<unknown>;
  finish(): Promise<unknown>;
}

function reportOf(format: 'pretty' | 'ndjson' | 'json' | 'sarif' | 'github', output: Output): Report {
  const nothing = async (): Promise<void> => {};
  switch (format) {
    case 'pretty': {
      let last: string | undefined;
      return {
        take: async (violation, _line, name) => {
          const heading = name === last ? '' : `${output.paint('bold', name)}\n`;
          last = name;
          await output.write(`${heading}${violationText(violation, output, 2, false)}\n`);
        },
        finish: nothing,
      };
    }
    case 'ndjson':
      return { take: (_violation, line) => output.write(`${line}\n`), finish: nothing };
    case 'json': {
      let count = 0;
      return {
        take: (_violation, line) => {
          count += 1;
          return output.write(`${count === 1 ? '[\n' : ',\n'}${line}`);
        },
        finish: () => output.write(count === 0 ? '[]\n' : '\n]\n'),
      };
    }
    case 'github':
      return { take: (violation, _line, name) => output.write(githubLine(violation, name)), finish: nothing };
    case 'sarif': {
      const sarif = new Sarif();
      return {
        take: async (violation, _line, name) => sarif.take(violation, name),
        finish: () => output.write(sarif.text()),
      };
    }
  }
}
