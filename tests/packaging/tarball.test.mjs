// What is in the tarball, and that nothing in it points outside.

import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import { before, test } from 'node:test';
import { filesOfCommand } from '../../tools/lib/shipped.mjs';
import { manifest, pack, root } from './project.mjs';

const read = (name) => readFileSync(join(root, name), 'utf8');
let names;

before(async () => {
  ({ names } = await pack());
});

/** Every string among the values of an object, however deep. */
const leaves = (value) => (typeof value === 'string' ? [value] : Object.values(value).flatMap(leaves));

test('beside the build there are only the manifest and the texts', () => {
  const others = names.filter((name) => !name.startsWith('pkg/'));
  assert.deepEqual(others, ['CHANGELOG.md', 'LICENSE-APACHE', 'LICENSE-MIT', 'README.md', 'package.json']);
});

test('of the build there are only modules, declarations, maps, sources, the wasm and the schema of records', () => {
  const odd = names.filter(
    (name) =>
      name.startsWith('pkg/') &&
      name !== 'pkg/records.schema.json' &&
      !/\.(c?js|d\.c?ts|map|wasm)$|^pkg\/src\/.*\.ts$/.test(name),
  );
  assert.deepEqual(odd, []);
});

test('the command is one file, and adds less than 400 KiB to what the entries of the library need', () => {
  assert.deepEqual(
    names.filter((name) => name.startsWith('pkg/cli/')),
    ['pkg/cli/sansocket.js'],
  );
  // Its engine is not counted: it is that of `sansocket/inspect`.
  const own = filesOfCommand();
  assert.ok(own.includes('cli/sansocket.js') && !own.includes('inspector.wasm'));
  const bytes = own.reduce((sum, name) => sum + statSync(join(root, 'pkg', name)).size, 0);
  console.log(`${bytes} bytes for the command alone`);
  assert.ok(bytes < 400 * 1024);
});

test('every file that the manifest names is there', () => {
  const named = [
    manifest.main,
    manifest.types,
    ...leaves(manifest.exports),
    ...leaves(manifest.bin),
    ...manifest.sideEffects,
  ];
  const missing = named.map((path) => posix.normalize(path)).filter((path) => !names.includes(path));
  assert.deepEqual(missing, []);
});

test('every relative import leads to a file that is there', () => {
  const missing = [];
  for (const name of names.filter((path) => /\.(js|d\.c?ts)$/.test(path))) {
    const code = read(name).replace(/\/\*[\s\S]*?\*\//g, '');
    for (const [, path] of code.matchAll(/(?:\bfrom |\bimport |\bimport\()['"](\.[^'"?]*)/g)) {
      const target = posix.join(posix.dirname(name), path);
      const needed = name.endsWith('ts') ? target.replace(/\.(c?)js$/, '.d.$1ts') : target;
      if (!needed.endsWith('.wasm') || name.endsWith('.js'))
        if (!names.includes(needed)) missing.push(`${name}: ${path}`);
    }
  }
  assert.deepEqual(missing, []);
});

test('every source that a map names is there', () => {
  const missing = [];
  for (const name of names.filter((path) => path.endsWith('.map'))) {
    for (const source of JSON.parse(read(name)).sources) {
      const path = posix.join(posix.dirname(name), source);
      if (!names.includes(path)) missing.push(`${name}: ${source}`);
    }
  }
  assert.deepEqual(missing, []);
});

test('nothing is installed with it or run by installing it', () => {
  for (const kind of ['dependencies', 'optionalDependencies', 'peerDependencies'])
    assert.equal(manifest[kind], undefined);
  for (const script of ['preinstall', 'install', 'postinstall', 'prepare'])
    assert.equal(manifest.scripts[script], undefined);
});

test('no file names a folder of the machine that built it', () => {
  const home = /\/(root|home|Users)\//;
  const leaking = names.filter((name) => home.test(readFileSync(join(root, name), 'latin1')));
  assert.deepEqual(leaking, []);
});

test('manifest, crate and code agree on the version', async () => {
  const { version } = await import('sansocket');
  assert.equal(version, manifest.version);
  assert.equal(/^version = "(.*)"$/m.exec(read('Cargo.toml'))[1], manifest.version);
});
