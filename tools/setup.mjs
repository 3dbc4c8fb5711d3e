// Brings what is missing on this machine: `node tools/setup.mjs [PURPOSE|STEP ...]`.
//
// It may be interrupted at any point and run again, and does nothing twice. Outside this folder it only adds parts to the Rust
// toolchain and installs Debian packages.

import { realpathSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { begin, duration } from './lib/board.mjs';
import { Failure, main, report } from './lib/failure.mjs';
import { locked } from './lib/lock.mjs';
import { cargoInstallDir } from './lib/rust.mjs';
import { purposes, steps } from './lib/steps.mjs';

/** Brings the named steps of `steps.mjs`. Resolves at once if nothing is missing. */
export async function setup(names) {
  const [major] = process.versions.node.split('.');
  if (Number(major) < 20) throw new Failure(`Node ${process.versions.node} is too old`, 'install Node 20 or later');
  if ((await missing(names)).length > 0) await locked(() => bring(names));
}

async function missing(names) {
  const there = await Promise.all(names.map((name) => steps[name].present()));
  return names.filter((_, index) => !there[index]);
}

async function bring(names) {
  const wanted = await missing(names);
  const seconds = wanted.reduce((sum, name) => sum + steps[name].seconds, 0);
  console.log(
    `Setup: ${wanted.length} of ${names.length} things are missing, which takes up to ${duration(seconds)} on two cores.`,
  );

  // A lane is one after the other: its steps share a lock (apt, rustup) or all cores (cargo). The lanes run side by side.
  const lanes = new Set(wanted.map((name) => steps[name].lane));
  const failed = await Promise.all(
    [...lanes].map((lane) => bringInOrder(wanted.filter((name) => steps[name].lane === lane))),
  );
  if (failed.some(Boolean))
    throw new Failure('setup is not complete', 'as said above, then run it again: what is there stays');
  rmSync(cargoInstallDir, { recursive: true, force: true });
}

/** Resolves to whether a step failed: it says why at once, for the other lanes may have minutes to go. */
async function bringInOrder(names) {
  for (const name of names) {
    const { title, seconds, bring, present } = steps[name];
    const step = begin(title, seconds);
    try {
      await bring(step.line);
      if (!(await present())) throw new Failure(`${title} was installed, but is still not found`);
      step.end(true);
    } catch (error) {
      step.end(false);
      report(error);
      return true;
    }
  }
  return false;
}

/** Purposes and steps as typed, as a list of steps. */
function stepsNamed(words) {
  return words.flatMap((word) => {
    if (word in purposes) return purposes[word];
    if (word in steps) return [word];
    const known = [...Object.keys(purposes), ...Object.keys(steps)].join(', ');
    throw new Failure(`setup knows no \`${word}\``, `name some of: ${known}`);
  });
}

if (realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await main(async () => {
    const words = process.argv.slice(2);
    await setup([...new Set(stepsNamed(words.length > 0 ? words : ['test']))]);
    console.log('Setup: everything is there.');
  });
}
