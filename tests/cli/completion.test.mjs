// `sansocket completion`: the scripts, run by the shells that they are for.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { commands } from './commands.mjs';
import { fileOf, sansocket } from './run.mjs';

const options = { cwd: import.meta.dirname, encoding: 'utf8', timeout: 60_000 };

/** The script for a shell, in a file. */
async function scriptFor(shell) {
  const { code, stdout, stderr } = await sansocket(['completion', shell]);
  assert.deepEqual([code, stderr], [0, '']);
  return fileOf(stdout, `completion.${shell}`);
}

/** What a line becomes, in a shell: the word that is offered, the only one. */
const lines = {
  'sansocket hand': 'handshake',
  'sansocket encode --fo': '--format',
  'sansocket encode --format b': 'base64',
  'sansocket explain utf8': 'utf8-invalid',
  'sansocket encode --file words': 'words.test.mjs',
  'sansocket decode words': 'words.test.mjs',
  'sansocket words': 'words.test.mjs',
  'sansocket --from pcapn': 'pcapng',
  'sansocket lint --fail-on n': 'note',
  'sansocket completion z': 'zsh',
};

test('bash', async () => {
  const script = await scriptFor('bash');
  const offered = (line) => {
    const body = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
      _sansocket sansocket "\${COMP_WORDS[COMP_CWORD]}" "\${COMP_WORDS[COMP_CWORD-1]}"; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return execFileSync('bash', ['-c', body, 'bash', script, ...line.split(' ')], options)
      .trimEnd()
      .split('\n');
  };
  for (const [line, word] of Object.entries(lines)) assert.deepEqual(offered(line), [word], line);
});

test('zsh', async () => {
  const script = await scriptFor('zsh');
  const program = fileURLToPath(new URL('complete.zsh', import.meta.url));
  const completed = execFileSync('zsh', ['-f', program, script, ...Object.keys(lines)], options);
  const expected = Object.entries(lines).map(([line, word]) => `${line.replace(/\S+$/, '')}${word} \n`);
  assert.equal(completed, expected.join(''));
});

test('fish', async () => {
  const script = await scriptFor('fish');
  const body = 'source $argv[1]; for line in $argv[2..]; complete -C $line | string split -f1 \\t; echo; end';
  const answers = execFileSync('fish', ['--no-config', '-c', body, script, ...Object.keys(lines)], options);
  const offered = answers.split('\n\n').map((answer) => answer.split('\n'));
  for (const [at, [line, word]] of Object.entries(lines).entries()) assert.deepEqual(offered[at], [word], line);
});

test('every command and flag is in each script', async () => {
  const spelled = { bash: (flag) => `--${flag}`, zsh: (flag) => `--${flag}[`, fish: (flag) => `-l ${flag}` };
  for (const [shell, flagIn] of Object.entries(spelled)) {
    const { stdout } = await sansocket(['completion', shell]);
    for (const { name, flags } of commands) {
      assert.ok(stdout.includes(name), `${shell}: ${name}`);
      for (const flag of Object.keys(flags).filter((name) => name.length > 1))
        assert.ok(stdout.includes(flagIn(flag)), `${shell}: ${name} --${flag}`);
    }
  }
});
