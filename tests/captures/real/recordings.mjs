// What is recorded: for each capture the peers, what they say, and how it is captured.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { converse } from './converse.mjs';
import { browserClient } from './peers/browser.mjs';
import { programClient, programServer } from './peers/program.mjs';
import { wsClient, wsServer } from './peers/ws.mjs';

const binary = (...bytes) => Buffer.from(bytes).toString('base64');
const bye = { by: 'client', close: [4001, 'bye'] };

/** Messages that every peer can send. */
const messages = [
  { by: 'client', text: 'Hello' },
  { by: 'server', text: 'κόσμε, "quoted" and \u001b[31mred' },
  { by: 'client', base64: binary(0, 255, 1, 254) },
  { by: 'server', base64: binary(...Array.from({ length: 200 }, (_, n) => n)) },
  { by: 'client', text: '{"method":"subscribe","channel":"ticker"}' },
  { by: 'server', text: '{"channel":"ticker","price":1}' },
  { by: 'server', text: '{"channel":"ticker","price":2}' },
  { by: 'client', text: '' },
];

/** What a library can do and a browser cannot, for one side. */
const controls = (by) => [
  { by, ping: 'are you there' },
  { by, ping: '' },
  { by, fragments: ['a message ', 'in three ', 'fragments'] },
];

/** A Ping between fragments, and a Pong that nobody asked for. */
const interleaved = (by) => [
  { by, fragments: ['Hel', 'lo'], pingInside: 'inside' },
  { by, pong: 'a heartbeat' },
];

const everything = [
  ...messages,
  ...controls('client'),
  ...controls('server'),
  ...interleaved('client'),
  ...interleaved('server'),
  bye,
];

/** What a page can say, and a server to it. */
const browserSteps = [...messages, ...controls('server'), ...interleaved('server'), bye];

const noTakeover = { serverNoContextTakeover: true, clientNoContextTakeover: true };

/** One conversation of ws with itself, over a server that is there already. */
async function wsTalk(server, path, steps, options) {
  return converse(path, await wsPeers(server, path, options), steps);
}

async function wsPeers(server, path, { scheme = 'ws', host = '127.0.0.1', ...options } = {}) {
  const client = await wsClient(`${scheme}://${host}:${server.port}${path}`, options);
  return { client, server: await server.peer(path) };
}

async function programTalk(name, server, path, steps, options) {
  const client = await programClient(name, `ws://127.0.0.1:${server.port}${path}`, options);
  try {
    return await converse(path, { client, server: await server.peer(path) }, steps);
  } finally {
    client.stop();
  }
}

/** A page of the server, with a client for each of the conversations. */
async function browserTalks(browser, server, talks, { scheme = 'ws', ...context } = {}) {
  const page = await (await browser.newContext(context)).newPage();
  const authority = `127.0.0.1:${server.port}`;
  await page.goto(`${scheme === 'wss' ? 'https' : 'http'}://${authority}/`);
  const truths = [];
  for (const [path, steps, protocols] of talks) {
    const client = await browserClient(page, `${scheme}://${authority}${path}`, protocols);
    truths.push(await converse(path, { client, server: await server.peer(path) }, steps));
  }
  await page.context().close();
  return truths;
}

/** Two requests over the connection that then becomes a WebSocket. */
async function afterKeepAlive(server, path, steps, options) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  for (const page of ['/', '/favicon.ico']) {
    await new Promise((resolve, reject) => {
      get({ host: '127.0.0.1', port: server.port, path: page, agent }, (response) =>
        response.resume().on('end', resolve),
      ).on('error', reject);
    });
  }
  const truth = await wsTalk(server, path, steps, { ...options, agent });
  agent.destroy();
  return truth;
}

