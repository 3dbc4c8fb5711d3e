// docs/conformance.md, out of the results that are kept.

import { writeFileSync } from 'node:fs';
import { at } from '../../tools/lib/paths.mjs';
import { undecided } from './gate.mjs';
import { kept } from './results.mjs';

export function writeDocument() {
  writeFileSync(at('docs', 'conformance.md'), document(kept()));
}

const document = (runs) => `# Conformance

<!-- Written by \`npm run conformance -- --write\`: change tests/conformance/document.mjs instead. -->

The test suite of [Autobahn](https://github.com/crossbario/autobahn-testsuite) has 517 cases: frames, pings, reserved bits and opcodes,
fragments, UTF-8, the closing handshake, sizes up to 16 MiB, and compression. It is run against this package in both roles.

${table(
  ['what was judged', 'on', 'role', 'judge', 'cases', 'OK', 'others'],
  runs.map(({ name, judge, runtime, verdicts }) => {
    const [testee, role] = name.split(':');
    const all = Object.values(verdicts);
    const ok = all.filter((verdict) => verdict === 'OK').length;
    return [titles[testee], runtime, role, judge, all.length, ok, all.length - ok];
  }),
)}

**What was judged.** The codec by itself is \`ServerHandshake\`, \`ClientHandshake\` and \`Connection\`, driven by forty lines over sockets of
\`node:net\`. The class is what \`acceptUpgrade\`, \`acceptStream\`, \`sansocket/client\` and \`createWebSocketClass\` give. In browsers it runs in a page over a
tunnel: a native WebSocket to a relay carries nothing but bytes, and the connection that is judged is inside of it.

**Who judged.** wstest is Autobahn's own runner, which needs Python 2.7. [kosoku](https://github.com/curioswitch/kosoku) runs the same case files on
a current Python; \`npm test\` uses it for ${quickText}.

## Cases that are not OK

${others(runs)}

## To run it

| | |
|---|---|
| \`npm test -- --only conformance\` | the quick part, on Node |
| \`npm run conformance\` | the quick part, everywhere |
| \`npm run conformance -- --full --write\` | all cases, everywhere; about ten minutes for each line of the table. Writes this page |
| \`npm run conformance -- --full --judge kosoku --only node-class:server\` | a single line |

Every verdict behind the table is in [tests/conformance/results.jsonl](../tests/conformance/results.jsonl). The wire logs of a run are in
\`target/conformance/\`.
`;

const quickText = 'groups 1 to 10 and some of 12 and 13';

const titles = {
  'node-bare': 'the codec by itself',
  'node-class': 'the class',
  deno: 'the class',
  bun: 'the class',
  firefox: 'the class in a page',
  chromium: 'the class in a page',
};

/** The cases with another verdict than OK: the reason, and whose they are if not of all. */
function others(runs) {
  const found = new Map();
  for (const { name, judge, verdicts } of runs) {
    for (const [id, verdict] of Object.entries(verdicts)) {
      if (verdict === 'OK') continue;
      const key = `${id} ${verdict}`;
      if (!found.has(key)) found.set(key, { id, verdict, of: [] });
      found.get(key).of.push(`${name} (${judge})`);
    }
  }
  if (found.size === 0) return 'None.';
  const rows = [...found.values()].map(({ id, verdict, of }) => [
    id,
    verdict,
    reasonOf(id),
    of.length === runs.length ? 'all' : of.join(', '),
  ]);
  return table(['case', 'verdict', 'reason', 'of'], rows);
}

function reasonOf(id) {
  return undecided[id] ? `The suite has no other verdict: ${undecided[id]}` : 'not explained';
}

function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}
