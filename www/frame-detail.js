// @ts-check
// One frame: its first two bytes to the bit, all its bytes, and its fields. Pointing at any of the three marks the others.

import { byId, element, rovingRows } from './dom.js';
import { fieldsOf, hexOf, opcodeName, sectionName, unmaskedPayload, visible } from './sansocket.js';

/** @typedef {import('./sansocket.js').Item} Item */
/** @typedef {import('./sansocket.js').Field} Field */
/** @typedef {'wire' | 'unmasked'} Layer */

/** Bytes that are shown of a frame. */
const SHOWN = 512;
const ROW = 16;

export class FrameDetail {
  #title = byId('detail-title', HTMLElement);
  #layers = byId('layer', HTMLFieldSetElement);
  #container = byId('detail', HTMLElement);
  /** @type {Map<number, Element[]>} What shows a field, by the field's number. */
  #marks = new Map();

  constructor() {
    const target = (/** @type {Event} */ event) => /** @type {Element} */ (event.target).closest('[data-field]');
    this.#container.addEventListener('pointerover', (event) => this.#mark(target(event)));
    this.#container.addEventListener('pointerleave', () => this.#mark(null));
    this.#container.addEventListener('focusin', (event) => this.#mark(target(event)));
  }

  /**
   * @param {Item | undefined} item
   * @param {Uint8Array} stream All bytes.
   */
  show(item, stream) {
    this.#layers.hidden = true;
    if (item === undefined) {
      this.#title.textContent = 'Frame';
      this.#container.replaceChildren(element('p', { class: 'empty' }, 'No frame yet.'));
    } else if (item.type === 'head') {
      this.#title.textContent = `${item.status === undefined ? 'Request' : 'Response'}, ${countOf(item.length, 'byte')}`;
      this.#container.replaceChildren(...violationCards(item), ...headParts(item, stream));
    } else {
      this.#showFrame(item, stream);
    }
  }

  /**
   * @param {Exclude<Item, { type: 'head' }>} item
   * @param {Uint8Array} stream
   */
  #showFrame(item, stream) {
    const length = item.type === 'frame' ? item.frame.headerLength + item.frame.payloadLength : item.received;
    const wire = stream.subarray(item.offset, item.offset + length);
    const fields = fieldsOf(wire);
    const { opcode, masked } = item.type === 'frame' ? item.frame : item.header;
    this.#title.textContent = `Frame ${item.number}: ${opcodeName(opcode)}, ${countOf(length, 'byte')} at offset ${item.offset}`;
    this.#layers.hidden = !masked || !fields.some(({ kind }) => kind === 'payload');
    const bytes = element('div', { class: 'bytes', 'aria-hidden': true });
    const draw = () => {
      bytes.replaceChildren(...byteRows(this.#layer === 'wire' ? wire : unmasked(wire), fields));
      this.#collectMarks();
    };
    const table = fieldTable(fields);
    this.#container.replaceChildren(...violationCards(item), ruler(wire, fields), bytes, table);
    this.#layers.onchange = draw;
    draw();
    rovingRows(table, 'tbody tr');
  }

  /** @returns {Layer} */
  get #layer() {
    const chosen = this.#layers.querySelector('input:checked');
    return chosen instanceof HTMLInputElement && chosen.value === 'unmasked' ? 'unmasked' : 'wire';
  }

  #collectMarks() {
    this.#marks.clear();
    for (const node of this.#container.querySelectorAll('[data-field]')) {
      for (const number of numbersOf(node)) this.#marks.set(number, [...(this.#marks.get(number) ?? []), node]);
    }
  }

  /** @param {Element | null} source */
  #mark(source) {
    for (const node of this.#container.querySelectorAll('.marked')) node.classList.remove('marked');
    for (const number of source === null ? [] : numbersOf(source)) {
      for (const node of this.#marks.get(number) ?? []) node.classList.add('marked');
    }
  }
}

/** @param {Element} node */
const numbersOf = (node) => (node.getAttribute('data-field') ?? '').split(' ').map(Number);

/**
 * The fields that share this range of bits.
 *
 * @param {readonly Field[]} fields
 * @param {number} firstBit
 * @param {number} bits
 */
function fieldsAt(fields, firstBit, bits) {
  const numbers = [...fields.keys()];
  return numbers.filter((number) => {
    const field = /** @type {Field} */ (fields[number]);
    return field.firstBit < firstBit + bits && firstBit < field.firstBit + field.bits;
  });
}

/**
 * The first two bytes as in the figure of RFC 6455 §5.2.
 *
 * @param {Uint8Array} wire
 * @param {readonly Field[]} fields
 */
