// `npm run audit`: what others have written and we use. The licences and sources of all crates and npm packages are looked up in what
// is on this machine. Known vulnerabilities are asked of those who keep the lists, if they can be reached: npm, and for crates
// cargo-deny, which `tools/setup cargo-deny` brings, and `npm test` too. What could not be asked is said, and is no failure.

import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Failure, main } from './lib/failure.mjs';
import { at, root, which } from './lib/paths.mjs';
import { run } from './lib/run.mjs';

/** The crate, the one that fuzzes it, the one that compares it, and the one whose instructions are counted. */
const manifests = ['Cargo.toml', 'fuzz/Cargo.toml', 'bench/native/Cargo.toml', 'bench/instructions/Cargo.toml'];
const lockFiles = ['package-lock.json', 'tests/consumers/package-lock.json', 'examples/servers/package-lock.json'];

/** Each lets us use, change and pass on. A package with another licence has to be looked at first. */
const licences = new Set([
  '0BSD',
  'Apache-2.0',
  'Apache-2.0 WITH LLVM-exception',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'NCSA',
  'Unicode-3.0',
  'Unlicense',
  'Zlib',
]);

/** Packages with another licence, or that say it in another way: looked at by a person, who found this. */
const lookedAt = {
  'node_modules/xmlhttprequest-ssl': 'MIT, in a field that npm does not read',
  'node_modules/axe-core': 'MPL-2.0: run by tests as it is, and part of nothing that is published',
};

const failures = [];

await main(async () => {
  process.chdir(root);
  for (const manifest of manifests) await checkCrates(manifest);
  for (const lock of lockFiles) checkPackages(lock);
  for (const manifest of manifests) await askAboutCrates(manifest);
  for (const lock of lockFiles) await askAboutPackages(lock);
  if (failures.length > 0) process.exitCode = 1;
});

async function checkCrates(manifest) {
  const args = [
    'metadata',
    '--quiet',
    '--format-version',
    '1',
    '--all-features',
    '--locked',
    '--manifest-path',
    manifest,
  ];
  const { code, output } = await run('cargo', args, { onLine() {} });
  if (code !== 0) throw new Failure(`cargo cannot tell the crates of ${manifest}:\n${output}`);
  // Everything that it depends on, for any platform; our own crates have no source.
  const crates = JSON.parse(output).packages.filter(({ source }) => source !== null);
  const odd = crates.filter(({ license, source }) => !isAllowed(license) || !source.startsWith('registry+'));
  tell(
    `licences and sources of ${crates.length} crates of ${manifest}`,
    odd.map((crate) => `${crate.name}: ${crate.license}, ${crate.source}`),
  );
}

function checkPackages(lock) {
  const packages = Object.entries(JSON.parse(readFileSync(at(lock), 'utf8')).packages).filter(([path]) => path !== '');
  const odd = packages.filter(
    ([path, { license, resolved }]) => !(isAllowed(license) || path in lookedAt) || /^(git|http:)/.test(resolved ?? ''),
  );
  tell(
    `licences and sources of ${packages.length} packages of ${lock}`,
    odd.map(([path, { license }]) => `${path}: ${license}`),
  );
}

/** `A OR B` (once written `A/B`) by one of them, `A AND B` by both. */
function isAllowed(licence = 'none') {
  const choices = licence.replace(/[()]/g, '').split(/ OR |\//);
  return choices.some((choice) => choice.split(' AND ').every((one) => licences.has(one.trim())));
}

async function askAboutCrates(manifest) {
  const what = `crates of ${manifest}`;
  if (!which('cargo-deny')) return console.log(`– vulnerabilities of ${what}: not asked, there is no cargo-deny`);
  await ask(what, 'cargo', ['deny', '--manifest-path', manifest, 'check', 'advisories'], /failed to fetch/i);
}

async function askAboutPackages(lock) {
  const args = ['audit', '--package-lock-only', '--prefix', dirname(lock), '--audit-level=high'];
  await ask(`packages of ${lock}`, 'npm', args, /audit endpoint returned an error|ENOTFOUND|EAI_AGAIN/);
}

async function ask(what, command, args, unreachable) {
  const { code, output } = await run(command, args, { onLine() {} });
  if (code !== 0 && unreachable.test(output))
    console.log(`– vulnerabilities of ${what}: not asked, the list cannot be reached from here`);
  else tell(`vulnerabilities of ${what}`, code === 0 ? [] : [output]);
}

function tell(what, faults) {
  console.log(`${faults.length > 0 ? '✗' : '✓'} ${what}`);
  for (const fault of faults) console.log(`  ${fault}`);
  failures.push(...faults);
}
