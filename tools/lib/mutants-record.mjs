// What became of the mutants so far, by file, and the document that tells it.

import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { at } from './paths.mjs';
import { filesBelow } from './stage.mjs';

const recordFile = at('tests', 'mutants', 'record.json');
const reasonsFile = at('tests', 'mutants', 'reasons.json');

/** The files that are mutated: all but the bindings, which are tested as wasm and from JavaScript. */
export const sources = () => filesBelow(['src']).filter((path) => !path.startsWith('src/wasm/'));

/** What a file is known by: a result is stale once that has changed. */
export const digest = (path) =>
  createHash('sha256')
    .update(readFileSync(at(path)))
    .digest('hex')
    .slice(0, 16);

const read = (path, otherwise) => (existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : otherwise);

/** The result for a file, undefined if there is none; `stale` if the file has changed since. */
export function resultOf(file) {
  const result = read(recordFile, {})[file];
  return result && { ...result, stale: result.source !== digest(file) };
}

/**
 * Keeps the result for a file.
 *
 * - `source`: the digest of the file as it was.
 * - `caught`, `unviable`: how many.
 * - `neverEnded`: how many of those caught. It is missing where that was not told apart from a test that failed.
 * - `survived`: each by its `name` as cargo-mutants has it, and the text of its `line`.
 */
export function keep(file, result) {
  const all = Object.entries({ ...read(recordFile, {}), [file]: result }).filter(([path]) => sources().includes(path));
  all.sort(([a], [b]) => a.localeCompare(b, 'en'));
  writeFileSync(recordFile, `${JSON.stringify(Object.fromEntries(all), undefined, 2)}\n`);
}

/** A survivor as it is looked up among the reasons: by the text of its line instead of the number, which changes. */
function described({ name, line: text }) {
  const [, file, line, change] = /^(.*?):(\d+):\d+: (.*)$/.exec(name);
  return { file, line, change, key: `${file}: ${change} | ${text}` };
}

/** The results of all files that have one, what they come to, and which files have none or have changed since. */
export function summary() {
  const files = sources();
  const done = files.map((file) => ({ file, ...resultOf(file) })).filter(({ source }) => source !== undefined);
  const rows = done.map(({ file, caught, neverEnded, unviable, survived }) => ({
    name: file,
    caught,
    neverEnded,
    unviable,
    survived: survived.length,
  }));
  const total = { name: `${done.length} of ${files.length} files` };
  for (const kind of ['caught', 'neverEnded', 'unviable', 'survived'])
    total[kind] = rows.reduce((sum, row) => sum + (row[kind] ?? 0), 0);
  const survivors = done.flatMap(({ survived }) => survived).map(described);
  const given = read(reasonsFile, []);
  const reasons = given.map(({ reason, mutants }) => ({
    reason,
    found: survivors.filter(({ key }) => mutants.includes(key)),
  }));
  const unexplained = survivors.filter((survivor) => !reasons.some(({ found }) => found.includes(survivor)));
  const unused = given
    .flatMap(({ mutants }) => mutants)
    .filter((key) => !survivors.some((survivor) => survivor.key === key));
  const missing = files.filter((file) => !done.some((each) => each.file === file));
  const stale = done.filter((result) => result.stale).map(({ file }) => file);
  return { rows, total, reasons: reasons.filter(({ found }) => found.length > 0), unexplained, unused, missing, stale };
}

/** How many have to be caught, in per cent. */
export const least = 90;

/** How many were caught, in per cent of those that compile. */
export const share = ({ caught, survived }) => (100 * caught) / (caught + survived);

const document = at('docs', 'mutants.md');
const [BEGIN, END] = ['<!-- npm run mutants -->\n', '<!-- end -->'];
const CHANGED = ', changed since';

/** The text of docs/mutants.md with what the record says. `stale`: the files to be marked as changed since they were tried. */
export function written(text, stale = summary().stale) {
  const { rows, total, reasons, unexplained, missing } = summary();
  const cells = ({ name, caught, neverEnded, survived, unviable }) => {
    const percent = caught + survived === 0 ? '' : `${share({ caught, survived }).toFixed(1)} %`;
    return `| ${name} | ${caught + survived} | ${caught} | ${neverEnded} | ${survived} | ${percent} | ${unviable} |\n`;
  };
  const isTold = rows.every(({ neverEnded }) => neverEnded !== undefined);
  const table = [
    '| file | mutants | caught | of these never ended | survived | share | did not compile |\n|---|---|---|---|---|---|---|\n',
    ...rows.map((row) =>
      cells({
        ...row,
        name: `\`${row.name}\`${stale.includes(row.name) ? CHANGED : ''}`,
        neverEnded: row.neverEnded ?? '',
      }),
    ),
    cells({
      ...total,
      name: `**${total.name}**`,
      neverEnded: isTold ? total.neverEnded : `at least ${total.neverEnded}`,
    }),
  ];
  if (!isTold)
    table.push(
      '\nWhere it is not said how many never ended, they were not told apart from those that a test caught.\n',
    );
  if (missing.length > 0) table.push(`\nNot tried: ${missing.map((file) => `\`${file}\``).join(', ')}.\n`);
  const survivor = ({ file, line, change }) => `- \`${file}:${line}\`: \`${change}\`\n`;
  const section = ({ reason, found }) => `\n${reason}\n\n${found.map(survivor).join('')}`;
  if (total.survived > 0) table.push('\n## The survivors\n');
  table.push(...reasons.map(section));
  if (unexplained.length > 0) table.push(section({ reason: 'Not looked into yet:', found: unexplained }));
  const [before, after] = [text.indexOf(BEGIN) + BEGIN.length, text.indexOf(END)];
  return text.slice(0, before) + table.join('') + text.slice(after);
}

/** The files that the text of docs/mutants.md marks as changed since they were tried. */
export const marked = (text) => sources().filter((file) => text.includes(`\`${file}\`${CHANGED}`));

/** Puts the figures into docs/mutants.md. */
export const writeDocument = () => writeFileSync(document, written(readFileSync(document, 'utf8')));