function ruler(wire, fields) {
  const groups = fields
    .map((field, number) => ({ ...field, number }))
    .filter(({ firstBit }) => firstBit < 16)
    .map(({ name, kind, number, firstBit, bits }) => {
      const cells = Array.from({ length: bits }, (_, at) => {
        const bit = firstBit + at;
        const set = ((wire[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1;
        return element('span', { class: 'bit' }, String(set));
      });
      const label = element('span', { class: 'bit-label' }, SHORT_NAMES[name] ?? name);
      return element(
        'div',
        { class: `bits span-${bits} k-${kind}`, 'data-field': number },
        label,
        element('span', { class: 'bit-row' }, ...cells),
      );
    });
  return element('div', { class: 'ruler', 'aria-hidden': true }, ...groups);
}

/** @type {Readonly<Record<string, string>>} */
const SHORT_NAMES = { 'Payload length': 'payload length', Opcode: 'opcode' };

/**
 * @param {Uint8Array} bytes
 * @param {readonly Field[]} fields
 */
function byteRows(bytes, fields) {
  const shown = bytes.subarray(0, SHOWN);
  const rows = [];
  for (let start = 0; start < shown.length; start += ROW) {
    const cells = Array.from(shown.subarray(start, start + ROW), (byte, at) => {
      const numbers = fieldsAt(fields, (start + at) * 8, 8);
      const last = numbers.at(-1);
      const kind = last === undefined ? undefined : fields[last]?.kind;
      return element('span', { class: `byte k-${kind}`, 'data-field': numbers.join(' ') }, hexOf(Uint8Array.of(byte)));
    });
    const ascii = Array.from(shown.subarray(start, start + ROW), (byte) =>
      byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·',
    );
    rows.push(
      element(
        'div',
        { class: 'byte-row' },
        element('span', { class: 'byte-offset' }, start.toString(16).padStart(4, '0')),
        element('span', { class: 'byte-cells' }, ...cells),
        element('span', { class: 'byte-text' }, ascii.join('')),
      ),
    );
  }
  if (bytes.length > SHOWN)
    rows.push(element('p', { class: 'empty' }, `and ${countOf(bytes.length - SHOWN, 'byte')} more`));
  return rows;
}

/**
 * The same bytes with the payload as it was before it was masked.
 *
 * @param {Uint8Array} wire
 */
function unmasked(wire) {
  const payload = unmaskedPayload(wire);
  const bytes = wire.slice();
  bytes.set(payload, wire.length - payload.length);
  return bytes;
}

/** @param {readonly Field[]} fields */
function fieldTable(fields) {
  const rows = fields.map(({ name, kind, firstBit, bits, value, meaning }, number) =>
    element(
      'tr',
      { 'data-field': number, tabindex: number === 0 ? 0 : -1 },
      element('th', { scope: 'row' }, element('span', { class: `swatch k-${kind}` }), name),
      element(
        'td',
        {},
        element('span', { class: 'value' }, value),
        ' ',
        element('span', { class: 'meaning' }, meaning),
      ),
      element('td', { class: 'place' }, placeOf(firstBit, bits)),
    ),
  );
  const heads = ['Field', 'Value', 'Place'].map((name) =>
    element('th', { scope: 'col', class: name.toLowerCase() }, name),
  );
  return element(
    'table',
    { class: 'fields' },
    element('caption', { class: 'visually-hidden' }, 'The fields of the frame'),
    element('thead', {}, element('tr', {}, ...heads)),
    element('tbody', {}, ...rows),
  );
}

/**
 * @param {number} firstBit
 * @param {number} bits
 */
function placeOf(firstBit, bits) {
  const first = firstBit >> 3;
  if (bits % 8 === 0) {
    const last = first + bits / 8 - 1;
    return first === last ? `byte ${first}` : `bytes ${first}–${last}`;
  }
  const bit = firstBit & 7;
  return `byte ${first}, ${bits === 1 ? `bit ${bit}` : `bits ${bit}–${bit + bits - 1}`}`;
}

/**
 * What a head says about the connection, and its own lines.
 *
 * @param {Extract<Item, { type: 'head' }>} head
 * @param {Uint8Array} stream
 */
function headParts(head, stream) {
  const facts = [
    ['Key', head.key],
    [head.status === undefined ? 'Answer due' : 'Accept', head.accept],
    ['Subprotocols', head.protocols.join(', ') || undefined],
    ['Extensions', head.extensions],
  ].filter(([, value]) => value !== undefined);
  const rows = facts.map(([name = '', value = '']) =>
    element('tr', {}, element('th', { scope: 'row' }, name), element('td', { class: 'value' }, visible(value))),
  );
  const bytes = stream.subarray(head.offset, head.offset + head.length);
  const lines = Array.from(bytes, (byte) => String.fromCharCode(byte))
    .join('')
    .trimEnd()
    .split('\r\n');
  return [
    element('pre', { class: 'head-lines' }, lines.map(visible).join('\n')),
    element('table', { class: 'fields' }, element('tbody', {}, ...rows)),
  ];
}

/** @param {Item} item */
function violationCards({ violations }) {
  return violations.map(({ id, text, rfc, at, close, status, code }) => {
    const [document = '', section = ''] = rfc.split('#');
    const href = `https://www.rfc-editor.org/rfc/rfc${document}#section-${section}`;
    const consequence = close === undefined ? status && `answered with ${status}` : `closed with ${close}`;
    const facts = [`byte ${at}`, consequence, code].filter((fact) => fact !== undefined).join(' · ');
    return element(
      'div',
      { class: 'violation' },
      element('p', {}, element('strong', {}, id), ` ${text}`),
      element('p', { class: 'facts' }, element('a', { href, rel: 'noreferrer' }, sectionName(rfc)), ` · ${facts}`),
    );
  });
}

/**
 * @param {number} count
 * @param {string} noun
 */
export const countOf = (count, noun) => `${count} ${noun}${count === 1 ? '' : 's'}`;
