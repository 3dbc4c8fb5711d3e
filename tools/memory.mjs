// `npm run memory`: what idle connections take of WebAssembly memory, one by one. With `-- --write` the table goes into
// docs/compression.md. Ends with 1 if a connection takes more than it may.

import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { main } from './lib/failure.mjs';
import { at } from './lib/paths.mjs';

const KiB = 1024;
const CONNECTIONS = 1000;
const DOCUMENT = at('docs', 'compression.md');
const [BEGIN, END] = ['<!-- npm run memory -- --write -->\n', '<!-- end -->'];

const load = (file) => import(pathToFileURL(at('pkg', file)).href);

/** As services push it: words that come again, numbers that do not. */
const text = (length) => {
  let data = '';
  for (let i = 0; data.length < length; i += 1)
    data += JSON.stringify({ id: i, price: (i * 7919) % 1000, side: 'buy' });
  return data.slice(0, length);
};
const [small, large] = [text(200), text(64 * KiB)];

const window = (bits, more) => ({ serverMaxWindowBits: bits, clientMaxWindowBits: bits, ...more });
const forgets = { serverNoContextTakeover: true, clientNoContextTakeover: true, threshold: 0 };

/** What a connection has done before it is idle, and the most that it may take then. */
const states = [
  { name: 'no compression', most: KiB },
  { name: 'compression agreed, nothing sent or received', deflate: {}, most: KiB },
  { name: 'received 200 bytes', deflate: {}, receives: small, most: 48 * KiB },
  { name: 'received 64 KiB', deflate: {}, receives: large, most: 48 * KiB },
  { name: 'received 64 KiB, window of 12 bits', deflate: window(12), receives: large, most: 48 * KiB },
  { name: 'received 64 KiB, window of 9 bits', deflate: window(9), receives: large, most: 48 * KiB },
  { name: 'received 64 KiB, no takeover', deflate: forgets, receives: large, most: 2 * KiB },
  { name: 'sent 64 KiB', deflate: {}, sends: large, most: 384 * KiB },
  { name: 'sent 64 KiB, `memLevel: 5`', deflate: { memLevel: 5 }, sends: large, most: 384 * KiB },
  { name: 'sent 64 KiB, window of 12 bits, `memLevel: 5`', deflate: window(12, { memLevel: 5 }), sends: large },
  { name: 'sent 64 KiB, window of 9 bits, `memLevel: 1`', deflate: window(9, { memLevel: 1 }), sends: large },
  { name: 'sent 64 KiB, no takeover', deflate: forgets, sends: large, most: 2 * KiB },
];

await main(async () => {
  const { values } = parseArgs({ options: { write: { type: 'boolean' } } });
  const { Connection, recycle } = await load('index.js');
  const { currentCodec } = await load('wasm/loader.js');

  /** Bytes that linear memory grows by for each connection, once what is free in it was used up. */
  function bytesEach({ deflate, receives, sends }) {
    recycle();
    const make = () => new Connection({ role: 'server', perMessageDeflate: deflate });
    const frame = receives === undefined ? undefined : received(receives, deflate);
    const use = (connection) => {
      if (frame !== undefined) connection.receiveData(frame);
      if (sends !== undefined) connection.sendText(sends);
      connection.dataToSend();
      if ([...connection.events()].some(({ type }) => type !== 'text')) throw new Error('it was not received');
      return connection;
    };
    const connections = [use(make())];
    const first = currentCodec().memoryBytes;
    while (currentCodec().memoryBytes === first) connections.push(use(make()));
    const before = currentCodec().memoryBytes;
    for (let i = 0; i < CONNECTIONS; i += 1) connections.push(use(make()));
    const after = currentCodec().memoryBytes;
    for (const connection of connections) connection.free();
    return Math.ceil((after - before) / CONNECTIONS);
  }

  /** The frame of a client that compresses. */
  function received(data, deflate) {
    const client = new Connection({ role: 'client', perMessageDeflate: deflate });
    client.sendText(data);
    const [frame] = client.dataToSend();
    client.free();
    return frame;
  }

  const rows = states.map((state) => ({ ...state, bytes: bytesEach(state) }));
  const kib = (bytes) => (bytes < 10 * KiB ? `${(bytes / KiB).toFixed(1)} KiB` : `${Math.round(bytes / KiB)} KiB`);
  const table = [
    `| each of ${CONNECTIONS.toLocaleString('en')} idle connections, after it has | takes |`,
    '|---|---|',
    ...rows.map(({ name, bytes }) => `| ${name} | ${kib(bytes)} |`),
    '',
  ].join('\n');
  console.log(table);
  for (const { name, bytes, most } of rows) {
    if (bytes <= (most ?? Infinity)) continue;
    console.log(`✗ ${name}: ${bytes} bytes, at most ${most} are allowed`);
    process.exitCode = 1;
  }
  if (values.write) {
    const document = readFileSync(DOCUMENT, 'utf8');
    const [head, rest] = document.split(BEGIN);
    const [, tail] = rest.split(END);
    writeFileSync(DOCUMENT, `${head}${BEGIN}${table}${END}${tail}`);
  }
});
