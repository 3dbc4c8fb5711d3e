// @ts-check
// The list of frames: a row each, one of them selected.

import { byId, element, rovingRows } from './dom.js';
import { closeName, hexOf, opcodeName, visible, visibleBytes } from './sansocket.js';

/** @typedef {import('./sansocket.js').Item} Item */

/** Rows that are made at once. */
const PAGE = 500;

/** Bytes of a payload that a row shows. */
const PREVIEW = 80;

export class FrameList {
  #body = /** @type {HTMLTableSectionElement} */ (byId('frames', HTMLTableElement).tBodies[0]);
  #more = byId('more', HTMLElement);
  /** @type {readonly Item[]} */
  #items = [];
  #onSelect;

  /** @param {(item: Item | undefined) => void} onSelect */
  constructor(onSelect) {
    this.#onSelect = onSelect;
    // Only with this script is it one that keys move in.
    byId('frames', HTMLTableElement).role = 'grid';
    const select = (/** @type {HTMLElement} */ row) => this.#select(row);
    rovingRows(this.#body, 'tr', select);
    this.#body.addEventListener('click', (event) => {
      const row = /** @type {Element} */ (event.target).closest('tr');
      row?.focus();
    });
    this.#more.querySelector('button')?.addEventListener('click', () => {
      const first = this.#body.rows.length;
      this.#append();
      /** @type {HTMLElement | undefined} */ (this.#body.rows[first])?.focus();
    });
  }

  /**
   * Shows these and selects one.
   *
   * @param {readonly Item[]} items
   */
  show(items) {
    const before = [...this.#body.rows].findIndex((row) => row.ariaSelected === 'true');
    this.#items = items;
    this.#body.replaceChildren();
    this.#append();
    // While a text is edited, the selection stays where it is.
    const row = this.#body.rows[Math.min(Math.max(before, 0), this.#body.rows.length - 1)];
    if (row === undefined) this.#onSelect(undefined);
    else this.#select(row);
  }

  #append() {
    const from = this.#body.rows.length;
    this.#body.append(...this.#items.slice(from, from + PAGE).map(rowOf));
    this.#more.hidden = this.#body.rows.length === this.#items.length;
  }

  /** @param {HTMLElement} row */
  #select(row) {
    if (row.ariaSelected === 'true') return;
    for (const other of this.#body.rows) {
      other.ariaSelected = String(other === row);
      other.tabIndex = other === row ? 0 : -1;
    }
    this.#onSelect(this.#items[/** @type {HTMLTableRowElement} */ (row).sectionRowIndex]);
  }
}

/** @param {Item} item */
function rowOf(item) {
  const broken = item.violations.length > 0;
  const row = element('tr', { tabindex: -1, 'aria-selected': 'false', class: broken ? 'faulty' : undefined });
  if (item.type === 'head') {
    const line = element('td', { colspan: 4, class: 'mono' }, visible(item.startLine));
    row.append(element('td', { class: 'number' }), element('td', { class: 'number' }, String(item.offset)), line);
  } else {
    row.append(...frameCells(item));
  }
  row.lastElementChild?.append(...item.violations.map(({ id }) => element('span', { class: 'fault' }, id)));
  return row;
}

/** @param {Exclude<Item, { type: 'head' }>} item */
function frameCells(item) {
  const { opcode, fin, rsv1, rsv2, rsv3, masked, payloadLength } = item.type === 'frame' ? item.frame : item.header;
  const name = opcodeName(opcode);
  const flags = [fin && 'fin', rsv1 && 'rsv1', rsv2 && 'rsv2', rsv3 && 'rsv3', masked && 'mask'];
  return [
    element('td', { class: 'number' }, String(item.number)),
    element('td', { class: 'number' }, String(item.offset)),
    element('td', {}, element('span', { class: `opcode op-${opcode}` }, name)),
    element('td', { class: 'flags' }, flags.filter(Boolean).join(' ')),
    element('td', { class: 'number' }, payloadLength === undefined ? '?' : String(payloadLength)),
    element('td', { class: 'wide mono' }, element('span', { class: 'preview' }, previewOf(item))),
  ];
}

/** @param {Exclude<Item, { type: 'head' }>} item */
function previewOf(item) {
  if (item.type === 'broken') return `${item.received} bytes of it are there`;
  const { opcode, payload } = item.frame;
  const shown = payload.subarray(0, PREVIEW);
  const more = payload.length > PREVIEW ? ' …' : '';
  if (opcode === 8 && payload.length >= 2) {
    const code = (payload[0] ?? 0) * 256 + (payload[1] ?? 0);
    return `${code} ${closeName(code)} ${visibleBytes(shown.subarray(2))}`;
  }
  return (item.kind === 'binary' ? hexOf(shown, ' ') : visibleBytes(shown, true)) + more;
}
