// How many tests passed, failed and were skipped, read from what a runner printed about itself.

const sum = (output, pattern) => [...output.matchAll(pattern)].reduce((total, [, count]) => total + Number(count), 0);

/** cargo test, and wasm-bindgen's runner in Node and in browsers: one line for each program of tests. */
export const cargo = (output) => ({
  passed: sum(output, /^test result: .*?(\d+) passed/gm),
  failed: sum(output, /^test result: .*? (\d+) failed/gm),
  skipped: sum(output, /^test result: .*? (\d+) ignored/gm),
});

/** node --test with the spec reporter. */
export const nodeTest = (output) => ({
  passed: sum(output, /^ℹ pass (\d+)$/gm),
  failed: sum(output, /^ℹ fail (\d+)$/gm) + sum(output, /^ℹ cancelled (\d+)$/gm),
  skipped: sum(output, /^ℹ (?:skipped|todo) (\d+)$/gm),
});

/** tools/fuzz.mjs: a line for each target that has found nothing. */
export const fuzzing = (output, code) => ({
  passed: [...output.matchAll(/^✓ \S+: \d+ runs/gm)].length,
  failed: code === 0 ? 0 : 1,
  skipped: 0,
});

/** A program that is one test: its exit code tells. */
export const exitCode = (_output, code) => ({ passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 });
