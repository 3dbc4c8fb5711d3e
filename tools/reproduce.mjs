// `npm run reproduce`: builds the package a second time, out of a copy in another folder, and compares every byte.

import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from './build.mjs';
import { Failure, main } from './lib/failure.mjs';
import { at, pkgDir, root, toolsDir } from './lib/paths.mjs';
import { must, outputOf } from './lib/run.mjs';

await main(async () => {
  process.chdir(root);
  await build();
  const copy = mkdtempSync(join(tmpdir(), 'sansocket-elsewhere-'));
  try {
    await copyTree(copy);
    const env = { CARGO_TARGET_DIR: join(copy, 'target') };
    await must('node', [join(copy, 'tools', 'build.mjs')], { cwd: copy, env });
    const digests = compare(pkgDir, join(copy, 'pkg'));
    console.log(`\n✓ ${digests.size} files are the same, byte for byte`);
    console.log(`sha256 of codec.wasm: ${digests.get('codec.wasm')}`);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
});

/** The files of the project as they are now, and the tools: nothing that a build has written. */
async function copyTree(copy) {
  const listed = await outputOf('git', ['ls-files', '--cached', '--others', '--exclude-standard']);
  if (listed === undefined) throw new Failure('git does not know which files belong to the project', 'git status');
  for (const file of listed.split('\n')) cpSync(at(file), join(copy, file));
  mkdirSync(join(copy, '.tools'));
  symlinkSync(at('node_modules'), join(copy, 'node_modules'));
  symlinkSync(join(toolsDir, 'bin'), join(copy, '.tools', 'bin'));
  cpSync(join(toolsDir, '.crates.toml'), join(copy, '.tools', '.crates.toml'));
}

/** The digests of the files in both folders, by their names. */
function compare(here, there) {
  const [ours, theirs] = [here, there].map(digestsOf);
  const differing = [...new Set([...ours.keys(), ...theirs.keys()])].filter(
    (name) => ours.get(name) !== theirs.get(name),
  );
  if (differing.length > 0) throw new Failure(`not the same in another folder: ${differing.join(', ')}`);
  return ours;
}

function digestsOf(folder) {
  const names = readdirSync(folder, { recursive: true }).filter((name) => statSync(join(folder, name)).isFile());
  const digest = (name) =>
    createHash('sha256')
      .update(readFileSync(join(folder, name)))
      .digest('hex');
  return new Map(names.sort().map((name) => [name, digest(name)]));
}
