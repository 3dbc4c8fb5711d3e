// Compiled, never run: what the declarations of `sansocket/inspect` allow, and what they do not.

import {
  type Capture,
  type CaptureSource,
  type CaptureStats,
  FilterError,
  type FrameDetail,
  type FrameRecord,
  type Inspection,
  Inspector,
  type InspectRecord,
  init,
  inspect,
  type LintReport,
  lint,
  openCapture,
  payloadBytes,
  type Rule,
  rules,
  stats,
  type ViolationRecord,
} from 'sansocket/inspect';

// Sources: bytes, text, streams, blobs, whatever can be iterated, and both sides of them.
const bytes = new Uint8Array();
const sources: CaptureSource[] = [
  bytes,
  bytes.buffer,
  new DataView(bytes.buffer),
  'hex',
  new Blob([bytes]),
  new Blob([bytes]).stream(),
  [bytes],
  { client: bytes },
  { client: bytes, server: new Blob([bytes]).stream() },
  { client: undefined, server: [bytes] },
];
// @ts-expect-error: pieces are bytes
inspect(['text']);
// @ts-expect-error: there are two sides
inspect({ peer: bytes });

async function records(source: CaptureSource): Promise<void> {
  const inspection = inspect(source, { from: 'pcap', filter: undefined, signal: new AbortController().signal });
  inspection satisfies Inspection;
  for await (const record of inspection) {
    record satisfies InspectRecord;
    switch (record.type) {
      case 'frame':
        record satisfies FrameRecord;
        payloadBytes(record.payload) satisfies Uint8Array;
        break;
      case 'violation':
        record satisfies ViolationRecord;
        record.level satisfies 'error' | 'warn' | 'note';
        break;
      // @ts-expect-error: there is no such record
      case 'packet':
        break;
    }
  }
  inspection.stats() satisfies CaptureStats;
  (await lint(source, { allow: ['utf8-invalid'] })) satisfies LintReport;
  (await stats(source)) satisfies CaptureStats;
  // @ts-expect-error: counts need no filter
  await stats(source, { filter: 'op == text' });

  const capture = await openCapture(source, { onProgress: ({ frames, bytes }) => frames + bytes });
  capture satisfies Capture;
  capture.frame(1) satisfies FrameDetail | undefined;
  for (const n of capture.search('op == text')) capture.bytes(n, 'message') satisfies Uint8Array;
  // @ts-expect-error: layers have names
  capture.bytes(1, 2);

  const inspector = new Inspector({ records: ['frame'] });
  inspector.receiveData(bytes, 'client');
  // @ts-expect-error: an end of a connection
  inspector.receiveData(bytes, 'both');
  for (const record of inspector.records()) record satisfies InspectRecord;
}

try {
  init() satisfies Promise<void>;
} catch (error) {
  if (error instanceof FilterError) error.filter.slice(error.start, error.end) satisfies string;
}
rules satisfies readonly Rule[];

export { records, sources };
