// A step of the build that is skipped while neither what it reads nor what it wrote has changed.

import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root, toolsDir } from './paths.mjs';

/**
 * Runs `body` unless the stamp of its last run still fits. Resolves to whether it ran.
 *
 * - `inputs`, `outputs`: files and folders, relative to the root; a missing one counts as empty.
 * - `settings`: anything else the result depends on.
 */
export async function stage(name, { inputs, outputs, settings = '' }, body) {
  const stamp = join(toolsDir, 'stamps', name);
  const before = fingerprint(inputs, settings);
  if (readOr(stamp, '') === `${before} ${fingerprint(outputs)}`) return false;
  rmSync(stamp, { force: true });
  await body();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, `${before} ${fingerprint(outputs)}`);
  return true;
}

/** Every file below these files and folders but packages, relative to the root, in one order on every machine. */
export function filesBelow(paths) {
  return paths.flatMap(walk).sort();
}

function walk(path) {
  const absolute = join(root, path);
  const stat = statSync(absolute, { throwIfNoEntry: false });
  if (!stat) return [];
  if (stat.isFile()) return [path];
  const names = readdirSync(absolute).filter((name) => name !== 'node_modules');
  return names.flatMap((name) => walk(join(path, name)));
}

function fingerprint(paths, settings = '') {
  const hash = createHash('sha256').update(settings);
  for (const path of filesBelow(paths)) {
    const bytes = readFileSync(join(root, path));
    hash.update(`\0${path}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest('hex');
}

function readOr(path, otherwise) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return otherwise;
  }
}
