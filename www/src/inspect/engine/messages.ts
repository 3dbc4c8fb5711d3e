/** Rows of messages: what the row of a message's first frame tells of all its frames. */

import type { Instance } from './instance.js';
import type { EngineRow } from './rows.js';

/** Characters of a preview that is put together. */
const PREVIEW = 200;

/** The gravest first. */
const LEVELS = ['error', 'warn', 'note'] as const;

const utf8 = { encode: new TextEncoder(), decode: new TextDecoder() };

/** Rows as {@link Instance.rows} gives them, where a message in fragments has the sums and the preview of the whole. */
export function withMessages(engine: Instance, numbers: Uint32Array): Uint8Array {
  const rows = parsed(engine.rows(numbers));
  if (!rows.some(opens)) return utf8.encode.encode(JSON.stringify(rows));
  return utf8.encode.encode(JSON.stringify(rows.map((row) => (row !== null && opens(row) ? whole(engine, row) : row))));
}

const parsed = (bytes: Uint8Array): (EngineRow | null)[] => JSON.parse(utf8.decode.decode(bytes));

const opens = (row: EngineRow | null): boolean => row !== null && !row.fin && (row.op === 1 || row.op === 2);

function whole(engine: Instance, first: EngineRow): EngineRow {
  const { frames } = engine.detail(first.n) as { readonly frames: readonly number[] };
  const rows = parsed(engine.rows(Uint32Array.from(frames))).filter((row) => row !== null);
  const last = rows.at(-1) ?? first;
  const sum = (of: (row: EngineRow) => number) => rows.reduce((total, row) => total + of(row), 0);
  const inflated = last.inflated !== null;
  const parts = inflated ? [last] : rows;
  let preview = '';
  for (const row of parts) if (preview.length < PREVIEW && row.text === first.text) preview += row.preview;
  return {
    ...first,
    frames: frames.length,
    fin: last.fin,
    wire: sum(({ wire }) => wire),
    len: sum(({ len }) => Number(len)),
    inflated: last.inflated,
    preview: inflated ? last.preview : preview.slice(0, PREVIEW),
    text: inflated ? last.text : first.text,
    cut: inflated ? last.cut : preview.length >= PREVIEW || rows.some(({ cut }) => cut),
    violations: [...new Set(rows.flatMap(({ violations }) => violations))],
    level: LEVELS.find((level) => rows.some((row) => row.level === level)) ?? null,
    guessed: rows.some(({ guessed }) => guessed),
  };
}
