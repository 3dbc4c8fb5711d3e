// `npm run build`: writes pkg/, exactly what is published. Does nothing while nothing has changed.

import { existsSync, realpathSync } from 'node:fs';
import { basename, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { duration } from './lib/board.mjs';
import { Failure, main } from './lib/failure.mjs';
import { locked } from './lib/lock.mjs';
import { buildPackage } from './lib/package.mjs';
import { buildPage, pageDir } from './lib/page.mjs';
import { pkgDir, root, targetDir } from './lib/paths.mjs';
import { filesOfCommand } from './lib/shipped.mjs';
import { printSizes, sizesOf, sumOf } from './lib/size.mjs';
import { filesBelow, stage } from './lib/stage.mjs';
import { purposes } from './lib/steps.mjs';
import { buildInspector, buildWasm, hasFeature } from './lib/wasm.mjs';
import { setup } from './setup.mjs';

const KiB = 1024;

/** The module as published, and as small as it gets, each with its largest size after gzip. */
export const modules = hasFeature('deflate')
  ? [
      { file: join(pkgDir, 'codec.wasm'), features: ['module', 'deflate', 'fast-path'], limit: 75 * KiB },
      { file: join(targetDir, 'size', 'codec-without-deflate.wasm'), features: ['module'], limit: 25 * KiB },
    ]
  : [{ file: join(pkgDir, 'codec.wasm'), features: ['module'], limit: 25 * KiB }];

/** The module of the inspector, with its largest size after gzip. */
const inspector = { file: join(pkgDir, 'inspector.wasm'), limit: 224 * KiB };

/** The most bytes, unpacked, of what is published for the command alone. Its engine is that of `sansocket/inspect`. */
const commandLimit = 400 * KiB;

/** Brings what the build needs, then builds what has changed. */
export async function build() {
  process.chdir(root);
  await setup(purposes.build);
  await locked(async () => {
    const wasm = await stage(
      'wasm',
      {
        inputs: ['Cargo.toml', 'Cargo.lock', 'src', 'tools/build.mjs', 'tools/lib/wasm.mjs', 'tools/lib/rust.mjs'],
        outputs: ['pkg/codec.wasm'],
      },
      buildModules,
    );
    const engine = await stage(
      'inspector',
      {
        inputs: [
          'Cargo.toml',
          'Cargo.lock',
          'src',
          'inspector/Cargo.toml',
          'inspector/src',
          'tools/build.mjs',
          'tools/lib/wasm.mjs',
          'tools/lib/rust.mjs',
        ],
        outputs: ['pkg/inspector.wasm'],
      },
      buildEngine,
    );
    const files = await stage(
      'package',
      {
        inputs: [
          'js',
          'pkg/codec.wasm',
          'pkg/inspector.wasm',
          'tsconfig.base.json',
          'package-lock.json',
          'package.json',
          'tools/build.mjs',
          'tools/lib/package.mjs',
          'tools/lib/shipped.mjs',
        ],
        outputs: ['pkg'],
      },
      async () => {
        console.log('Building pkg/ …');
        await buildPackage();
        holdCommand();
      },
    );
    if (wasm || engine || files) report();
    await stage(
      'page',
      {
        inputs: ['www/src', 'www/index.html', 'pkg', 'package-lock.json', 'tools/lib/page.mjs'],
        outputs: ['www/dist'],
      },
      async () => {
        console.log('Building www/dist/ …');
        reportPage(await buildPage());
      },
    );
  });
}

async function buildModules() {
  for (const { file, features, limit } of modules) {
    console.log(`Building ${basename(file)} (features: ${features.join(', ')}) …`);
    await buildWasm(features, file);
    hold(file, limit);
  }
}

async function buildEngine() {
  console.log(`Building ${basename(inspector.file)} …`);
  await buildInspector(inspector.file);
  hold(inspector.file, inspector.limit);
}

function hold(file, limit) {
  const { gzip } = sizesOf(file);
  if (gzip > limit)
    throw new Failure(`${basename(file)} has ${gzip} bytes after gzip, more than the ${limit} it may have`);
}

function holdCommand() {
  const { raw } = sizesOfCommand();
  if (raw > commandLimit)
    throw new Failure(`the command adds ${raw} bytes to the package, more than the ${commandLimit} it may have`);
}

const sizesOfCommand = () => sumOf(filesOfCommand().map((name) => sizesOf(join(pkgDir, name))));

/** The sizes of what runs, one by one; of what only helps to develop, together. */
function report() {
  const names = filesBelow(['pkg']).map((path) => posix.relative('pkg', path));
  const aid = (name) => /^src\/|\.map$|\.d\.c?ts$|^README\.md$/.test(name);
  const rows = names.filter((name) => !aid(name)).map((name) => [name, sizesOf(join(pkgDir, name))]);
  const aids = names.filter(aid).map((name) => sizesOf(join(pkgDir, name)));
  rows.push([`declarations, maps, sources (${aids.length})`, sumOf(aids)]);
  rows.push(['of all that: for the command alone', sizesOfCommand()]);
  // Not built anew, and `cargo clean` may have taken it.
  for (const { file } of modules.slice(1).filter(({ file }) => existsSync(file)))
    rows.push([`not published: ${basename(file)}`, sizesOf(file)]);
  printSizes(rows);
}

/** What a visitor loads, and the bound on what comes before the first capture is decoded. */
function reportPage({ first, later }) {
  const row = (name) => [`www/dist/${name}`, sizesOf(join(pageDir, name))];
  const before = ['before anything is decoded', sumOf(first.map((name) => row(name)[1]))];
  printSizes([...first.map(row), before, ...later.map(row)]);
  const [, { brotli }] = before;
  if (brotli > 250 * KiB) throw new Failure(`a visitor loads ${brotli} bytes of brotli first, more than 250 KiB`);
}

if (realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await main(async () => {
    const start = performance.now();
    await build();
    console.log(`pkg/ is up to date, ${duration((performance.now() - start) / 1000)}.`);
  });
}
