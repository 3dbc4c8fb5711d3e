// What the project needs on a machine. A step says how to see that it is there, how to bring it, and how long that usually takes.

import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { aptInstall, aptUnpack } from './debian.mjs';
import { Failure } from './failure.mjs';
import { at, root, toolsDir, which } from './paths.mjs';
import { kosoku, websockets, wstest } from './python.mjs';
import { outputOf, run } from './run.mjs';
import {
  hasComponent,
  hasCrate,
  hasNightly,
  hasTarget,
  installCrate,
  rustup,
  tail,
  wasmBindgenVersion,
  wasmTarget,
} from './rust.mjs';
import { filesBelow } from './stage.mjs';

/** Other runtimes. Not among the devDependencies: each has one package for every platform, which few of us need. */
const runtimeVersions = { bun: '1.4.5', deno: '2.9.6', workerd: '1.20261117.1' };
/** Each line of Node that is supported. npm has its programs, a package for each platform. */
const nodeVersions = { 20: '20.20.2', 22: '22.23.5', 24: '24.22.3' };
const runtimesDir = join(toolsDir, 'runtimes');
const runtimesStamp = join(runtimesDir, 'installed.json');

const proxiesDir = join(toolsDir, 'proxies');
const proxiesStamp = join(proxiesDir, '.unpacked');
const proxyPrograms = { nginx: 'usr/sbin/nginx', haproxy: 'usr/sbin/haproxy', tinyproxy: 'usr/bin/tinyproxy' };

/** A proxy: the machine's own, or the one that the step `proxies` unpacks with its libraries. */
export function proxy(name) {
  const own = which(name);
  if (own !== undefined) return { command: own, env: {} };
  const folders = filesBelow([join('.tools', 'proxies')])
    .filter((path) => /\.so(\.\d+)*$/.test(path))
    .map(dirname);
  const libraries = [...new Set(folders)].map((folder) => at(folder));
  return { command: join(proxiesDir, proxyPrograms[name]), env: { LD_LIBRARY_PATH: libraries.join(':') } };
}

const nodesDir = join(toolsDir, 'nodes');
const nodesStamp = join(nodesDir, 'installed.json');

/** The program of a line of Node, as the step `nodes` brings it. */
export const nodeProgram = (major) => join(nodesDir, 'node_modules', `node-${major}`, 'bin', 'node');

/**
 * The program of another runtime, as the step `runtimes` brings it. For Deno npm links to a script that starts it as a child: the
 * child would outlive what is stopped.
 */
export const runtime = (name) => join(runtimesDir, 'node_modules', name === 'deno' ? name : '.bin', name);

/** A tool from crates.io. */
const crate = (name, version, program, seconds) => ({
  title: `${name} ${version}`,
  seconds,
  lane: 'cargo',
  present: () => hasCrate(name, version, program),
  bring: (line) => installCrate(name, version, line),
});

/** A part of the Rust toolchain. */
const component = (name, program) => ({
  title: `rustup component ${name}`,
  seconds: 5,
  lane: 'rustup',
  present: () => hasComponent(program),
  bring: (line) => rustup(['component', 'add', name], line),
});

/** A Python environment. */
const environment = (title, { present, bring }, seconds) => ({ title, seconds, lane: 'apt', present, bring });

/** Programs from Debian: there if any of the first list is on PATH, of this major version at least. */
const debian = (title, programs, packages, seconds, major = 0) => ({
  title,
  seconds,
  lane: 'apt',
  async present() {
    const program = which(...programs);
    if (program === undefined || major === 0) return program !== undefined;
    return Number(/(\d+)\./.exec((await outputOf(program, ['--version'])) ?? '')?.[1]) >= major;
  },
  bring: (line) => aptInstall(packages, line),
});

/** Libraries that a folder has for itself, from its own lock file, and this package among them as it is built here. */
function libraries(what, folder) {
  // Written last: what it holds is what was installed.
  const stamp = join(folder, 'node_modules', '.installed.json');
  const wanted = () => readFileSync(join(folder, 'package-lock.json'), 'utf8');
  const bring = async (line) => {
    const args = ['ci', '--prefix', folder, '--no-audit', '--no-fund', '--ignore-scripts'];
    const { code, output } = await run('npm', args, { onLine: line });
    if (code !== 0) throw new Failure(`npm could not install the libraries:\n${tail(output)}`, `npm ${args.join(' ')}`);
    symlinkSync(join('..', '..', '..'), join(folder, 'node_modules', 'sansocket'));
    writeFileSync(stamp, wanted());
  };
  return {
    title: `npm packages of ${relative(root, folder)}: ${what}`,
    seconds: 30,
    lane: 'npm',
    present: () => existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted(),
    bring,
  };
}

