// All that `npm test` runs: what compiles and what runs in Node side by side, each in this order. To add a suite, add a line.
//
// - `name`: what `--only` takes; the part before the colon names the group.
// - `needs`: what it uses of the steps of setup. `build`: whether it uses pkg/.
// - `commands`: run one after the other. `counts`: how to read their output, see counts.mjs.

import { cargo, exitCode, fuzzing, nodeTest } from './counts.mjs';
import { websockets } from './python.mjs';
import { wasmRustFlags, wasmTarget } from './rust.mjs';
import { filesBelow } from './stage.mjs';

/** node --test over the *.test.mjs files of a folder. */
const node = (name, folder, { needs = [], env = {}, build = true } = {}) => ({
  name,
  needs: ['node-modules', ...needs],
  build,
  env,
  // Named one by one: what Node makes of a folder changed between its versions, and without a name it looks everywhere.
  commands: () => {
    const files = filesBelow([folder]).filter((path) => path.endsWith('.test.mjs'));
    return files.length > 0 ? [['node', '--test', '--test-reporter=spec', ...files]] : [];
  },
  counts: nodeTest,
});

/** Programs whose exit code is the result. */
const check = (name, needs, commands, more = {}) => ({
  name,
  needs,
  commands: () => commands,
  counts: exitCode,
  ...more,
});

/** The tests of tests/wasm*.rs, on the instructions that the published module is built with. */
const wasmPack = (name, needs, flags) => ({
  name,
  needs: ['wasm-target', 'wasm-bindgen', 'wasm-pack', ...needs],
  env: { CARGO_ENCODED_RUSTFLAGS: wasmRustFlags.join('\x1f'), WASM_BINDGEN_TEST_TIMEOUT: '300' },
  commands: () => [['wasm-pack', 'test', ...flags]],
  counts: cargo,
});

const clippy = ['cargo', 'clippy', '--all-targets'];
const deny = ['--', '-D', 'warnings'];

export const suites = [
  check(
    'rust:format',
    ['rustfmt'],
    [
      ['cargo', 'fmt', '--all', '--check'],
      ['cargo', 'fmt', '--check', '--manifest-path', 'fuzz/Cargo.toml'],
      ['cargo', 'fmt', '--check', '--manifest-path', 'bench/native/Cargo.toml'],
    ],
  ),
  check(
    'rust:clippy',
    ['clippy', 'wasm-target'],
    [
      [...clippy, '--all-features', ...deny],
      [...clippy, '--no-default-features', ...deny],
      [...clippy, '--target', wasmTarget, '--features', 'web-random', ...deny],
      // The published module, which has no tests of its own.
      [
        'cargo',
        'clippy',
        '--target',
        wasmTarget,
        '--no-default-features',
        '--features',
        'module,deflate,fast-path',
        ...deny,
      ],
      [...clippy, '--package', 'sansocket-inspector', ...deny],
      ['cargo', 'clippy', '--package', 'sansocket-inspector', '--target', wasmTarget, '--features', 'module', ...deny],
    ],
  ),
  check('rust:doc', [], [['cargo', 'doc', '--workspace', '--no-deps', '--all-features']], {
    env: { RUSTDOCFLAGS: '-D warnings' },
  }),
  {
    name: 'rust:tests',
    needs: [],
    commands: () => [['cargo', 'test', '--all-features', '--no-fail-fast']],
    counts: cargo,
  },
  {
    name: 'rust:inspector',
    needs: [],
    commands: () => [['cargo', 'test', '--package', 'sansocket-inspector', '--no-fail-fast']],
    counts: cargo,
  },
  check('rust:coverage', ['llvm-tools', 'cargo-llvm-cov'], [['node', 'tools/coverage.mjs']]),
  check('rust:instructions', ['valgrind'], [['node', 'bench/instructions.mjs']]),
  wasmPack('wasm:node', [], ['--node']),
  wasmPack('wasm:firefox', ['geckodriver', 'firefox'], ['--headless', '--firefox']),
  wasmPack('wasm:chrome', ['chromium', 'chromedriver'], ['--headless', '--chrome']),
  // The last of what compiles: by then there is little left to do beside it.
  {
    name: 'rust:fuzz',
    needs: ['nightly', 'cargo-fuzz', 'c++'],
    commands: () => [['node', 'tools/fuzz.mjs', '--seconds', process.env.FUZZ_SECONDS ?? '60', '--workers', '2']],
    counts: fuzzing,
  },
  check('js:format', ['node-modules'], [['biome', 'check']]),
  check('js:page', ['node-modules'], [['tsc', '-p', 'www']], { build: true }),
  check('js:layers', [], [['node', 'tools/layers.mjs']]),
  check('js:audit', ['node-modules', 'cargo-deny'], [['node', 'tools/audit.mjs']]),
  node('js:tools', 'tests/tools', { needs: ['runtimes'], build: false }),
  node('js:tests', 'tests/js'),
  node('js:inspector', 'tests/inspector'),
  node('js:tshark', 'tests/tshark', { needs: ['tshark'] }),
  node('js:cli', 'tests/cli', { needs: ['zsh', 'fish', 'jq', 'runtimes'] }),
  node('js:adapters', 'tests/adapters', { needs: ['runtimes'] }),
  node('js:packaging', 'tests/packaging'),
  node('js:client', 'tests/client', { needs: ['runtimes'] }),
  node('js:docs', 'tests/docs', { needs: ['consumers'] }),
  node('js:interop', 'tests/interop', {
    needs: ['python', 'websockets'],
    env: { PYTHON: websockets.python },
  }),
  node('js:websocket', 'tests/websocket'),
  node('js:server', 'tests/server', { needs: ['runtimes'] }),
  node('js:wpt', 'tests/wpt', { needs: ['runtimes'] }),
  node('js:consumers', 'tests/consumers', { needs: ['consumers'] }),
  node('js:examples', 'tests/examples', { needs: ['examples', 'runtimes'] }),
  node('js:infrastructure', 'tests/infrastructure', { needs: ['proxies'] }),
  node('js:soak', 'tests/soak'),
  node('js:adversity', 'tests/adversity', { needs: ['runtimes', 'firefox', 'chromium'] }),
  node('conformance', 'tests/conformance', { needs: ['python', 'kosoku'] }),
  node('matrix', 'tests/matrix', { needs: ['nodes', 'runtimes', 'firefox', 'chromium'] }),
  node('e2e', 'tests/e2e', { needs: ['firefox', 'chromium'] }),
  node('e2e:adapters', 'tests/browser-adapters', { needs: ['firefox', 'chromium'] }),
];
