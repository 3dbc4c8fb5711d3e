// `npm run coverage`: the lines of src/ that the native tests run. The bindings are left out: they run in wasm only.

import { Failure, main } from './lib/failure.mjs';
import { run } from './lib/run.mjs';
import { setup } from './setup.mjs';

/** In per cent. */
const least = 95;

await main(async () => {
  await setup(['llvm-tools', 'cargo-llvm-cov']);
  const args = ['llvm-cov', '--all-features', '--ignore-filename-regex', '/(src/wasm|tests|examples)/'];
  const { code } = await run('cargo', [...args, '--fail-under-lines', `${least}`]);
  if (code !== 0) throw new Failure(`a test failed, or fewer than ${least} % of the lines of src/ were run`);
});