export const steps = {
  'wasm-target': {
    title: `rustup target ${wasmTarget}`,
    seconds: 5,
    lane: 'rustup',
    present: () => hasTarget(wasmTarget),
    bring: (line) => rustup(['target', 'add', wasmTarget], line),
  },
  'wasm-bindgen': crate('wasm-bindgen-cli', wasmBindgenVersion(), 'wasm-bindgen', 90),
  'node-modules': {
    title: 'npm packages',
    seconds: 20,
    lane: 'npm',
    present: nodeModulesFit,
    bring: npmCi,
  },
  rustfmt: component('rustfmt', 'rustfmt'),
  clippy: component('clippy', 'clippy-driver'),
  'llvm-tools': component('llvm-tools', 'llvm-profdata'),
  'cargo-llvm-cov': crate('cargo-llvm-cov', '0.9.1', 'cargo-llvm-cov', 30),
  // What cargo-fuzz instruments with.
  nightly: {
    title: 'nightly Rust',
    seconds: 30,
    lane: 'rustup',
    present: hasNightly,
    bring: (line) => rustup(['toolchain', 'install', 'nightly', '--profile', 'minimal'], line),
  },
  'cargo-fuzz': crate('cargo-fuzz', '0.13.2', 'cargo-fuzz', 60),
  'cargo-mutants': crate('cargo-mutants', '27.1.0', 'cargo-mutants', 180),
  'cargo-deny': crate('cargo-deny', '0.20.2', 'cargo-deny', 150),
  'c++': debian('a C++ compiler', ['c++', 'g++', 'clang++'], ['g++'], 30),
  'wasm-pack': crate('wasm-pack', '0.15.1', 'wasm-pack', 70),
  tshark: debian('tshark', ['tshark'], ['tshark'], 15),
  valgrind: debian('Valgrind', ['valgrind'], ['valgrind'], 20),
  geckodriver: crate('geckodriver', '0.37.1', 'geckodriver', 60),
  // Playwright asks for what came with this version.
  firefox: debian('Firefox', ['firefox-esr', 'firefox'], ['firefox-esr'], 20, 143),
  chromium: debian('Chromium', ['chromium', 'chromium-browser', 'google-chrome'], ['chromium'], 20),
  chromedriver: debian('ChromeDriver', ['chromedriver'], ['chromium-driver'], 10),
  // Whose completions are tested, and what the manual's recipes are for.
  zsh: debian('zsh', ['zsh'], ['zsh'], 5),
  fish: debian('fish', ['fish'], ['fish'], 5),
  jq: debian('jq', ['jq'], ['jq'], 5),
  python: {
    title: 'Python with venv',
    seconds: 10,
    lane: 'apt',
    present: async () =>
      websockets.present() || (await outputOf('python3', ['-c', 'import venv, ensurepip'])) !== undefined,
    bring: (line) => aptInstall(['python3', 'python3-venv'], line),
  },
  consumers: libraries('those that take a WebSocket class', at('tests', 'consumers')),
  examples: libraries('the frameworks of the servers', at('examples', 'servers')),
  proxies: {
    title: 'nginx, HAProxy and tinyproxy in .tools/proxies',
    seconds: 10,
    lane: 'apt',
    present: () => existsSync(proxiesStamp) || Object.keys(proxyPrograms).every((name) => which(name)),
    bring: unpackProxies,
  },
  runtimes: {
    title: 'Deno, Bun and workerd in .tools/runtimes',
    seconds: 20,
    lane: 'npm',
    present: () =>
      existsSync(runtimesStamp) &&
      readFileSync(runtimesStamp, 'utf8') === JSON.stringify(runtimeVersions) &&
      existsSync(runtime('deno')),
    bring: installRuntimes,
  },
  nodes: {
    title: `Node ${Object.keys(nodeVersions).join(', ')} in .tools/nodes`,
    seconds: 20,
    lane: 'npm',
    present: () => existsSync(nodesStamp) && readFileSync(nodesStamp, 'utf8') === JSON.stringify(nodeVersions),
    bring: installNodes,
  },
  websockets: environment('Python websockets in .tools/venv', websockets, 10),
  kosoku: environment('kosoku, which judges by the cases of Autobahn, in .tools/kosoku', kosoku, 10),
  wstest: environment('the Autobahn test suite in .tools/wstest', wstest, 60),
};

