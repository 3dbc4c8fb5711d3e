// `node tests/captures/real/make.mjs [NAME ...]`: records the real captures anew, all or those that are named, and writes
// beside each what the peers themselves say was sent: NAME.truth.json. See ../README.md for what it takes.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchers } from '../../e2e/browsers.mjs';
import { reduced } from './record/netlog.mjs';
import { recordPackets } from './record/packets.mjs';
import { withoutMachine } from './record/pcapng.mjs';
import { recordings } from './recordings.mjs';

const scratch = mkdtempSync(join(tmpdir(), 'sansocket-recording-'));

/** What is kept of a file that was recorded, by how it was. */
const kept = {
  netlog: (file) => Buffer.from(reduced(file.toString())),
  pcapng: withoutMachine,
};

async function record(name, { server: start, browser: browserName, packets, netlog, before, talk }) {
  const file = join(scratch, name);
  const server = await start();
  const flags = netlog ? [`--log-net-log=${file}`, '--net-log-capture-mode=Everything'] : [];
  const browser = browserName && (await launchers[browserName](flags));
  let connections;
  try {
    const given = { browser, har: file, before: await before?.(server) };
    const during = () => talk(server, given);
    connections = await (packets ? recordPackets({ ...packets, ports: [server.port], file }, during) : during());
  } finally {
    await browser?.close();
    server.close();
  }
  const reduce = kept[name.slice(name.lastIndexOf('.') + 1)] ?? ((whole) => whole);
  writeFileSync(join(import.meta.dirname, name), reduce(readFileSync(file)));
  const truth = { port: server.port, connections };
  writeFileSync(join(import.meta.dirname, `${name}.truth.json`), `${JSON.stringify(truth, null, 1)}\n`);
}

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(recordings);
try {
  for (const name of names) {
    if (!(name in recordings)) throw new Error(`no recording is named ${name}`);
    await record(name, recordings[name]);
    console.log(name);
  }
} finally {
  rmSync(scratch, { recursive: true });
}
process.exit();
