/**
 * The list of frames: a grid of which only the rows in sight exist, however many there are.
 *
 * No element may be as high as a million rows: Firefox makes an element of more than about 17.9 million pixels one of none.
 * So the space is at most 8,000,000 px high, and the position of the bar is mapped onto the rows; wheel and keys move by
 * pixels and rows all the same.
 *
 * The grid itself has the focus and names the active row (aria-activedescendant), since rows are used again for others.
 *
 * A row that stays in sight is not touched while the list scrolls: rows stand still in a sheet, and the sheet moves.
 */

import { ROW_HEIGHT, scrollMap } from './scroll-map.js';

export interface ListSource<Row extends ListRow> {
  /** Rows that there are. */
  readonly count: number;
  /** Fills a row that is there with what has this index. */
  readonly fill: (row: Row, index: number) => void;
  /** Told which rows are in sight, so that they can be fetched. */
  readonly seen: (first: number, last: number) => void;
}

/** A row that is used for one index after the other. */
export interface ListRow {
  readonly element: HTMLElement;
}

interface Placed<Row> {
  readonly row: Row;
  /** −1 for one that was not used yet. */
  index: number;
  hidden: boolean;
  active: boolean;
}

/** Rows after which the sheet begins anew: no transform may be as far as all rows are. */
const SHEET_ROWS = 1 << 14;

export class FrameList<Row extends ListRow = ListRow> {
  readonly #grid: HTMLElement;
  readonly #space: HTMLElement;
  readonly #window: HTMLElement;
  readonly #sheet: HTMLElement;
  readonly #observer: ResizeObserver;
  readonly #pool: Placed<Row>[] = [];
  readonly #makeRow: () => Row;
  readonly #onActive: (index: number) => void;
  #source: ListSource<Row> = { count: 0, fill: () => {}, seen: () => {} };
  #active = -1;
  /** Whether the active row is seen as such; otherwise it is only where keys go on from. */
  #marked = true;
  /** Pixels above the first one in sight, in the full height. */
  #top = 0;
  #height = 0;
  /** The index of the row that is at the top of the sheet. */
  #origin = 0;
  /** The position of the bar as it was set from here, or as it was read. */
  #bar = 0;
  #frame = 0;

