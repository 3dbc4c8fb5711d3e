// Rust → codec.wasm and inspector.wasm.

import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { Failure } from './failure.mjs';
import { at, root, targetDir } from './paths.mjs';
import { must } from './run.mjs';
import { wasmRustFlags, wasmTarget } from './rust.mjs';

/** What wasm-opt may use: the instructions that rustc takes for granted, and those of `wasmRustFlags`. */
const optFeatures = [
  '--enable-simd',
  '--enable-bulk-memory',
  '--enable-mutable-globals',
  '--enable-multivalue',
  '--enable-nontrapping-float-to-int',
  '--enable-reference-types',
  '--enable-sign-ext',
];

/** All that the module may ask of its host. Anything else (above all "env") is a system dependency that slipped in. */
const allowedImports = [/^(__wbg_)?__wbindgen_throw(_[0-9a-f]+)?$/];

/**
 * Nearly all of the codec is cold, and what is cold is to be small: a function is inlined where that costs next to nothing.
 * What is hot says `#[inline(always)]`. With the fast path the module is to be fast: then it is inlined where it costs little.
 */
const inlining = (threshold) => [
  '-C',
  `llvm-args=-inline-threshold=${threshold} -inlinehint-threshold=${threshold * 1.5}`,
];

/** Does the crate have this feature? */
export function hasFeature(name) {
  return new RegExp(`^${name} = \\[`, 'm').test(readFileSync(at('Cargo.toml'), 'utf8'));
}

/** Builds the codec with these features into the file `output`. `variant`: `simd` and `names` of `buildCrate`. */
export function buildWasm(features, output, variant = {}) {
  const fast = features.includes('fast-path');
  const profile = fast ? 'module' : 'release';
  return buildCrate({
    features,
    output,
    artifact: join(profile, 'sansocket.wasm'),
    flags: ['--profile', profile],
    rustFlags: inlining(fast ? 60 : 10),
    ...variant,
  });
}

/** Builds the inspector into the file `output`: a crate of its own, that is to be fast rather than small. */
export const buildInspector = (output) =>
  buildCrate({
    features: ['module'],
    output,
    artifact: join('inspector', 'sansocket_inspector.wasm'),
    flags: ['--package', 'sansocket-inspector', '--profile', 'inspector'],
    rustFlags: [],
    // What is not inlined on purpose stays apart: an engine compiles what is hot once more, and better, while it runs, and
    // that takes as long as the function is large.
    optFlags: ['--one-caller-inline-max-function-size', '30'],
  });

/**
 * Builds a crate with these features into the file `output`.
 *
 * It is an ordinary library, so that Rust programs can use it; only here does it become a module by itself. Of what
 * wasm-bindgen generates only the module is used: the exports take and give numbers, and js/wasm/ calls them directly.
 *
 * To look at, not to publish: without `simd`, or with the `names` of functions in it.
 */
async function buildCrate({ features, output, artifact, flags, rustFlags, optFlags = [], simd = true, names = false }) {
  const cargo = ['rustc', '--lib', '--crate-type', 'cdylib', ...flags, '--target', wasmTarget];
  await must('cargo', [...cargo, '--no-default-features', '--features', features.join(',')], {
    env: { CARGO_ENCODED_RUSTFLAGS: [...(simd ? wasmRustFlags : []), ...rustFlags, ...remapped()].join('\x1f') },
  });

  mkdirSync(join(output, '..'), { recursive: true });
  const temporary = mkdtempSync(join(output, '..', 'bindgen-'));
  try {
    const built = join(targetDir, wasmTarget, artifact);
    const out = ['--out-dir', temporary, '--out-name', 'module', '--no-typescript'];
    await must('wasm-bindgen', ['--target', 'web', '--omit-default-module-path', ...out, built]);
    const bound = join(temporary, 'module_bg.wasm');
    const optimized = join(temporary, 'optimized.wasm');
    const strip = names ? ['-g'] : ['--strip-debug', '--strip-producers', '--strip-target-features'];
    const allowed = optFeatures.filter((feature) => simd || feature !== '--enable-simd');
    // wasm-bindgen's own exports serve its own JavaScript, and JavaScript values at the boundary; there are none.
    const optimize = ['--remove-exports=__*', '-O3', '--converge', ...optFlags];
    await must('wasm-opt', [...optimize, ...allowed, ...strip, bound, '-o', optimized]);
    checkImports(basename(output), readFileSync(optimized));
    copyFileSync(optimized, output);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** Panic messages hold paths of sources: the same module on every machine, and none of its owner's folders in it. */
function remapped() {
  const cargoHome = process.env.CARGO_HOME ?? join(homedir(), '.cargo');
  return [`--remap-path-prefix=${root}=sansocket`, `--remap-path-prefix=${cargoHome}=cargo`];
}

function checkImports(name, bytes) {
  const surplus = WebAssembly.Module.imports(new WebAssembly.Module(bytes))
    .filter(({ module, name }) => module === 'env' || !allowedImports.some((allowed) => allowed.test(name)))
    .map(({ module, name, kind }) => `  ${kind} ${name} from "${module}"`);
  if (surplus.length === 0) return;
  throw new Failure(
    `${name} asks its host for more than it may:\n${surplus.join('\n')}`,
    'find what in its sources brought it in',
  );
}
