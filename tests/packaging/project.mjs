// The package as a user gets it: packed, then installed into an empty project without a network.

import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const execute = promisify(execFile);

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** A folder that is removed when the tests of the file are done: each file is a process of its own. */
export function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'sansocket-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Packs the package; gives the path of the tarball and the sorted names in it. */
export async function pack() {
  const folder = temporaryFolder();
  // Without scripts: pkg/ is built already, and what a script prints would be mixed into the answer.
  const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], root);
  const [{ filename, files }] = Object.values(JSON.parse(stdout));
  return { tarball: join(folder, filename), names: files.map(({ path }) => path).sort() };
}

/** An empty project with the package installed: `write` puts a file into it, `run` runs a program in it. */
export async function install() {
  const { tarball } = await pack();
  const folder = temporaryFolder();
  const write = (name, content) => {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    return path;
  };
  write('package.json', '{ "private": true }');
  const cache = join(folder, '.npm-cache');
  await run('npm', ['install', '--offline', '--cache', cache, '--no-audit', '--no-fund', tarball], folder);
  return { folder, write, run: (command, args) => run(command, args, folder) };
}

/** Runs a program; a failure carries what it printed. */
export async function run(command, args, cwd) {
  try {
    return await execute(command, args, { cwd, maxBuffer: 1 << 26 });
  } catch (error) {
    error.message += `\n${error.stdout}\n${error.stderr}`;
    throw error;
  }
}
