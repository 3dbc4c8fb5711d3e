/** The list with its head: which columns, and how they are filled. */

import { useLayoutEffect, useRef } from 'preact/hooks';
import { columns, type TimeMode } from './columns.js';
import { FrameList } from './frame-list.js';
import { RowView } from './list-row.js';
import type { Outline } from './outline.js';
import type { Caches } from './use-rows.js';

interface ListPaneProps {
  readonly caches: Caches;
  readonly outline: Outline;
  /** Whether rows are messages, whose frames can be opened. */
  readonly messages: boolean;
  /** Messages that are opened, by their first frame. */
  readonly opened: Pick<ReadonlySet<number>, 'has'>;
  readonly shownColumns: ReadonlySet<string>;
  readonly timeMode: TimeMode;
  readonly epoch: number | null;
  readonly bookmarks: ReadonlySet<number>;
  readonly onActive: (index: number) => void;
  /** Asked to open or close the message of a row. */
  readonly onToggle: (index: number) => void;
  /** Given the list, for the keys. */
  readonly onList: (list: FrameList<RowView> | undefined) => void;
}

/** Rows that are fetched at once, and those beyond the edges that are fetched before they are in sight. */
const BLOCK = 64;
const AHEAD = 32;

export function ListPane(props: ListPaneProps) {
  const { caches, outline, messages, opened, shownColumns, timeMode, epoch, bookmarks } = props;
  const grid = useRef<HTMLDivElement>(null);
  const list = useRef<FrameList<RowView> | undefined>(undefined);
  const latest = useRef(props);
  latest.current = props;
  const shown = columns.filter(({ id }) => shownColumns.has(id));
  const layout = shown.map(({ id }) => id).join(' ');

  // Layout effects: a key that comes before the next frame of the screen acts upon the rows that are there now.
  // Another set of columns is another list.
  useLayoutEffect(() => {
    const node = grid.current;
    if (node === null) return;
    const made = new FrameList(
      node,
      () => new RowView(shown),
      (index) => latest.current.onActive(index),
    );
    const onClick = ({ target }: MouseEvent) => {
      const cell = target instanceof Element ? target.closest('[aria-expanded] > .c-n') : null;
      const row = cell?.closest<HTMLElement>('[data-index]');
      if (row) latest.current.onToggle(Number(row.dataset['index']));
    };
    node.addEventListener('click', onClick);
    list.current = made;
    latest.current.onList(made);
    return () => {
      node.removeEventListener('click', onClick);
      made.destroy();
      latest.current.onList(undefined);
    };
  }, [layout]);

  useLayoutEffect(() => {
    const look = `${caches.rows.id} ${timeMode} ${epoch}`;
    list.current?.show({
      count: outline.count,
      seen: (first, last) => {
        const from = Math.max(Math.floor((first - AHEAD) / BLOCK) * BLOCK, 0);
        const to = Math.min(Math.ceil((last + AHEAD) / BLOCK) * BLOCK, outline.count);
        const { rows, frames } = numbersIn(outline, from, to, timeMode);
        if (caches.rows === caches.frames) caches.rows.want([...frames, ...rows]);
        else {
          caches.rows.want(rows);
          caches.frames.want(frames);
        }
      },
      fill: (row, index) => {
        const entry = outline.at(index);
        if (entry.kind === 'gap') {
          row.gap(entry.gap);
          return;
        }
        const { n, level } = entry;
        const data = (level === 1 ? caches.rows : caches.frames).get(n);
        const before = data && timeBefore(caches, outline, index, n, timeMode);
        const bookmarked = bookmarks.has(n);
        const expandable = messages && level === 1 && data !== undefined && data.frames > 1;
        const expanded = expandable ? opened.has(n) : undefined;
        const stamp = `${look} ${data === undefined ? index : ''} ${n} ${level} ${expanded} ${before} ${bookmarked}`;
        row.frame(stamp, {
          data,
          index,
          level,
          expanded,
          context: { timeMode, before: before ?? null, epoch, bookmarked, expanded },
        });
      },
    });
  }, [caches, outline, layout, timeMode, epoch]);

  return (
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: either role is a grid's
    <div
      ref={grid}
      key={layout}
      id="frames"
      class="list"
      role={messages ? 'treegrid' : 'grid'}
      aria-label={messages ? 'Messages' : 'Frames'}
      aria-colcount={shown.length}
      tabIndex={0}
    >
      <div class="list-head" role="rowgroup">
        <div class="list-row" role="row" aria-rowindex={1}>
          {shown.map(({ id, title, name }) => (
            <span key={id} class={`cell c-${id}`} role="columnheader" title={name}>
              {title}
            </span>
          ))}
        </div>
      </div>
    </div>
  );
}

/** The frames of some rows, and those beside them that are asked for: parts of messages, frames that times count from. */
function numbersIn(
  outline: Outline,
  from: number,
  to: number,
  timeMode: TimeMode,
): { readonly rows: readonly number[]; readonly frames: readonly number[] } {
  const rows: number[] = [];
  const frames: number[] = [];
  for (let index = from; index < to; index += 1) {
    const entry = outline.at(index);
    if (entry.kind !== 'frame') continue;
    (entry.level === 1 ? rows : frames).push(entry.n);
    if (timeMode === 'previous' && entry.n > 1) frames.push(entry.n - 1);
  }
  return { rows, frames };
}

/** The time that a delta counts from: that of the row above, or of the frame before, shown or not. */
function timeBefore(caches: Caches, outline: Outline, index: number, n: number, timeMode: TimeMode): number | null {
  if (timeMode === 'previous') return caches.frames.get(n - 1)?.t ?? null;
  if (timeMode !== 'delta') return null;
  for (let above = index - 1; above >= 0; above -= 1) {
    const entry = outline.at(above);
    if (entry.kind === 'frame') return (entry.level === 1 ? caches.rows : caches.frames).get(entry.n)?.t ?? null;
  }
  return null;
}
