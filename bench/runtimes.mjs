// The codec on other runtimes: npm run bench:runtimes -- [--only NAME] [--json FILE]
//
// On Node, Deno and Bun beside the receiver of ws. In browsers nothing else decodes frames; what their own WebSocket takes
// for a message that comes over the loopback interface tells what a message costs there anyway.

import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { WebSocketServer } from 'ws';
import { launchers } from '../tests/e2e/browsers.mjs';
import { at, pkgDir } from '../tools/lib/paths.mjs';
import { serve } from '../tools/lib/serve.mjs';
import { runtime } from '../tools/lib/steps.mjs';
import { printTable } from './lib/compare.mjs';
import { ns } from './lib/figures.mjs';
import { messages } from './lib/messages.mjs';
import { BURST, BURST_SIZE } from './runtimes/cells.mjs';

const LONGEST = 120_000;
const { values } = parseArgs({ options: { only: { type: 'string' }, json: { type: 'string' } } });

/** Sends a burst of messages to whoever asks. */
function burstServer() {
  const texts = messages(BURST_SIZE, 32).map((bytes) => Buffer.from(bytes).toString());
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
  server.on('connection', (socket) => {
    socket.on('message', () => {
      for (let i = 0; i < BURST; i += 1) socket.send(texts[i % texts.length]);
    });
  });
  return server;
}

const program = (command, args) => async (url) => {
  const options = { timeout: LONGEST };
  const { stdout: version } = await promisify(execFile)(command, ['--version'], options);
  const file = fileURLToPath(new URL('runtimes/program.mjs', import.meta.url));
  const { stdout } = await promisify(execFile)(command, [...args, file, url], options);
  return { version: /\d+(\.\d+)+/.exec(version)[0], ...JSON.parse(stdout) };
};

const browser = (name) => async (url) => {
  const server = await serve({ '/pkg/': pkgDir, '/bench/': at('bench') }, 0);
  const started = await launchers[name]();
  try {
    const page = await started.newPage();
    const { port } = server.address();
    await page.goto(`http://127.0.0.1:${port}/bench/runtimes/page.html?url=${encodeURIComponent(url)}`);
    const handle = await page.waitForFunction(() => globalThis.figures, undefined, { timeout: LONGEST });
    const figures = await handle.jsonValue();
    if (figures.error) throw new Error(figures.error);
    return { version: started.version(), ...figures };
  } finally {
    await started.close();
    server.close();
  }
};

const runtimes = {
  Node: program(process.execPath, []),
  Deno: program(runtime('deno'), ['run', '--allow-all', '--node-modules-dir=manual', '--no-lock']),
  Bun: program(runtime('bun'), []),
  Firefox: browser('firefox'),
  Chromium: browser('chromium'),
};

const server = burstServer();
await once(server, 'listening');
const url = `ws://127.0.0.1:${server.address().port}/`;
const figures = [];
for (const [name, measure] of Object.entries(runtimes)) {
  if (values.only !== undefined && values.only !== name) continue;
  process.stderr.write(`${name} …\n`);
  figures.push({ runtime: name, ...(await measure(url)) });
}
server.close();

const names = figures[0].results.map(({ name }) => name);
const cell = (figure, name) => {
  const { ours_ns, ratio } = figure.results.find((result) => result.name === name);
  return ratio === undefined ? ns(ours_ns) : `${ns(ours_ns)} (${ratio.toFixed(2)})`;
};
const row = (name, of) => ({ name, ...Object.fromEntries(figures.map((figure) => [figure.runtime, of(figure)])) });
printTable([
  row('version', ({ version }) => version),
  ...names.map((name) => row(name, (figure) => cell(figure, name))),
  row('a message by its own WebSocket', ({ platform_ns }) => (platform_ns === undefined ? '' : ns(platform_ns))),
]);
if (values.json) writeFileSync(values.json, `${JSON.stringify(figures, undefined, 2)}\n`);
