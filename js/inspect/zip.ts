/** The files in a zip archive, as far as archives of HAR need it: stored or deflated, without encryption. */

export interface ZipEntry {
  /** As found: never used as the name of a file. */
  readonly name: string;
  /** 0 stored, 8 deflated. */
  readonly method: number;
  readonly bytes: Uint8Array;
  /** Bytes after inflation, as the directory has it. */
  readonly size: number;
}

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const LOCAL_HEADER = 0x04034b50;
const MAX_COMMENT = 0xffff;
const MAX_ENTRIES = 10_000;

/** Reads the directory at the end of an archive; throws a sentence on what is wrong. */
export function zipEntries(archive: Uint8Array): ZipEntry[] {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength);
  const end = endOfDirectory(view);
  const count = view.getUint16(end + 10, true);
  if (count > MAX_ENTRIES) throw new Error(`the zip archive has more than ${MAX_ENTRIES} files`);
  const entries: ZipEntry[] = [];
  let at = view.getUint32(end + 16, true);
  for (let i = 0; i < count; i += 1) {
    if (at + 46 > end || view.getUint32(at, true) !== DIRECTORY_ENTRY)
      throw new Error('the directory of the zip archive is damaged');
    const nameLength = view.getUint16(at + 28, true);
    const name = new TextDecoder().decode(archive.subarray(at + 46, at + 46 + nameLength));
    if ((view.getUint16(at + 8, true) & 1) !== 0) throw new Error('the zip archive is encrypted');
    const packed = view.getUint32(at + 20, true);
    const start = contentStart(view, view.getUint32(at + 42, true));
    if (start + packed > archive.length) throw new Error('the zip archive is cut');
    const method = view.getUint16(at + 10, true);
    entries.push({ name, method, bytes: archive.subarray(start, start + packed), size: view.getUint32(at + 24, true) });
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return entries;
}

function endOfDirectory(view: DataView): number {
  const first = Math.max(0, view.byteLength - MAX_COMMENT - 22);
  for (let at = view.byteLength - 22; at >= first; at -= 1) {
    if (view.getUint32(at, true) === END_OF_DIRECTORY) return at;
  }
  throw new Error('the zip archive has no directory: it is cut');
}

function contentStart(view: DataView, at: number): number {
  if (at + 30 > view.byteLength || view.getUint32(at, true) !== LOCAL_HEADER)
    throw new Error('the zip archive is damaged');
  return at + 30 + view.getUint16(at + 26, true) + view.getUint16(at + 28, true);
}
