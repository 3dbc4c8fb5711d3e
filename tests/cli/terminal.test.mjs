// What is written fits the terminal: rows are cut, sentences go on in the next line. Elsewhere nothing is.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { encodeFrame } from 'sansocket';
import { captureOf, fileOf, sansocket } from './run.mjs';

/** Node's flags for a terminal of so many columns. */
const terminal = (columns) => {
  const code = `Object.assign(process.stdout, { isTTY: true, columns: ${columns}, hasColors: () => true });`;
  return ['--import', pathToFileURL(fileOf(code, `terminal-${columns}.mjs`)).href];
};
const env = { NO_COLOR: '1' };

const runs = [
  [],
  ['--help'],
  ['decode', '--help'],
  ['handshake', '--help'],
  ['lint', captureOf('viol.pcap')],
  ['stats', captureOf('pmd_mix.pcap'), captureOf('clean.pcap')],
  ['explain', '1006', 'utf8-invalid'],
  ['explain'],
];
for (const args of runs) {
  test(`in 66 columns: sansocket ${args.map((arg) => arg.split('/').at(-1)).join(' ')}`, async () => {
    const all =
      args.length > 0 ? args : ['--side', 'server', fileOf(encodeFrame({ opcode: 1, payload: 'x'.repeat(99) }))];
    const [narrow, wide] = await Promise.all([
      sansocket(all, { nodeArgs: terminal(66), env }),
      sansocket(all, { env }),
    ]);
    assert.notEqual(narrow.stdout, wide.stdout);
    // The path of a capture, and examples, are not broken.
    const lines = narrow.stdout
      .split('\n')
      .filter((line) => !/^\/|^ {2}(?:# |sansocket |tcpdump |xxd |pbpaste )/.test(line));
    for (const line of lines) assert.ok([...line].length <= 66, line);
    const words = ({ stdout }) => stdout.split(/\s+/).sort();
    if (args.length > 0) assert.deepEqual(words(narrow), words(wide), 'nothing is lost');
  });
}

test('characters of two columns, and of none, are counted as the terminal does', async () => {
  const rowOf = async (payload, at) => {
    const file = fileOf(encodeFrame({ opcode: 1, payload: payload.repeat(40) }), `row-${at}`);
    const { stdout } = await sansocket(['-q', '--side', 'server', file], { nodeArgs: terminal(66), env });
    return stdout.split('\n')[0].replace(/^.* B +/, '');
  };
  const [latin, wide, emoji, accents] = await Promise.all(['x', '漢', '😀', 'e\u0301'].map(rowOf));
  assert.match(latin, /^x+…$/);
  const room = latin.length;
  assert.equal(wide, `${'漢'.repeat(Math.floor((room - 1) / 2))}…`);
  assert.equal(emoji, `${'😀'.repeat(Math.floor((room - 1) / 2))}…`);
  assert.equal(accents, `${'e\u0301'.repeat(room - 1)}…`);
});

test('colours on a terminal', async () => {
  const { stdout } = await sansocket(['lint', captureOf('viol.pcap')], { nodeArgs: terminal(66) });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are written by them
  assert.match(stdout, /^ {2}\x1b\[31m! error mask-missing\x1b\[0m in #1 at byte/m);
});
