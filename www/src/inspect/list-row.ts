/** One row of the list as elements: filled with a frame, a message or a gap. */

import { countOf } from '../ui/formats.js';
import type { FrameRow, Gap } from './capture.js';
import { type Column, type RowContext, rowLabel } from './columns.js';
import type { ListRow } from './frame-list.js';

interface Cell {
  readonly element: HTMLElement;
  readonly text: Text;
  tone: string;
}

/** What a row shows: a frame, perhaps as one of a message's, or perhaps a message that can be opened. */
export interface FrameContent {
  readonly data: FrameRow | undefined;
  readonly index: number;
  /** 2 for the frames of a message that is opened. */
  readonly level: 1 | 2;
  /** Whether it is opened; `undefined` for what cannot be. */
  readonly expanded: boolean | undefined;
  readonly context: RowContext;
}

let ids = 0;

export class RowView implements ListRow {
  readonly element = document.createElement('div');
  readonly #columns: readonly Column[];
  readonly #cells: readonly Cell[];
  /** What it shows now: scrolling asks for every row in every frame of the screen. */
  #shown = '';

  constructor(columns: readonly Column[]) {
    this.#columns = columns;
    this.element.className = 'list-row';
    this.element.role = 'row';
    ids += 1;
    this.element.id = `row-${ids}`;
    this.#cells = columns.map(({ id }) => {
      const cell = document.createElement('span');
      const text = document.createTextNode('');
      cell.className = `cell c-${id}`;
      cell.role = 'gridcell';
      cell.append(text);
      this.element.append(cell);
      return { element: cell, text, tone: '' };
    });
  }

  /** Shows a frame. `stamp` tells what is shown from all else. */
  frame(stamp: string, { data, index, level, expanded, context }: FrameContent): void {
    if (this.#shown === stamp) return;
    this.#shown = stamp;
    const { element } = this;
    element.className =
      data === undefined
        ? 'list-row waiting'
        : level === 2
          ? 'list-row part'
          : expanded
            ? 'list-row opened'
            : 'list-row';
    element.ariaLevel = expanded === undefined && level === 1 ? null : String(level);
    element.ariaExpanded = expanded === undefined ? null : String(expanded);
    if (data === undefined) {
      for (const cell of this.#cells) setText(cell, '');
      element.ariaLabel = `row ${index + 1}, on its way`;
      return;
    }
    element.ariaLabel = rowLabel(data);
    this.#columns.forEach((column, at) => {
      const cell = this.#cells[at];
      if (cell === undefined) return;
      setText(cell, column.text(data, context));
      setTone(cell, column.id, column.tone?.(data) ?? '');
    });
  }

  /** Shows what is missing between two frames. */
  gap(gap: Gap): void {
    const stamp = `gap ${gap.conn} ${gap.dir} ${gap.at}`;
    if (this.#shown === stamp) return;
    this.#shown = stamp;
    const { element } = this;
    element.className = 'list-row gap';
    element.ariaLevel = null;
    element.ariaExpanded = null;
    const text = gapText(gap);
    element.ariaLabel = text;
    const place = Math.max(
      this.#columns.findIndex(({ id }) => id === 'preview'),
      0,
    );
    this.#cells.forEach((cell, at) => {
      setText(cell, at === place ? text : '');
      setTone(cell, this.#columns[at]?.id ?? '', at === place ? 'said' : '');
    });
  }
}

function setText({ text }: Cell, value: string): void {
  if (text.data !== value) text.data = value;
}

function setTone(cell: Cell, id: string, tone: string): void {
  if (cell.tone === tone) return;
  cell.tone = tone;
  cell.element.className = `cell c-${id} ${tone}`.trimEnd();
}

/** A gap in words. */
function gapText({ conn, dir, at, bytes, resyncedAt }: Gap): string {
  const many = bytes === null ? 'bytes' : countOf(bytes, 'byte');
  const from = dir === 'c2s' ? 'client' : 'server';
  const hex = (place: number) => `0x${place.toString(16)}`;
  const where = resyncedAt === null ? `${hex(at)}–, and no frame after them` : `${hex(at)}–${hex(resyncedAt)}`;
  return `${many} of the ${from} missing, ${where} (connection ${conn})`;
}
