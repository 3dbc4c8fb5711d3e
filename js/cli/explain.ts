/** `sansocket explain`: numbers, names and headers of the protocol in words. */

import { visible, visibleJson } from '../inspect/visible.js';
import { command } from './command.js';
import { nearest } from './nearest.js';
import { ExitCode, fitted, type Paint, painter, print } from './terminal.js';
import { type Explanation, explanationsOf, topics } from './topics.js';
import { UsageError } from './usage-error.js';
import { wrapped } from './wrap.js';

export const explain = command({
  name: 'explain',
  summary: 'close codes, opcodes, violations, header fields and extension parameters in words',
  usage: 'TOPIC... [--format pretty|json]',
  about:
    'Explains a close code (1006), an opcode (0x9, ping), a violation (utf8-invalid), a field of a frame (FIN, RSV1, MASK), ' +
    'a header field (Sec-WebSocket-Accept), or the value of Sec-WebSocket-Extensions. Without a TOPIC it lists what there is.',
  flags: { format: { kind: 'choice', choices: ['pretty', 'json'], help: 'pretty by default' } },
  files: false,
  words: topics.flatMap(({ names }) => names),
  examples: [
    ['sansocket explain 1006', 'why there was no Close'],
    ['sansocket explain utf8-invalid', 'a violation'],
    ['sansocket explain "permessage-deflate; client_max_window_bits=10"', ''],
    ['sansocket explain', 'everything that has a name'],
  ],
  run: async ({ values: { format }, operands }) => {
    if (operands.length === 0) return print(format === 'json' ? listedJson() : listed(painter()));
    const found = operands.flatMap(oneOf);
    const text =
      format === 'json'
        ? found.map((each) => `${visibleJson({ v: 1, ...each })}\n`).join('')
        : pretty(found, painter());
    await print(text);
    return ExitCode.Ok;
  },
});

function oneOf(topic: string): readonly Explanation[] {
  const found = explanationsOf(topic);
  if (found.length > 0) return found;
  const near = nearest(
    topic,
    topics.flatMap(({ names }) => names),
  );
  const hint = near === undefined ? '"sansocket explain" lists what there is' : `did you mean ${near}?`;
  throw new UsageError(`nothing is known of "${visible(topic)}"; ${hint}`);
}

function pretty(explanations: readonly Explanation[], paint: Paint): string {
  const parts = explanations.map(({ title, facts, text, link }) => {
    const head = [paint('bold', title), facts === '' ? '' : paint('dim', facts)]
      .filter((part) => part !== '')
      .join('  ');
    const lines = [head, wrapped(text, 2, fitted())];
    if (link !== undefined) lines.push(paint('dim', `  ${link}`));
    return lines.join('\n');
  });
  return `${parts.join('\n\n')}\n`;
}

const listedJson = (): string => topics.map((group) => `${visibleJson({ v: 1, ...group })}\n`).join('');

function listed(paint: Paint): string {
  const groups = topics.map(({ title, names }) => `${paint('bold', title)}\n${wrapped(names.join(' '), 2, fitted())}`);
  return `${groups.join('\n\n')}\n`;
}
