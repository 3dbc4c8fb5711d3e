/** An archive of Playwright: a HAR, and files that its entries name, such as the messages of each WebSocket. */

import { type ZipEntry, zipEntries } from './zip.js';

/** Undoes the compression of a file, which has so many bytes then. */
export type Inflate = (entry: ZipEntry) => Uint8Array | Promise<Uint8Array>;

/** The most bytes that the files of an archive may have together. */
const MAX_BYTES = 1 << 30;

/** The HAR in an archive, its messages put back in their entries; fails with a sentence on what is wrong. */
export async function harOfZip(archive: Uint8Array, inflate: Inflate): Promise<Uint8Array> {
  const entries = zipEntries(archive);
  const har = entries.find(({ name }) => /\.har$/i.test(name));
  if (har === undefined) throw new Error('the zip archive holds no .har file');
  let budget = MAX_BYTES;
  const content = async (entry: ZipEntry): Promise<Uint8Array> => {
    budget -= entry.size;
    if (budget < 0) throw new Error('the zip archive holds more than 1 GiB: unpack it first');
    if (entry.method !== 0 && entry.method !== 8) throw new Error('the zip archive is compressed in an unknown way');
    return entry.method === 0 ? entry.bytes : inflate(entry);
  };
  const bytes = await content(har);
  const attached = new Map(entries.filter(({ name }) => /\.jsonl$/i.test(name)).map((entry) => [entry.name, entry]));
  if (attached.size === 0) return bytes;
  const parsed = JSON.parse(new TextDecoder().decode(bytes)) as Har;
  for (const entry of parsed.log?.entries ?? []) {
    const file = attached.get(entry.response?.content?._file ?? '');
    if (file !== undefined) entry._webSocketMessages ??= messagesOf(await content(file));
  }
  return new TextEncoder().encode(JSON.stringify(parsed));
}

/** What is looked at of a HAR. */
interface Har {
  readonly log?: {
    readonly entries?: readonly {
      readonly response?: { readonly content?: { readonly _file?: string } };
      _webSocketMessages?: unknown;
    }[];
  };
}

/** One message per line; a last line that was cut is left out. */
function messagesOf(lines: Uint8Array): unknown[] {
  return new TextDecoder()
    .decode(lines)
    .split('\n')
    .flatMap((line) => {
      try {
        return line.trim() === '' ? [] : [JSON.parse(line) as unknown];
      } catch {
        return [];
      }
    });
}
