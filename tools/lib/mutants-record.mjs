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
 * - `caught`, `timeout`, `unviable`: how many.
 * - `survived`: their names as cargo-mutants has them.
 */
export function keep(file, result) {
  const all = Object.entries({ ...read(recordFile, {}), [file]: result }).filter(([path]) => sources().includes(path));
  all.sort(([a], [b]) => a.localeCompare(b, 'en'));
  writeFileSync(recordFile, `${JSON.stringify(Object.fromEntries(all), undefined, 2)}\n`);
}

/** A survivor as it is looked up among the reasons: by the text of its line instead of the number, which changes. */
function described(name) {
  const [, file, line, change] = /^(.*?):(\d+):\d+: (.*)$/.exec(name);
  const text = readFileSync(at(file), 'utf8').split('\n')[line - 1]?.trim();
  return { file, line, change, key: `${file}: ${change} | ${text}` };
}

/** The results of all files that have one that is not stale, and what they come to. */
export function summary() {
  const files = sources();
  const done = files
    .map((file) => ({ file, ...resultOf(file) }))
    .filter(({ source, stale }) => source !== undefined && !stale);
  const rows = done.map(({ file, caught, timeout, unviable, survived }) => ({
    name: file,
    caught,
    timeout,
    unviable,
    survived: survived.length,
  }));
  const total = { name: `${done.length} of ${files.length} files` };
  for (const kind of ['caught', 'timeout', 'unviable', 'survived'])
    total[kind] = rows.reduce((sum, row) => sum + row[kind], 0);
  const survivors = done.flatMap(({ survived }) => survived).map(described);
  const given = read(reasonsFile, []);
  const reasons = given.map(({ reason, mutants }) => ({
    reason,
    found: survivors.filter(({ key }) => mutants.includes(key)),
  }));
  const unexplained = survivors.filter((survivor) => !reasons.some(({ found }) => found.includes(survivor)));
  const missing = files.filter((file) => !done.some((each) => each.file === file));
  // Of files that were not tried, nobody knows.
  const keys = given.flatMap(({ mutants }) => mutants);
  const unused = keys.filter(
    (key) => !survivors.some((survivor) => survivor.key === key) && !missing.includes(key.split(':')[0]),
  );
  return { rows, total, reasons: reasons.filter(({ found }) => found.length > 0), unexplained, unused, missing };
}

/** In per cent of those that compile. */
export const share = ({ caught, timeout, survived }) => (100 * (caught + timeout)) / (caught + timeout + survived);

const [BEGIN, END] = ['<!-- npm run mutants -->\n', '<!-- end -->'];

/** Puts the figures into docs/mutants.md. */
export function writeDocument() {
  const { rows, total, reasons, unexplained, missing } = summary();
  const cells = ({ name, caught, timeout, unviable, survived }) => {
    const tried = caught + timeout + survived;
    const percent = tried === 0 ? '' : `${share({ caught, timeout, survived }).toFixed(1)} %`;
    return `| ${name} | ${tried} | ${caught} | ${timeout} | ${survived} | ${percent} | ${unviable} |\n`;
  };
  const table = [
    '| file | mutants | a test failed | never ended | survived | caught | did not compile |\n|---|---|---|---|---|---|---|\n',
    ...rows.map((row) => cells({ ...row, name: `\`${row.name}\`` })),
    cells({ ...total, name: `**${total.name}**` }),
  ];
  if (missing.length > 0)
    table.push(`\nNot tried, or changed since: ${missing.map((file) => `\`${file}\``).join(', ')}.\n`);
  const survivor = ({ file, line, change }) => `- \`${file}:${line}\`: \`${change}\`\n`;
  const section = ({ reason, found }) => `\n${reason}\n\n${found.map(survivor).join('')}`;
  if (total.survived > 0) table.push('\n## The survivors\n');
  table.push(...reasons.map(section));
  if (unexplained.length > 0) table.push(section({ reason: 'Not looked into yet:', found: unexplained }));
  const path = at('docs', 'mutants.md');
  const text = readFileSync(path, 'utf8');
  const [before, after] = [text.indexOf(BEGIN) + BEGIN.length, text.indexOf(END)];
  writeFileSync(path, text.slice(0, before) + table.join('') + text.slice(after));
}