  /**
   * @param grid The element that scrolls; it gets the role of a grid.
   * @param makeRow Makes an empty row.
   * @param onActive Told when another row becomes active by keys or pointer.
   */
  constructor(grid: HTMLElement, makeRow: () => Row, onActive: (index: number) => void) {
    this.#grid = grid;
    this.#makeRow = makeRow;
    this.#onActive = onActive;
    this.#space = presentation('list-space');
    this.#window = presentation('list-rows');
    this.#window.role = 'rowgroup';
    this.#sheet = presentation('list-sheet');
    this.#window.append(this.#sheet);
    grid.append(this.#window, this.#space);
    grid.addEventListener('scroll', () => this.#onScroll(), { passive: true });
    grid.addEventListener('wheel', (event) => this.#onWheel(event), { passive: false });
    this.#window.addEventListener('pointerdown', (event) => this.#onPointer(event));
    this.#observer = new ResizeObserver(() => this.#resize());
    this.#observer.observe(grid);
  }

  /** Takes its elements out of the grid. */
  destroy(): void {
    this.#observer.disconnect();
    cancelAnimationFrame(this.#frame);
    this.#window.remove();
    this.#space.remove();
  }

  get active(): number {
    return this.#active;
  }

  /** Rows that fit into sight. */
  get page(): number {
    return Math.max(Math.floor(this.#height / ROW_HEIGHT) - 1, 1);
  }

  /** Shows other rows. The position stays where it can. */
  show(source: ListSource<Row>): void {
    this.#source = source;
    this.#grid.ariaRowCount = String(source.count + 1);
    this.#space.style.height = `${scrollMap(source.count, this.#height).space}px`;
    this.#active = Math.min(this.#active, source.count - 1);
    this.#moveTo(this.#top);
  }

  /** Draws the rows in sight again, since what is in them has changed. */
  refresh(): void {
    this.#schedule();
  }

  /** Makes a row the active one, and brings it into sight. Without `marked` no row is the active one, and keys go on from there. */
  activate(index: number, { quiet = false, centre = false, marked = true } = {}): void {
    const { count } = this.#source;
    if (count === 0) return;
    const to = Math.min(Math.max(index, 0), count - 1);
    this.#active = to;
    this.#marked = marked;
    const y = to * ROW_HEIGHT;
    // Without a height nothing is in sight: once there is one, the active row is brought there.
    const out = this.#height > 0 && (y < this.#top || y + ROW_HEIGHT > this.#top + this.#height);
    if (out && centre) this.#moveTo(y - this.#height / 2);
    else if (out && y < this.#top) this.#moveTo(y);
    else if (out) this.#moveTo(y + ROW_HEIGHT - this.#height);
    this.#schedule();
    // Also for the one that was active: what is at its place may be another frame than the one that is shown.
    if (!quiet) this.#onActive(to);
  }

  #resize(): void {
    const first = this.#height === 0;
    const head = this.#grid.firstElementChild?.getBoundingClientRect().height ?? 0;
    // Not rounded up, and the head with its border: a part of a pixel too much is a bar that scrolls by it.
    const bar = this.#grid.offsetHeight - this.#grid.clientHeight;
    this.#height = Math.max(Math.floor(this.#grid.getBoundingClientRect().height - bar - head), 0);
    // Sticky, and without a height of its own for what comes after it: the rows stay where the sight is.
    this.#window.style.height = `${this.#height}px`;
    this.#window.style.marginBottom = `-${this.#height}px`;
    this.#space.style.height = `${scrollMap(this.#source.count, this.#height).space}px`;
    this.#moveTo(this.#top);
    if (first && this.#active >= 0) this.activate(this.#active, { quiet: true, marked: this.#marked });
  }

  #onScroll(): void {
    const bar = this.#grid.scrollTop;
    // Browsers round the position that was set to parts of a pixel.
    if (Math.abs(bar - this.#bar) < 1) return;
    this.#bar = bar;
    this.#top = scrollMap(this.#source.count, this.#height).topOf(bar);
    this.#schedule();
  }

  #onWheel(event: WheelEvent): void {
    const { exact } = scrollMap(this.#source.count, this.#height);
    if (exact || event.ctrlKey || event.deltaY === 0) return;
    event.preventDefault();
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? ROW_HEIGHT : event.deltaMode === 0 ? 1 : this.#height;
    this.#moveTo(this.#top + event.deltaY * unit);
  }

  #onPointer(event: PointerEvent): void {
    const row = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-index]') : null;
    if (row !== null && event.button === 0) this.activate(Number(row.dataset['index']));
  }

  #moveTo(top: number): void {
    const map = scrollMap(this.#source.count, this.#height);
    this.#top = Math.min(Math.max(top, 0), map.most);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  }

  #draw(): void {
    const { count, fill, seen } = this.#source;
    const first = Math.floor(this.#top / ROW_HEIGHT);
    const last = Math.min(Math.ceil((this.#top + this.#height) / ROW_HEIGHT), count);
    seen(first, last);
    const origin = Math.floor(first / SHEET_ROWS) * SHEET_ROWS;
    const anew = origin !== this.#origin;
    this.#origin = origin;
    this.#sheet.style.transform = `translateY(${origin * ROW_HEIGHT - this.#top}px)`;
    // A row stays with its index while that is in sight, so that scrolling fills only what is new.
    this.#grow(Math.ceil(this.#height / ROW_HEIGHT) + 1);
    const size = this.#pool.length;
    let activeId = '';
    for (let place = 0; place < size; place += 1) {
      const placed = this.#pool[place];
      if (placed === undefined) break;
      const index = first + ((place - (first % size) + size) % size);
      this.#place(placed, index, index >= last, anew);
      if (placed.hidden) continue;
      if (placed.active) activeId = placed.row.element.id;
      fill(placed.row, index);
    }
    if (activeId === '') this.#grid.removeAttribute('aria-activedescendant');
    else if (this.#grid.getAttribute('aria-activedescendant') !== activeId)
      this.#grid.setAttribute('aria-activedescendant', activeId);
    this.#setBar();
  }

  #grow(needed: number): void {
    while (this.#pool.length < needed) {
      const row = this.#makeRow();
      this.#pool.push({ row, index: -1, hidden: false, active: false });
      this.#sheet.append(row.element);
    }
  }

  #place(placed: Placed<Row>, index: number, hidden: boolean, anew: boolean): void {
    const { element } = placed.row;
    if (placed.hidden !== hidden) {
      placed.hidden = hidden;
      element.hidden = hidden;
    }
    if (hidden) return;
    if (placed.index !== index || anew) {
      element.style.transform = `translateY(${(index - this.#origin) * ROW_HEIGHT}px)`;
    }
    if (placed.index !== index) {
      placed.index = index;
      element.dataset['index'] = String(index);
      element.ariaRowIndex = String(index + 2);
    }
    const active = this.#marked && index === this.#active;
    if (placed.active !== active || element.ariaSelected === null) {
      placed.active = active;
      element.ariaSelected = String(active);
    }
  }

  /** The bar follows once the rows are drawn: to set it makes the browser lay out what has changed, so it is done once. */
  #setBar(): void {
    const bar = scrollMap(this.#source.count, this.#height).barOf(this.#top);
    if (Math.abs(bar - this.#bar) < 1) return;
    this.#bar = bar;
    this.#grid.scrollTop = bar;
  }
}

function presentation(name: string): HTMLElement {
  const element = document.createElement('div');
  element.className = name;
  element.role = 'presentation';
  return element;
}
