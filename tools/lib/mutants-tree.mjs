// A copy of the crate in which a mutant costs as little as possible: all of its tests are one program, for it is compiling and
// linking them that takes the time.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { at, targetDir } from './paths.mjs';
import { filesBelow } from './stage.mjs';

/** The programs of tests that are left out: one compares durations, the others are for wasm. */
const leftOut = ['linear', 'wasm', 'wasm_browser', 'wasm_worker'];

/**
 * Programs of tests and what they are about, as the beginnings of paths: for other files they are not even compiled, which can only
 * make more mutants survive.
 */
const programsAbout = [
  { programs: /^deflate_negotiate$/, about: ['src/deflate/negotiate.rs'] },
  {
    programs: /^deflate_(?!connection|negotiate)/,
    about: [
      'src/deflate/bits.rs',
      'src/deflate/blocks.rs',
      'src/deflate/compress.rs',
      'src/deflate/huffman.rs',
      'src/deflate/inflate.rs',
      'src/deflate/output.rs',
      'src/deflate/window.rs',
    ],
  },
  { programs: /^handshake_/, about: ['src/handshake/'] },
  {
    programs:
      /^(aside|closing|deflate_connection|events|frames|limits|memory|properties|randomness|rfc6455|send|vectors)$/,
    about: [
      'src/close.rs',
      'src/connection/',
      'src/decoder.rs',
      'src/event.rs',
      'src/frame.rs',
      'src/lib.rs',
      'src/limits.rs',
      'src/mask.rs',
      'src/message.rs',
      'src/random.rs',
      'src/sink.rs',
      'src/utf8.rs',
    ],
  },
];

/** Tests inside the crate that take long, and what they are about: the same as with programs. */
const slow = [
  { tests: 'mask::tests', about: ['src/mask.rs'] },
  { tests: 'utf16::tests', about: ['src/utf16.rs'] },
  { tests: 'utf8::tests', about: ['src/utf8.rs'] },
  { tests: 'window::tests', about: ['src/deflate/window.rs'] },
];

const isAboutOther =
  (files) =>
  ({ about }) =>
    !files.some((file) => about.some((beginning) => file.startsWith(beginning)));

/** What the program of tests is to be given for files of `src/`. By itself it would run several tests at once. */
export const argumentsFor = (...files) => [
  '--test-threads=1',
  ...slow.filter(isAboutOther(files)).flatMap(({ tests }) => ['--skip', tests]),
];

/** The programs of tests that are tried on files of `src/`. */
export function programsFor(...files) {
  const others = programsAbout.filter(isAboutOther(files));
  return programs().filter((name) => !others.some((other) => other.programs.test(name)));
}

/** For cargo in a tree. Each property is tried with a few cases. */
export const environment = (tree) => ({ PROPTEST_CASES: '32', CARGO_TARGET_DIR: join(tree, 'target') });

/**
 * Writes the tree in which files of `src/` are mutated: what has changed since the last time, and nothing else, so that cargo sees what
 * there is to do.
 */
export function writeTree(name, mutated) {
  const tree = join(targetDir, 'mutants', name);
  const files = new Map(copied().map((path) => [path, readFileSync(at(path))]));
  for (const [path, make] of Object.entries(made)) files.set(path, Buffer.from(make(tree, mutated)));
  for (const path of ['tests/memory.rs', 'tests/deflate_memory.rs'])
    files.set(path, Buffer.from(withSharedAllocator(files.get(path).toString())));
  for (const [path, bytes] of files) {
    const file = join(tree, path);
    if (existsSync(file) && readFileSync(file).equals(bytes)) continue;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
  }
  return tree;
}

const programs = () =>
  filesBelow(['tests'])
    .filter((path) => dirname(path) === 'tests' && path.endsWith('.rs'))
    .map((path) => basename(path, '.rs'))
    .filter((name) => !leftOut.includes(name));

/** The files of the crate and of its tests, as they are. */
const copied = () => [
  'Cargo.lock',
  'js/wasm/violations.ts',
  ...filesBelow(['src']),
  ...programs().map((name) => `tests/${name}.rs`),
  ...filesBelow(['tests/common', 'tests/deflate', 'tests/vectors']),
];

/**
 * What a mutant may take, since it may never end. It is the processor's time that counts, which does not depend on what else the
 * machine does. At a soft limit the system sends SIGXCPU, at a hard one SIGKILL, which may mean something else; SIGXCPU would leave a
 * core dump behind.
 */
export const limits = ({ seconds }) => `ulimit -S -t ${seconds}\nulimit -c 0\nulimit -v 4194304\n`;

/** Those that are different here, by their paths. */
const made = {
  'Cargo.toml': manifest,
  '.cargo/config.toml': (tree) =>
    `[target.'cfg(all())']\nrunner = ["sh", ${JSON.stringify(join(tree, 'limited.sh'))}]\n`,
  'limited.sh': () => `${limits({ seconds: 120 })}exec "$@"\n`,
  // Line by line the same, with the tests behind it: they are a part of the crate here, which has std therefore.
  'src/lib.rs': () => {
    const text = readFileSync(at('src', 'lib.rs'), 'utf8');
    const tests =
      '#[cfg(test)]\nextern crate self as sansocket;\n#[cfg(test)]\n#[path = "../tests/all.rs"]\nmod all;\n';
    return `${text.replace(/^#!\[(no_std|forbid\(unsafe_code\))\]$/gm, '')}\n${tests}`;
  },
  'tests/all.rs': (_tree, mutated) =>
    allTests +
    programsFor(...mutated)
      .map((name) => `#[path = "${name}.rs"]\nmod ${name};\n`)
      .join(''),
};

function manifest() {
  const sections = readFileSync(at('Cargo.toml'), 'utf8').split(/^(?=\[)/m);
  const kept = sections.filter((section) => !/^\[(workspace|\[example|lints|profile)/.test(section));
  const noMore = ['[package]', 'autotests = false', 'autobenches = false', 'autoexamples = false'].join('\n');
  return `${kept.join('').replace('[package]', noMore)}
[lib]
doctest = false

[workspace]

[profile.dev]
debug = 0
incremental = true

[profile.dev.package."*"]
opt-level = 2
`;
}

/** One failure is enough, and properties need not look for a smaller one. Tests run by the order of their names. */
const allTests = `//! All programs of tests as one.

#[path = "common/allocator.rs"]
mod allocator;

#[global_allocator]
static ALLOCATOR: allocator::Counting = allocator::Counting;

mod a_failure_ends_it_all {
    #[test]
    fn from_here_on() {
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            hook(info);
            std::process::exit(101);
        }));
    }
}

`;

/** A program can have one allocator only. */
const withSharedAllocator = (text) =>
  text
    .replace(/#\[path = "common\/allocator.rs"\]\n(#\[allow\(dead_code\)\]\n)?mod allocator;/, 'use super::allocator;')
    .replace(/#\[global_allocator\]\nstatic ALLOCATOR: Counting = Counting;\n/, '');