/** Of no use to the tests that always run. */
const optional = ['wstest', 'cargo-mutants'];

const build = ['wasm-target', 'wasm-bindgen', 'node-modules'];

/** What a command needs, by its name. */
export const purposes = { build, start: build, test: Object.keys(steps).filter((name) => !optional.includes(name)) };

/**
 * npm writes node_modules/.package-lock.json last: what it holds is what was installed. Optional packages are for other
 * platforms too, so they may be absent.
 */
function nodeModulesFit() {
  const read = (path) => (existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).packages : {});
  const installed = read(at('node_modules', '.package-lock.json'));
  return Object.entries(read(at('package-lock.json')))
    .filter(([path, entry]) => path !== '' && !entry.optional)
    .every(([path, entry]) => installed[path]?.version === entry.version);
}

async function npmCi(line) {
  // No package here needs its install script.
  const args = ['ci', '--no-audit', '--no-fund', '--ignore-scripts'];
  const { code, output } = await run('npm', args, { onLine: line });
  // npm says what is wrong first, and then at length how it is used.
  const reason = output.split('\n').filter((text) => /^npm error ./.test(text));
  if (code !== 0)
    throw new Failure(
      `npm could not install the packages:\n${reason.slice(0, 12).join('\n')}`,
      `npm ${args.join(' ')}`,
    );
}

async function unpackProxies(line) {
  rmSync(proxiesDir, { recursive: true, force: true });
  mkdirSync(proxiesDir, { recursive: true });
  // The programs, and those of their libraries that not every machine has.
  const programs = ['nginx', 'haproxy', 'tinyproxy-bin'];
  const libraries = ['liblua5.3-0', 'libopentracing-c-wrapper0', 'libopentracing1', 'libpcre2-8-0', 'libssl3'];
  await aptUnpack([...programs, ...libraries], proxiesDir, line);
  writeFileSync(proxiesStamp, '');
}

async function installRuntimes(line) {
  rmSync(runtimesDir, { recursive: true, force: true });
  mkdirSync(runtimesDir, { recursive: true });
  writeFileSync(join(runtimesDir, 'package.json'), '{ "private": true }\n');
  const names = Object.entries(runtimeVersions).map(([name, version]) => `${name}@${version}`);
  const commands = [
    ['npm', 'install', '--prefix', runtimesDir, '--no-audit', '--no-fund', '--ignore-scripts', ...names],
    // These put the program of the platform into its place.
    ['node', join(runtimesDir, 'node_modules', 'bun', 'install.js')],
    ['node', join(runtimesDir, 'node_modules', 'deno', 'install.cjs')],
  ];
  for (const [command, ...args] of commands) {
    const { code, output } = await run(command, args, { onLine: line });
    if (code !== 0)
      throw new Failure(`the runtimes could not be installed:\n${tail(output)}`, `${command} ${args.join(' ')}`);
  }
  writeFileSync(runtimesStamp, JSON.stringify(runtimeVersions));
}

async function installNodes(line) {
  rmSync(nodesDir, { recursive: true, force: true });
  mkdirSync(nodesDir, { recursive: true });
  writeFileSync(join(nodesDir, 'package.json'), '{ "private": true }\n');
  const platform = `node-${process.platform.replace('win32', 'win')}-${process.arch}`;
  const names = Object.entries(nodeVersions).map(([major, version]) => `node-${major}@npm:${platform}@${version}`);
  const args = ['install', '--prefix', nodesDir, '--no-audit', '--no-fund', '--ignore-scripts', ...names];
  const { code, output } = await run('npm', args, { onLine: line });
  if (code !== 0) throw new Failure(`Node could not be installed:\n${tail(output)}`, `npm ${args.join(' ')}`);
  writeFileSync(nodesStamp, JSON.stringify(nodeVersions));
}
