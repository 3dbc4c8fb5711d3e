// Inputs to begin with, out of the vectors and the crafted captures: what an attacker may send is a better beginning than nothing.

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { at } from './paths.mjs';

/** The longest input of a run. */
const LONGEST = 4096;

/** What a target's choices are for an input of a vector: the bytes in front of it, see fuzz/src/lib.rs. */
const prefixes = {
  frames: () => [[0, 7]],
  connection: ({ role, options }) => {
    const bits = 15 - (options.pmd?.window_bits ?? 15);
    const deflate = options.pmd ? 1 | (options.pmd.no_context_takeover ? 6 : 0) | (bits << 4) : 0;
    return [0, 1, 2].map((deliver) => [role === 'client' ? 1 : 0, 0, deliver, 1, deflate, 7]);
  },
  tungstenite: ({ role }) => [[role === 'client' ? 1 : 0]],
  handshake_server: () => [[7]],
  handshake_client: () => [[7]],
};

const groups = {
  frames: /^(frame|utf8|pmd)$/,
  connection: /^(frame|utf8|pmd)$/,
  tungstenite: /^(frame|utf8)$/,
  handshake_server: /^handshake-server$/,
  handshake_client: /^handshake-client$/,
};

/** Writes the seeds of a target into a folder. */
export function writeSeeds(target, folder) {
  for (const input of seedsOf(target)) {
    const name = createHash('sha1').update(input).digest('hex');
    writeFileSync(join(folder, name), input);
  }
}

function seedsOf(target) {
  if (target === 'inspector') return captures();
  const prefixOf = prefixes[target];
  if (!prefixOf) return [];
  const linesOf = (name) =>
    readFileSync(at('tests', 'vectors', name), 'utf8')
      .trimEnd()
      .split('\n');
  return [...linesOf('hostile.jsonl'), ...linesOf('edges.jsonl')]
    .map((line) => JSON.parse(line))
    .filter(({ group, hex }) => groups[target].test(group) && hex !== undefined && hex.length <= 2 * LONGEST)
    .flatMap((vector) => {
      const input = Buffer.from(vector.hex, 'hex');
      return prefixOf(vector).map((prefix) => Buffer.concat([Buffer.from(prefix), input]));
    });
}

/** The crafted captures and their records, as far as an input can hold them; the first byte lets their own beginning tell what they are. */
function captures() {
  const folder = at('tests', 'captures');
  const names = readdirSync(folder).filter((name) => /\.(pcap|pcapng|har|netlog|jsonl|ndjson)$/.test(name));
  return names
    .map((name, index) => Buffer.concat([Buffer.from([0, 0, index, 7]), readFileSync(join(folder, name))]))
    .filter((input) => input.length <= LONGEST);
}
