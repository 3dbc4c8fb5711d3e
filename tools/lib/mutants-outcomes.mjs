// What became of the mutants of a run, by what cargo-mutants leaves behind.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from './failure.mjs';

/**
 * The results in a folder `mutants.out`: how many were `caught`, how many of these `neverEnded`, how many were `unviable`; and those
 * that `survived`, each by its name and the text of its line.
 */
export function outcomesIn(folder) {
  const found = { caught: 0, neverEnded: 0, unviable: 0, survived: [] };
  const file = join(folder, 'outcomes.json');
  // A file may have nothing to change.
  const { outcomes } = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { outcomes: [] };
  for (const { scenario, summary, log_path } of outcomes) {
    const fate = fateOf(summary, readFileSync(join(folder, log_path), 'utf8'));
    if (fate === 'survived') found.survived.push(survivor(scenario.Mutant, join(folder, '..')));
    else if (fate === 'unviable') found.unviable += 1;
    else found.caught += 1;
    if (fate === 'never ended') found.neverEnded += 1;
  }
  return found;
}

/** What became of a mutant. `summary`: what cargo-mutants calls it. `log`: what cargo printed. */
export function fateOf(summary, log) {
  switch (summary) {
    case 'Unviable':
      return 'unviable';
    case 'MissedMutant':
      return 'survived';
    case 'Timeout':
      return 'never ended';
    case 'CaughtMutant':
      return ranOutOfTime(log) ? 'never ended' : 'a test failed';
    default:
      throw new Failure(`cargo-mutants tells of an outcome that is not known here: ${summary}`);
  }
}

/** At the limit of limited.sh the system sends SIGXCPU, and SIGKILL where the limit is a hard one as well. */
const ranOutOfTime = (log) => /\(signal: \d+, SIG(XCPU|KILL):/.test(log);

function survivor({ name, file, span }, tree) {
  const lines = readFileSync(join(tree, file), 'utf8').split('\n');
  return { name, line: lines[span.start.line - 1].trim() };
}
