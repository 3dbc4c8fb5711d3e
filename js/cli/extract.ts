/** `sansocket extract`: payloads as files. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FrameRecord, MessageRecord } from '../inspect/records.js';
import { visible, visibleJson } from '../inspect/visible.js';
import { command } from './command.js';
import type { Flags, Line } from './flags.js';
import { bytesOfPayload } from './output/dump.js';
import { recordsOf } from './output/records.js';
import { tellTroubles } from './output/troubles.js';
import { readCaptures, type Sink } from './session.js';
import { filterOf, selectFlags, sourceFlags, sourceOf } from './source-flags.js';
import { complain, ExitCode, OutputError } from './terminal.js';
import { UsageError } from './usage-error.js';
import { counted } from './words.js';

const flags = {
  directory: { kind: 'text', short: 'd', value: 'DIR', help: 'where the files go; it is made if it is not there' },
  frames: { kind: 'switch', help: 'a file for each frame instead of each message' },
  ...sourceFlags,
  ...selectFlags,
} as const satisfies Flags;

export const extract = command({
  name: 'extract',
  summary: 'payloads as files, with an index',
  usage: '-d DIR [FLAG]... [FILE|-]...',
  about:
    'Writes the payload of each message into a file of its own: 000001-c2s.txt for text, .json for what is JSON, .bin for ' +
    'the rest. index.ndjson has a line for each, with the file and all that is known but the payload. Files that are there are not replaced.',
  flags,
  files: true,
  examples: [
    ['sansocket extract capture.pcapng -d payloads', ''],
    ['sansocket extract -Y "op == binary" capture.pcap -d images', 'binary messages only'],
  ],
  run,
});

async function run({ values, operands }: Line<typeof flags>): Promise<number> {
  const { directory, frames } = values;
  if (directory === undefined) throw new UsageError('where to? -d DIR says it');
  const source = sourceOf(values, operands);
  const writer = new Files(directory);
  let name = '';
  const sink: Sink = {
    begin: (input) => {
      name = input.name;
    },
    lines: async (ndjson) => {
      tellTroubles(ndjson, name);
      for (const record of recordsOf(ndjson)) {
        const wanted = frames ? 'frame' : 'message';
        if (record.type === wanted && (record.type === 'frame' || record.type === 'message'))
          writer.write(record, name);
      }
      return true;
    },
  };
  const records = frames ? (['frame', 'error'] as const) : (['message', 'error'] as const);
  const outcome = await readCaptures(source, { records, payload: 'full', filter: filterOf(values) }, sink);
  if (!outcome.nothing) writer.begin();
  if (!values.quiet) {
    const index = outcome.nothing ? '' : ` and index.ndjson in ${visible(directory)}`;
    complain(`${counted(writer.count, 'file')}${index}`);
  }
  if (outcome.interrupted) return ExitCode.Interrupted;
  return outcome.unreadable || outcome.cut ? ExitCode.Trouble : ExitCode.Ok;
}

/** Files with names of our own: nothing in a capture names one. */
class Files {
  count = 0;
  readonly #directory: string;
  #begun = false;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Makes the directory and the index, once something was read: an attempt that failed is not in the way of the next. */
  begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    try {
      mkdirSync(this.#directory, { recursive: true });
    } catch (error) {
      throw new OutputError(`${visible(this.#directory)} cannot be made: ${(error as NodeJS.ErrnoException).code}`);
    }
    this.#save('index.ndjson', '');
  }

  write(record: FrameRecord | MessageRecord, source: string): void {
    this.begin();
    this.count += 1;
    const { payload, ...rest } = record;
    const file = `${String(this.count).padStart(6, '0')}-${record.dir}.${extensionOf(record)}`;
    this.#save(file, bytesOfPayload(payload));
    const line = visibleJson({ v: 1, source, file, ...rest, ...(payload?.cut ? { cut: true } : {}) });
    writeFileSync(join(this.#directory, 'index.ndjson'), `${line}\n`, { flag: 'a' });
  }

  #save(file: string, content: string | Uint8Array): void {
    try {
      writeFileSync(join(this.#directory, file), content, { flag: 'wx' });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      const path = visible(join(this.#directory, file));
      if (code === 'EEXIST') throw new UsageError(`${path} is there already: give an empty directory`);
      throw new OutputError(`${path} cannot be written: ${code}`);
    }
  }
}

function extensionOf({ op, payload }: FrameRecord | MessageRecord): string {
  const { text } = payload ?? {};
  if (text === undefined) return 'bin';
  if (/^\s*[[{]/.test(text)) {
    try {
      JSON.parse(text);
      return 'json';
    } catch {
      return 'txt';
    }
  }
  return op === 2 ? 'bin' : 'txt';
}
