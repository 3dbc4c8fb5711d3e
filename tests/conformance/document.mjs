// docs/conformance.md, out of the results that are kept.

import { writeFileSync } from 'node:fs';
import { at } from '../../tools/lib/paths.mjs';
import { undecided } from './gate.mjs';
import { kept } from './results.mjs';
import { selections } from './selection.mjs';
import { table } from './table.mjs';
import { vectorsSummary } from './vectors.mjs';

export const writeDocument = () => writeFileSync(at('docs', 'conformance.md'), written());

/** The text of docs/conformance.md. */
export const written = () => document(kept().sort((a, b) => placeOf(a) - placeOf(b)));

/** What was judged, in the order of the table: what it is called, and what it ran on. */
const testees = {
  'node-class': ['the class', 'Node'],
  'node-bare': ['the codec by itself', 'Node'],
  deno: ['the class', 'Deno'],
  bun: ['the class', 'Bun'],
  chromium: ['the class in a page', 'Chromium'],
  firefox: ['the class in a page', 'Firefox'],
};

const testeeOf = ({ name }) => name.split(':')[0];
const placeOf = (run) => Object.keys(testees).indexOf(testeeOf(run));

const document = (runs) => `# Conformance

<!-- Written by \`npm run conformance -- --full --write\` and \`npm run vectors\`: change tests/conformance/document.mjs instead. -->

## Autobahn

The test suite of [Autobahn](https://github.com/crossbario/autobahn-testsuite) has ${selections.full.count} cases: frames, pings, reserved bits and opcodes,
fragments, UTF-8, the closing handshake, sizes up to 16 MiB, and compression. It is run against this package in both roles.

${table(['what was judged', 'on', 'role', 'judge', 'cases', 'OK', 'others', 'run again', 'at'], runs.map(rowOf))}

**What was judged.** The codec by itself is \`ServerHandshake\`, \`ClientHandshake\` and \`Connection\`, driven by forty lines over sockets of
\`node:net\`. The class is what \`acceptUpgrade\`, \`acceptStream\`, \`sansocket/client\` and \`createWebSocketClass\` give. In browsers it runs in a page over a
tunnel: a native WebSocket to a relay carries nothing but bytes, and the connection that is judged is inside of it.

**Which cases.** All ${selections.full.count}. \`npm test\` has a quick part of ${selections.quick.count}, which is not in the table: groups 1 to 10, and of each kind of
compression in 12 and 13 messages of 1 KiB, and of 8 KiB in fragments of 256 bytes.

**At.** The commit that was judged, and the day. \`+ changes\` is for what was not committed.

**Who judged.** wstest is Autobahn's own runner, which needs Python 2.7. [kosoku](https://github.com/curioswitch/kosoku) runs the same case files on
a current Python. [run_kosoku.py](../tests/conformance/judges/run_kosoku.py) adapts two things from outside, both about compression: cases get text that
came uncompressed as bytes, and are run too if a client does not name \`client_no_context_takeover\`, which every client has to support
([RFC 7692 §7.1.1.2](https://www.rfc-editor.org/rfc/rfc7692#section-7.1.1.2)).${agreement(runs)}

**Run again.** On a busy machine a judge gives up on whoever is right: a second for the end of a connection, or half of one, is all that some cases
allow. Those that a judge's clock has decided are run once more, by themselves, and the second verdict counts. ${runAgain(runs)}

### Cases that are not OK

${others(runs)}

## Hostile input

[tests/vectors](../tests/vectors/README.md) has what an attacker or a mistaken caller may send, byte by byte, and what must come of it. Each
is tried whole and cut in many ways; those about a call or about memory have a test of their own. ${vectorsSummary()}

Where a cell has fewer than there are, or nothing, the others are tried in the other column. Frames, text, compression and handshakes are tried on
the other runtimes and in browsers as well: [runtimes.md](runtimes.md).

## To run it

| | |
|---|---|
| \`npm test -- --only conformance\` | the quick part of Autobahn, on Node |
| \`npm run conformance\` | the quick part, everywhere |
| \`npm run conformance -- --full --write\` | all cases, everywhere; about ten minutes for each line of the table. Writes this page |
| \`npm run conformance -- --full --judge wstest --only node-class:server\` | a single line, by a judge that is named |
| \`npm run vectors\` | the hostile input, in Rust and on Node. Writes this page |

Every verdict behind the tables is in [results.jsonl](../tests/conformance/results.jsonl) and [vectors.jsonl](../tests/conformance/vectors.jsonl). The
wire logs of a run are in \`target/conformance/\`.
`;

function rowOf(run) {
  const [title, platform] = testees[testeeOf(run)];
  const all = Object.values(run.verdicts);
  const ok = all.filter((verdict) => verdict === 'OK').length;
  const [, role] = run.name.split(':');
  const again = Object.keys(run.again).length;
  const at = run.commit ? `${run.commit}, ${run.date}` : 'not recorded';
  return [title, `${platform} ${run.runtime}`, role, run.judge, all.length, ok, all.length - ok, again || '', at];
}

/** Whether the judges say the same of what both have judged. */
function agreement(runs) {
  const pairs = runs.flatMap((run, index) =>
    runs.slice(index + 1).flatMap((other) => (other.name === run.name ? [[run, other]] : [])),
  );
  if (pairs.length === 0) return '';
  const differing = pairs.flatMap(([a, b]) =>
    Object.keys(a.verdicts)
      .filter((id) => id in b.verdicts && a.verdicts[id] !== b.verdicts[id])
      .map((id) => `${id} of ${a.name} (${a.judge}: ${a.verdicts[id]}; ${b.judge}: ${b.verdicts[id]})`),
  );
  return differing.length === 0
    ? ' Of every case that both have judged they say the same.'
    : ` They differ in ${differing.join(', ')}.`;
}

/** The cases that were run again, and what they were at first. */
function runAgain(runs) {
  const cases = runs.flatMap(({ name, judge, again }) =>
    Object.entries(again).map(([id, verdict]) => `${id} of ${name}, ${judge} (${verdict})`),
  );
  return cases.length === 0 ? 'There were none.' : `At first these were otherwise: ${cases.join(', ')}.`;
}

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
