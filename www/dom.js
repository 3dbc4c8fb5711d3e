// @ts-check
// Elements. Text from outside becomes text nodes, never markup.

/**
 * Makes an element. Attributes that are `undefined` or `false` are left out.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | number | boolean | undefined>} [attributes]
 * @param {(Node | string)[]} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) node.setAttribute(name, value === true ? '' : String(value));
  }
  node.append(...children);
  return node;
}

/**
 * The element with this id, which the page has.
 *
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} type
 * @returns {T}
 */
export function byId(id, type) {
  const node = document.getElementById(id);
  if (!(node instanceof type)) throw new Error(`the page has no ${type.name} #${id}`);
  return node;
}

/**
 * Lets arrow keys move between rows, of which one at a time is in the tab order.
 *
 * @param {HTMLElement} container
 * @param {string} selector Of the rows.
 * @param {(row: HTMLElement) => void} [onFocus]
 */
export function rovingRows(container, selector, onFocus = () => {}) {
  const rows = () => /** @type {HTMLElement[]} */ ([...container.querySelectorAll(selector)]);
  container.addEventListener('keydown', (event) => {
    const all = rows();
    const at = all.indexOf(/** @type {HTMLElement} */ (event.target));
    if (at < 0 || event.altKey || event.ctrlKey || event.metaKey) return;
    const last = all.length - 1;
    const next = { ArrowUp: at - 1, ArrowDown: at + 1, PageUp: at - 10, PageDown: at + 10, Home: 0, End: last }[
      event.key
    ];
    if (next === undefined) return;
    event.preventDefault();
    all[Math.min(Math.max(next, 0), last)]?.focus();
  });
  container.addEventListener('focusin', (event) => {
    const row = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest(selector));
    if (row === null) return;
    for (const other of rows()) other.tabIndex = other === row ? 0 : -1;
    onFocus(row);
  });
}
