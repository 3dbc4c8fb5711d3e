// Which files of pkg/ the library needs, and which are there for the command alone.

import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { at, pkgDir } from './paths.mjs';
import { filesBelow } from './stage.mjs';

/** What belongs to one module: `inspect/hex` for its code, declarations, maps and source. */
const moduleOf = (name) => name.replace(/^src\//, '').replace(/(\.d)?\.[cm]?[jt]s(\.map)?$/, '');

const imported = /(?:\bfrom |\bimport |\bimport\(|\brequire\()['"](\.[^'"?]*)/g;

/**
 * The names in pkg/ of files that no entry of the library needs: the command, and what it shares with the page alone. A module
 * that an entry imports counts with all its files, as does whatever the manifest names.
 */
export function filesOfCommand() {
  const names = filesBelow(['pkg']).map((path) => posix.relative('pkg', path));
  const manifest = JSON.parse(readFileSync(at('package.json'), 'utf8'));
  const leaves = (value) => (typeof value === 'string' ? [value] : Object.values(value).flatMap(leaves));
  const reached = new Set(leaves(manifest.exports).map((path) => posix.relative('pkg', posix.normalize(path))));
  for (const name of reached) {
    if (!/\.(js|cjs|d\.ts|d\.cts)$/.test(name)) continue;
    for (const [, path] of readFileSync(join(pkgDir, name), 'utf8').matchAll(imported)) {
      // Declarations name the code that theirs are beside.
      const beside = /\.d\.c?ts$/.test(name) ? path.replace(/\.(c?)js$/, '.d.$1ts') : path;
      reached.add(posix.join(posix.dirname(name), beside));
    }
  }
  const modules = new Set([...reached].map(moduleOf));
  return names.filter((name) => !modules.has(moduleOf(name)) && name !== 'README.md');
}
