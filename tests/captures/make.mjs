// `node tests/captures/make.mjs`: writes the crafted captures of this folder. What each holds stands in crafted/, and beside
// it, as golden records: tests/captures/NAME.ndjson, which `UPDATE=1 cargo test -p sansocket-inspector --test captures`
// writes and a person reads.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { archives } from './crafted/archives.mjs';
import { faults } from './crafted/faults.mjs';
import { formats } from './crafted/formats.mjs';
import { legal } from './crafted/legal.mjs';
import { netlogs } from './crafted/netlog.mjs';
import { transport } from './crafted/transport.mjs';
import { pcap } from './lib.mjs';

/** How some of them are written. */
const written = { clean: { bigEndian: true, nanoseconds: true } };

/** Every capture by the name of its file. */
export function files() {
  const all = { ...formats('clean', legal.clean()), ...archives, ...netlogs };
  for (const [name, packets] of Object.entries({ ...legal, ...transport, ...faults })) {
    all[`${name}.pcap`] = pcap(packets(), written[name]);
  }
  return all;
}

if (process.argv[1] === import.meta.filename) {
  const all = Object.entries(files());
  for (const [name, content] of all) writeFileSync(join(import.meta.dirname, name), content);
  console.log(`${all.length} captures written`);
}
