/** The list with its head: which columns, and how they are filled. */

import { useEffect, useRef } from 'preact/hooks';
import { type Column, columns, type RowContext, rowLabel, type TimeMode } from './columns.js';
import { FrameList } from './frame-list.js';
import type { RowCache } from './row-cache.js';

interface ListPaneProps {
  readonly cache: RowCache;
  readonly count: number;
  readonly shownColumns: ReadonlySet<string>;
  readonly timeMode: TimeMode;
  readonly epoch: number | null;
  readonly bookmarks: ReadonlySet<number>;
  readonly onActive: (index: number) => void;
  /** Given the list, for the keys. */
  readonly onList: (list: FrameList | undefined) => void;
}

let ids = 0;

export function ListPane(props: ListPaneProps) {
  const { cache, count, shownColumns, timeMode, epoch, bookmarks } = props;
  const grid = useRef<HTMLDivElement>(null);
  const list = useRef<FrameList | undefined>(undefined);
  const latest = useRef(props);
  latest.current = props;
  const shown = columns.filter(({ id }) => shownColumns.has(id));
  const layout = shown.map(({ id }) => id).join(' ');

  // Another set of columns is another list.
  useEffect(() => {
    const node = grid.current;
    if (node === null) return;
    const made = new FrameList(
      node,
      () => rowElement(shown),
      (index) => latest.current.onActive(index),
    );
    list.current = made;
    latest.current.onList(made);
    return () => {
      made.destroy();
      latest.current.onList(undefined);
    };
  }, [layout]);

  useEffect(() => {
    list.current?.show({
      count,
      seen: (first, last) => cache.want(Math.max(first - 32, 0), Math.min(last + 32, count)),
      fill: (row, index) => {
        const data = cache.get(index);
        const before = timeMode === 'delta' && index > 0 ? (cache.get(index - 1)?.t ?? null) : null;
        const bookmarked = data !== undefined && bookmarks.has(data.n);
        fillRow(row, data, index, shown, { timeMode, before, epoch, bookmarked }, cache.id);
      },
    });
  }, [cache, count, layout, timeMode, epoch]);

  return (
    <div
      ref={grid}
      key={layout}
      id="frames"
      class="list"
      role="grid"
      aria-label="Frames"
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

function rowElement(shown: readonly Column[]): HTMLElement {
  const row = document.createElement('div');
  row.className = 'list-row';
  row.role = 'row';
  ids += 1;
  row.id = `row-${ids}`;
  for (const { id } of shown) {
    const cell = document.createElement('span');
    cell.className = `cell c-${id}`;
    cell.role = 'gridcell';
    row.append(cell);
  }
  return row;
}

/** Fills a row, unless it has that already: scrolling asks for every row in every frame. */
function fillRow(
  row: HTMLElement,
  data: ReturnType<RowCache['get']>,
  index: number,
  shown: readonly Column[],
  context: RowContext,
  cacheId: number,
): void {
  const stamp = data === undefined ? `- ${index}` : `${data.n} ${Object.values(context).join(' ')} ${cacheId}`;
  if (row.dataset['stamp'] === stamp) return;
  row.dataset['stamp'] = stamp;
  row.classList.toggle('waiting', data === undefined);
  if (data === undefined) {
    for (const cell of row.children) cell.textContent = '';
    row.ariaLabel = `row ${index + 1}, on its way`;
    return;
  }
  row.ariaLabel = rowLabel(data);
  shown.forEach((column, at) => {
    const cell = row.children[at];
    if (!(cell instanceof HTMLElement)) return;
    const text = column.text(data, context);
    if (cell.textContent !== text) cell.textContent = text;
    const name = `cell c-${column.id} ${column.tone?.(data) ?? ''}`;
    if (cell.className !== name) cell.className = name;
  });
}
