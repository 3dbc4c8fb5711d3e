// The vectors of tests/vectors, judged by the tests that are named for them: by their ids, or for a whole group.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { table } from './table.mjs';

const file = (name) => fileURLToPath(new URL(name, import.meta.url));
const linesOf = (name) => readFileSync(file(name), 'utf8').split('\n').filter(Boolean);

const vectors = ['hostile', 'edges']
  .flatMap((name) => linesOf(`../vectors/${name}.jsonl`))
  .map((line) => JSON.parse(line));
const idsOf = (group) => vectors.filter((vector) => vector.group === group).map(({ id }) => id);

/** What each group is about, in the order of the table. */
const groups = {
  frame: 'frames and their order, limits, closing',
  utf8: 'text that is none',
  pmd: 'permessage-deflate',
  'handshake-server': 'requests',
  'handshake-client': 'responses',
  h2: 'extended CONNECT',
  api: 'what a caller does',
  flood: 'what exhausts memory or time',
  property: 'random bytes, cut at every point',
  wasm: 'the module, its memory, and what calls it',
  inspector: 'captures',
};

const kept = file('vectors.jsonl');

/** All that is kept: `{ on, verdicts: { id: whether it came out as expected } }`. */
const results = () => (existsSync(kept) ? linesOf('vectors.jsonl').map((line) => JSON.parse(line)) : []);

/** Keeps runs, in the place of all before. */
export function keepVectors(runs) {
  writeFileSync(kept, runs.map((run) => `${JSON.stringify(run)}\n`).join(''));
}

/** The vectors that were run, and whether every test that is named for one has passed, out of what a test runner printed. */
export function verdictsOf(output) {
  const verdicts = {};
  for (const { name, passed } of testsIn(output)) {
    for (const id of vectorsNamedIn(name)) verdicts[id] = (verdicts[id] ?? true) && passed;
  }
  return verdicts;
}

/** Of cargo, and of Node's reporter `tap`. What was skipped is not there. */
function testsIn(output) {
  const lines = output.matchAll(
    /^test (?<name>\w+) \.\.\. (?<cargo>ok|FAILED)$|^ *(?<tap>ok|not ok) \d+ - (?<title>.*)$/gm,
  );
  return [...lines]
    .map(({ groups: { name, cargo, tap, title } }) => ({ name: name ?? title, passed: (cargo ?? tap) === 'ok' }))
    .filter(({ name }) => !/ # SKIP/.test(name));
}

const RUST = /^(?:[a-z]\d+_)+/;
const SCRIPT = /^[A-Z]\d+(?:\.\d+)?(?:, [A-Z]\d+(?:\.\d+)?)*(?=:)/;

/** `handshake_server` is for a group; `b01_b03_…` and `B01, B03: …` are for these. */
function vectorsNamedIn(name) {
  const group = name.replace('_', '-');
  if (group in groups) return idsOf(group);
  const [beginning = ''] = SCRIPT.exec(name) ?? RUST.exec(name) ?? [];
  const ids = beginning.toUpperCase().split(/, |_/);
  return ids.filter((id) => vectors.some((vector) => vector.id === id));
}

/** A sentence about all of them, and a table by group: how many there are, and of those that were run how many came out as expected. */
export function vectorsSummary() {
  const runs = results();
  const run = vectors.filter(({ id }) => runs.some(({ verdicts }) => id in verdicts));
  const right = run.filter(({ id }) => runs.every(({ verdicts }) => verdicts[id] !== false));
  const sentence = `Of ${vectors.length} vectors ${run.length} were run, and ${right.length} came out as expected wherever they were.`;
  return `${sentence}\n\n${byGroup(runs)}`;
}

function byGroup(runs) {
  const row = ([group, title], ids) => {
    const cells = runs.map(({ verdicts }) => {
      const run = ids.filter((id) => id in verdicts);
      return run.length === 0 ? '' : `${run.filter((id) => verdicts[id]).length} of ${run.length}`;
    });
    return [group, title, ids.length, ...cells];
  };
  return table(
    ['group', 'about', 'vectors', ...runs.map(({ on }) => on)],
    [
      ...Object.entries(groups).map((entry) => row(entry, idsOf(entry[0]))),
      row(
        ['', 'all'],
        vectors.map(({ id }) => id),
      ),
    ],
  );
}
