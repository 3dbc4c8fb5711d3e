// One run: one judge, one implementation in one role, a selection of cases.

import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { at, targetDir, which } from '../../tools/lib/paths.mjs';
import { runtime } from '../../tools/lib/steps.mjs';
import { start } from '../interop/process.mjs';
import { tunnelledClient } from './browser.mjs';
import { tap } from './tap.mjs';

/** Hours would be a fault: the whole suite takes minutes. */
const LONGEST = 60 * 60_000;

const main = at('tests', 'conformance', 'testees', 'main.mjs');
const browser = (name, ...programs) => ({
  client: tunnelledClient(name),
  version: [which(...programs), ['--version']],
});
const program = (command, args, driver) => ({
  program: [command, ...args, main, driver],
  version: [command, ['--version']],
});

/** What is judged. `program`: in either role. `client`: a function, for what is no program. `version` prints its own. */
const testees = {
  'node-bare': program(process.execPath, [], 'bare'),
  'node-class': program(process.execPath, [], 'node'),
  deno: program(runtime('deno'), ['run', '--allow-net=127.0.0.1', '--allow-read', '--no-lock'], 'deno'),
  bun: program(runtime('bun'), [], 'bun'),
  firefox: browser('firefox', 'firefox-esr', 'firefox'),
  chromium: browser('chromium', 'chromium', 'chromium-browser', 'google-chrome'),
};

/** Everything there is to run. */
export const runs = Object.entries(testees).flatMap(([testee, { client, version }]) =>
  (client ? ['client'] : ['client', 'server']).map((role) => ({ name: `${testee}:${role}`, testee, role, version })),
);

/**
 * Resolves to the verdicts: `{ agents, verdicts: { case: { behavior, behaviorClose, result, resultClose, … } } }`.
 * Of each also `started`, a time; `request`, the head that was sent; and `isLegal`: whether the suite wants a clean close.
 *
 * - `folder`: of `target/conformance/`, for the reports.
 * - `progress`: gets `(done, count)`.
 * - `heard`: gets what is said on each connection, see tap.mjs.
 */
export async function judged({ judge, testee, role, selection, folder = `${testee}-${role}`, progress, heard }) {
  const agent = `sansocket-${testee}`;
  const outdir = join(targetDir, 'conformance', folder);
  // Whatever is in it afterwards is of this run.
  rmSync(outdir, { recursive: true, force: true });
  mkdirSync(outdir, { recursive: true });
  const order = { role, outdir, agent, patterns: selection.patterns, heard };
  const judgeIt = role === 'server' ? judgeServer : judgeClient;
  await judgeIt(judge, testees[testee], order, (done) => progress?.(done, selection.count));
  return verdictsIn(outdir, agent);
}

async function judgeServer(judge, { program }, order, progress) {
  const testee = start([...program, 'server', order.agent], { longest: LONGEST, onLine: counting(progress) });
  let between;
  try {
    const [, port] = await testee.line(/^port (\d+)$/);
    between = await tapped(port, order);
    await reported(
      start(judge.command({ ...order, address: `127.0.0.1:${between.port}` }), { longest: LONGEST }),
      order,
    );
  } catch (error) {
    throw new Error(`${error.message}\nWhat was judged says:\n${testee.output()}`);
  } finally {
    between?.close();
    await testee.stop();
  }
}

async function judgeClient(judge, { program, client }, order, progress) {
  const port = await freePort();
  const judging = start(judge.command({ ...order, address: `127.0.0.1:${port}` }), { longest: LONGEST });
  const between = await tapped(port, order);
  try {
    await listening(port, judging);
    const onLine = counting(progress);
    if (client) await client({ port: between.port, agent: order.agent, progress });
    else await ended(start([...program, 'client', order.agent, String(between.port)], { longest: LONGEST, onLine }));
    await reported(judging, order);
  } finally {
    between.close();
    await judging.stop();
  }
}

/** What is connected to instead of `port`: that itself, if nobody listens. */
const tapped = (port, { heard }) => (heard ? tap(port, heard) : { port, close() {} });

/** Counts the lines that a testee prints for its connections. */
function counting(progress) {
  let done = 0;
  return (line) => {
    if (line !== 'case') return;
    done += 1;
    progress(done);
  };
}

/** Waits for the end of a program, which is not to fail. */
async function ended(process) {
  const code = await process.exit();
  if (code !== 0) throw new Error(`a program ended with ${code}:\n${process.output()}`);
}

/** Waits for the end of a judge, who is to leave a report: without a peer wstest gives up as if nothing were wrong. */
async function reported(judging, { outdir }) {
  await ended(judging);
  if (!existsSync(indexIn(outdir))) throw new Error(`the judge left no report:\n${judging.output()}`);
}

const indexIn = (outdir) => join(outdir, 'index.json');

function verdictsIn(outdir, agent) {
  const index = JSON.parse(readFileSync(indexIn(outdir), 'utf8'));
  const verdicts = index[agent] ?? {};
  const entries = Object.entries(verdicts).map(([id, { behavior, behaviorClose, reportfile }]) => {
    const report = JSON.parse(readFileSync(join(outdir, reportfile), 'utf8'));
    const { result, resultClose, started, httpRequest: request } = report;
    return [
      id,
      { behavior, behaviorClose, result, resultClose, started, request, isLegal: report.expectedClose.requireClean },
    ];
  });
  return { agents: Object.keys(index), verdicts: Object.fromEntries(entries.sort(([a], [b]) => inOrder(a, b))) };
}

/** 1.2.10 comes after 1.2.9. */
export function inOrder(a, b) {
  const [x, y] = [a, b].map((id) => id.split('.').map(Number));
  const differing = x.findIndex((number, index) => number !== y[index]);
  return differing < 0 ? 0 : x[differing] - y[differing];
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Resolves once the program listens. */
async function listening(port, program) {
  let over = false;
  program.exit().then(() => {
    over = true;
  });
  while (!(await accepts(port))) {
    if (over) throw new Error(`the judge does not listen:\n${program.output()}`);
    await sleep(100);
  }
}

const accepts = (port) =>
  new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.on('error', () => resolve(false));
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