/** A certificate that nobody trusts, for as long as it is recorded. */
function certificate() {
  const folder = mkdtempSync(join(tmpdir(), 'sansocket-certificate-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  execFileSync(
    'openssl',
    ['req', '-x509', ...curve, '-keyout', key, '-out', cert, '-subj', '/CN=localhost', '-days', '2'],
    { stdio: 'ignore' },
  );
  const tls = { key: readFileSync(key), cert: readFileSync(cert) };
  rmSync(folder, { recursive: true });
  return tls;
}

const ws = (options) => () => wsServer(options);

/**
 * By the name of the file. `server` starts the server and `talk(server, { browser, har, before })` speaks with it, and gives
 * the truth about each connection. How that is recorded: `packets` of a tool, a `netlog` of the browser, or a `har` at
 * the path that `talk` gets. `before`: what is said before the capture begins.
 */
export const recordings = {
  'ws_plain.pcap': {
    server: ws(),
    packets: { tool: 'tcpdump' },
    talk: async (server) => [await wsTalk(server, '/plain', everything, { protocols: ['chat', 'superchat'] })],
  },
  'ws_takeover.pcapng': {
    server: ws({ deflate: {} }),
    packets: { tool: 'dumpcap' },
    talk: async (server) => [await wsTalk(server, '/takeover', everything, { deflate: {} })],
  },
  'ws_keep_alive.pcap': {
    server: ws({ deflate: noTakeover }),
    packets: { tool: 'tcpdump', flags: ['--time-stamp-precision=nano'] },
    talk: async (server) => [await afterKeepAlive(server, '/no-takeover', everything, { deflate: noTakeover })],
  },
  'ws_ipv6.pcapng': {
    server: ws({ host: '::1' }),
    packets: { tool: 'dumpcap' },
    talk: async (server) => [await wsTalk(server, '/ipv6', [...messages, bye], { host: '[::1]' })],
  },
  'ws_large.pcap': {
    server: ws({ deflate: { clientNoContextTakeover: true } }),
    packets: { tool: 'tcpdump' },
    talk: async (server) => {
      const text = { repeat: 'κόσμε 0123456789 ', times: 5000 };
      const steps = [{ by: 'client', text }, { by: 'client', text: 'after it' }, bye];
      return [
        await wsTalk(server, '/large', steps),
        await wsTalk(server, '/large-compressed', [{ by: 'server', text }, ...steps], { deflate: {} }),
      ];
    },
  },
  'ws_interleaved.pcapng': {
    server: ws({ deflate: {} }),
    packets: { tool: 'dumpcap' },
    talk: (server) =>
      Promise.all([
        wsTalk(server, '/first', everything, { deflate: {} }),
        wsTalk(server, '/second', everything),
        wsTalk(server, '/third', [...messages, { by: 'server', close: [] }]),
      ]),
  },
  'ws_abrupt.pcap': {
    server: ws(),
    packets: { tool: 'tcpdump' },
    talk: async (server) => {
      // The request for it is answered with 401.
      await assert.rejects(wsPeers(server, '/refused'));
      return [
        await wsTalk(server, '/ended', [...messages, { by: 'client', destroy: 'end' }]),
        await wsTalk(server, '/reset', [...messages, { by: 'server', destroy: 'reset' }]),
      ];
    },
  },
  'ws_late.pcap': {
    server: ws({ deflate: {} }),
    packets: { tool: 'tcpdump' },
    before: async (server) => {
      const late = { plain: await wsPeers(server, '/'), compressed: await wsPeers(server, '/', { deflate: {} }) };
      for (const peers of Object.values(late)) await converse('/', peers, messages);
      return late;
    },
    // Their handshakes are not in the capture, so nothing there has their path.
    talk: async (_, { before: { plain, compressed } }) => [
      await converse(null, plain, [...messages, ...controls('server'), bye]),
      await converse(null, compressed, [...messages, ...controls('server'), bye]),
    ],
  },
  'wss.pcapng': {
    server: () => wsServer({ tls: certificate() }),
    packets: { tool: 'dumpcap' },
    // Nothing of it can be seen.
    talk: async (server) => {
      await wsTalk(server, '/', [...messages, bye], { scheme: 'wss', rejectUnauthorized: false });
      return [];
    },
  },
  'websockets_client_sll2.pcap': {
    server: ws({ deflate: {} }),
    packets: { tool: 'tcpdump', device: 'any' },
    talk: async (server) => [
      await programTalk(
        'websockets',
        server,
        '/python',
        [...messages, ...controls('client'), ...controls('server'), ...interleaved('server'), bye],
        { deflate: true },
      ),
    ],
  },
  'websockets_server_sll.pcap': {
    server: () => programServer('websockets', { protocols: ['chat'] }),
    packets: { tool: 'tcpdump', device: 'any', flags: ['-y', 'LINUX_SLL'] },
    talk: async (server) => [
      await wsTalk(
        server,
        '/python',
        [...messages, ...controls('server'), ...controls('client'), { by: 'server', close: [1001, 'going'] }],
        {
          protocols: ['chat'],
        },
      ),
    ],
  },
  'chromium.pcapng': {
    server: ws({ deflate: {} }),
    browser: 'chromium',
    packets: { tool: 'dumpcap' },
    talk: (server, { browser }) =>
      browserTalks(browser, server, [
        ['/chat', browserSteps, ['chat']],
        ['/again', [...messages, { by: 'server', close: [1001, ''] }]],
      ]),
  },
  'firefox.pcap': {
    server: ws({ deflate: {} }),
    browser: 'firefox',
    packets: { tool: 'tcpdump' },
    talk: (server, { browser }) =>
      browserTalks(browser, server, [
        ['/chat', browserSteps, ['chat']],
        ['/again', [...messages, { by: 'client', close: [] }]],
      ]),
  },
  'chromium_ws.netlog': {
    server: ws({ deflate: {} }),
    browser: 'chromium',
    netlog: true,
    talk: (server, { browser }) => browserTalks(browser, server, [['/plain-tcp', browserSteps, ['chat']]]),
  },
  'chromium_wss.netlog': {
    server: () => wsServer({ deflate: {}, tls: certificate() }),
    browser: 'chromium',
    netlog: true,
    talk: (server, { browser }) =>
      browserTalks(browser, server, [['/inside-tls', browserSteps]], { scheme: 'wss', ignoreHTTPSErrors: true }),
  },
  'chromium.har': {
    server: ws({ deflate: {} }),
    browser: 'chromium',
    har: true,
    talk: (server, { browser, har }) =>
      browserTalks(browser, server, [['/archived', browserSteps]], { recordHar: { path: har, content: 'embed' } }),
  },
  'chromium.har.zip': {
    server: ws({ deflate: {} }),
    browser: 'chromium',
    har: true,
    talk: (server, { browser, har }) =>
      browserTalks(browser, server, [['/attached', browserSteps]], { recordHar: { path: har, content: 'attach' } }),
  },
  'firefox.har': {
    server: ws({ deflate: {} }),
    browser: 'firefox',
    har: true,
    talk: (server, { browser, har }) =>
      browserTalks(browser, server, [['/archived', browserSteps]], { recordHar: { path: har, content: 'embed' } }),
  },
  'deno_bun.pcapng': {
    server: ws({ deflate: {} }),
    packets: { tool: 'dumpcap' },
    talk: async (server) => [
      await programTalk('deno', server, '/deno', [...messages, ...controls('server'), bye]),
      await programTalk('bun', server, '/bun', [...messages, ...controls('server'), bye]),
    ],
  },
  'deno_server.pcap': {
    server: () => programServer('deno'),
    packets: { tool: 'tcpdump' },
    talk: async (server) => [await wsTalk(server, '/deno', [...messages, ...controls('client'), bye], { deflate: {} })],
  },
  'bun_server.pcap': {
    server: () => programServer('bun', { deflate: true }),
    packets: { tool: 'tcpdump' },
    talk: async (server) => [await wsTalk(server, '/bun', [...messages, ...controls('client'), bye], { deflate: {} })],
  },
  'chromium_websockets.pcap': {
    server: () => programServer('websockets', { deflate: true }),
    browser: 'chromium',
    packets: { tool: 'tcpdump' },
    talk: (server, { browser }) => browserTalks(browser, server, [['/', [...messages, ...controls('server'), bye]]]),
  },
};
