// Runs the built command as its users do, on files made for the occasion.

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';

export const program = fileURLToPath(new URL('../../pkg/cli/sansocket.js', import.meta.url));

/** The path of a capture that was crafted. */
export const captureOf = (name) => fileURLToPath(new URL(`../captures/${name}`, import.meta.url));

let folder;
const children = new Set();
after(() => {
  // A test that failed may have left one waiting for more.
  for (const child of children) child.kill();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

/** A folder that goes away with the tests. */
export function scratch() {
  folder ??= mkdtempSync(join(tmpdir(), 'sansocket-cli-'));
  return folder;
}

/** Writes a file into it; gives its path. */
export function fileOf(content, name = 'input') {
  const path = join(scratch(), name);
  writeFileSync(path, content);
  return path;
}

/** The path of a file that does not exist. */
export const missingFile = (name) => `${fileOf('')}-${name}`;

/** Starts the command. */
export function start(args, { env = {}, nodeArgs = [] } = {}) {
  const inherited = { ...process.env };
  for (const name of ['NO_COLOR', 'FORCE_COLOR', 'NODE_OPTIONS', 'NODE_TEST_CONTEXT']) delete inherited[name];
  const child = spawn(process.execPath, [...nodeArgs, program, ...args], { env: { ...inherited, ...env } });
  children.add(child);
  child.on('close', () => children.delete(child));
  return child;
}

/** Runs the command to its end: `{ code, stdout, stderr }`. `input` goes to standard input. */
export async function sansocket(args, { input, ...options } = {}) {
  const child = start(args, options);
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const [stdout, stderr, code] = await Promise.all([
    textOf(child.stdout),
    textOf(child.stderr),
    new Promise((resolve) => child.on('close', resolve)),
  ]);
  return { code, stdout, stderr };
}

/** What lines of JSON say. */
export const recordsOf = (text) =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

/** `decode --format ndjson` of some bytes: `{ code, records, frames, stderr }`. */
export async function decodeJson(content, ...flags) {
  const { code, stdout, stderr } = await sansocket(['decode', '--format', 'ndjson', ...flags, fileOf(content)]);
  const records = recordsOf(stdout);
  return { code, stderr, records, frames: records.filter(({ type }) => type === 'frame') };
}

/** The records of a capture that were reviewed. */
export const goldenOf = (name) => recordsOf(readFileSync(captureOf(`${name}.ndjson`), 'utf8'));

export async function textOf(stream) {
  const parts = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts).toString();
}
