// Runs a test, on any runtime.

import { files as attributes } from './cases/attributes.mjs';
import { files as bufferedAmount } from './cases/buffered-amount.mjs';
import { files as close } from './cases/close.mjs';
import { files as create } from './cases/create.mjs';
import { files as events } from './cases/events.mjs';
import { files as idl } from './cases/idl.mjs';
import { files as opening } from './cases/opening.mjs';
import { files as send } from './cases/send.mjs';
import { files as stream } from './cases/stream.mjs';
import { files as streamClose } from './cases/stream-close.mjs';
import { files as workers } from './cases/workers.mjs';
import { Context, Skipped } from './context.mjs';

/** For tests that hang, even on a slow machine. */
const LIMIT = 60_000;

/** The only subtest of a file with no names in it. */
export const WHOLE = '';

/** All tests: for each file its subtests, functions of a `Context` that throw if they fail. */
export const tests = new Map(
  [attributes, bufferedAmount, close, create, events, idl, opening, send, stream, streamClose, workers]
    .flatMap(Object.entries)
    .map(([file, test]) => [file, new Map(typeof test === 'function' ? [[WHOLE, test]] : Object.entries(test))]),
);

/** Runs one subtest: `{ status: 'pass' | 'fail' | 'skip', message }`. `abilities` are those that a runtime has in its own way. */
export async function run(subtest, abilities) {
  const context = new Context(abilities);
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done within ${LIMIT} ms`)), LIMIT);
  });
  try {
    await Promise.race([subtest(context), late]);
    context.stop();
    return { status: 'pass', message: '' };
  } catch (error) {
    context.server.stop();
    const message = error instanceof Error ? error.message : String(error);
    return { status: error instanceof Skipped ? 'skip' : 'fail', message };
  } finally {
    clearTimeout(timer);
  }
}

/** Runs the subtests of one file, all of which have to pass. */
export async function passAll(file) {
  for (const subtest of tests.get(file).values()) {
    const { status, message } = await run(subtest, {});
    if (status !== 'pass') throw new Error(message);
  }
}

/** Everything in this runtime: `{ file, subtest, status, message }` each. */
export async function runAll(abilities) {
  const results = [];
  for (const [file, subtests] of tests) {
    for (const [subtest, test] of subtests) results.push({ file, subtest, ...(await run(test, abilities)) });
  }
  return results;
}
