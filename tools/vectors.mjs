// `npm run vectors`: the hostile input of tests/vectors, in Rust and on Node. Keeps what came of each vector, and writes docs/conformance.md.

import { build } from './build.mjs';
import { Failure, main } from './lib/failure.mjs';
import { locked } from './lib/lock.mjs';
import { outputOf, run } from './lib/run.mjs';
import { tail } from './lib/rust.mjs';
import { filesBelow } from './lib/stage.mjs';
import { setup } from './setup.mjs';

const cargo = ['cargo', 'test', '--no-fail-fast'];
/** Files of the codec's tests. */
const tests = (...names) => [...cargo, '--all-features', ...names.flatMap((name) => ['--test', name])];
const node = ['node', '--test', '--test-reporter=tap'];
/** Those that are named for vectors, by their ids. */
const named = '^[A-Z][0-9]';

await main(async () => {
  await setup(['node-modules', 'firefox', 'chromium']);
  await build();
  const runs = [
    {
      on: `in Rust, ${/\d+(\.\d+)+/.exec(await outputOf('rustc', ['--version']))[0]}`,
      commands: [
        tests('vectors', 'handshake_vectors', 'linear', 'memory'),
        // Those that take minutes even when they are optimized.
        [...tests('vectors'), '--release', '--', '--ignored'],
        [...cargo, '--package', 'sansocket-inspector', '--test', 'hostile'],
      ],
    },
    {
      on: `the package on Node ${process.versions.node}`,
      commands: [
        [
          ...node,
          '--test-name-pattern',
          named,
          ...filesBelow(['tests/js']).filter((path) => path.endsWith('.test.mjs')),
        ],
        [...node, '--test-name-pattern', named, 'tests/cli/notation.test.mjs', 'tests/cli/hostile.test.mjs'],
        // About pages: in Firefox and Chromium.
        [...node, '--test-name-pattern', '^W13', 'tests/e2e/csp.test.mjs'],
      ],
    },
  ];

  const { keepVectors, verdictsOf } = await import('../tests/conformance/vectors.mjs');
  const { writeDocument } = await import('../tests/conformance/document.mjs');
  const results = [];
  const failing = [];
  for (const { on, commands } of runs) {
    let said = '';
    for (const [command, ...args] of commands) {
      console.log(`${command} ${args.slice(0, 6).join(' ')} …`);
      const { code, output } = await run(command, args, { onLine: () => {} });
      said += `${output}\n`;
      if (code === 0) continue;
      console.log(tail(output));
      failing.push(command);
    }
    results.push({ on, verdicts: verdictsOf(said) });
  }
  await locked(async () => {
    keepVectors(results);
    writeDocument();
  });
  for (const { on, verdicts } of results) {
    const others = Object.keys(verdicts).filter((id) => !verdicts[id]);
    console.log(`${on}: ${Object.keys(verdicts).length} vectors; not as expected: ${others.join(', ') || 'none'}`);
  }
  if (failing.length > 0) throw new Failure(`not all is as it should be: ${failing.join(', ')}`);
});
