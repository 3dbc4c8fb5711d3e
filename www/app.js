// @ts-check
// The page: a text on one side, the frames in it on the other.

import { byId, element } from './dom.js';
import { examples } from './examples.js';
import { countOf, FrameDetail } from './frame-detail.js';
import { FrameList } from './frame-list.js';
import { startHandshake } from './handshake.js';
import { inspect } from './inspection.js';
import { version, visible } from './sansocket.js';

const source = byId('source', HTMLTextAreaElement);
const example = byId('example', HTMLSelectElement);
const notation = byId('notation', HTMLSelectElement);
const role = byId('role', HTMLSelectElement);
const problem = byId('problem', HTMLElement);
const verdict = byId('verdict', HTMLElement);

/** @type {Uint8Array} */
let bytes = new Uint8Array(0);
const detail = new FrameDetail();
const list = new FrameList((item) => detail.show(item, bytes));

function update() {
  const inspection = inspect(
    source.value,
    /** @type {'hex' | 'base64'} */ (notation.value) || undefined,
    /** @type {'client' | 'server'} */ (role.value) || undefined,
  );
  bytes = inspection.bytes;
  list.show(inspection.items);
  showProblem(inspection);
  showVerdict(inspection);
}

/** @param {import('./inspection.js').Inspection} inspection */
function showProblem({ error, trouble }) {
  problem.replaceChildren();
  source.removeAttribute('aria-invalid');
  if (trouble !== undefined) problem.append(element('p', {}, capital(trouble)));
  if (error === undefined) return;
  source.setAttribute('aria-invalid', 'true');
  const { line, column, message } = error;
  const go = element('button', { type: 'button' }, 'Go there');
  go.addEventListener('click', () => goTo(line, column));
  problem.prepend(
    element('p', {}, element('strong', {}, `Line ${line}, column ${column}: `), `${message}. `, go),
    excerpt(source.value.split('\n')[line - 1] ?? '', column),
  );
}

/**
 * The line around an error, with the place marked.
 *
 * @param {string} text
 * @param {number} column
 */
function excerpt(text, column) {
  const around = 24;
  const start = Math.max(column - 1 - around, 0);
  const before = text.slice(start, column - 1);
  const at = text.slice(column - 1, column);
  const after = text.slice(column, column + around);
  const mark = element('mark', {}, at === '' ? '␄' : visible(at));
  return element('code', { class: 'excerpt', 'aria-hidden': true }, visible(before), mark, visible(after));
}

/**
 * @param {number} line
 * @param {number} column
 */
function goTo(line, column) {
  const before = source.value.split('\n').slice(0, line - 1);
  const at = before.reduce((sum, text) => sum + text.length + 1, column - 1);
  source.focus();
  source.setSelectionRange(at, at + 1);
}

/** @param {import('./inspection.js').Inspection} inspection */
function showVerdict({ items, violations, role: receiver, notation: recognised, error, trouble }) {
  const frames = items.filter(({ type }) => type === 'frame').length;
  const told = role.value !== '' || items.some(({ type }) => type === 'head');
  const facts = [
    countOf(frames, 'frame'),
    `${countOf(bytes.length, 'byte')} of ${recognised}`,
    receiver && `received by a ${receiver}${told ? '' : ' (guessed)'}`,
  ];
  verdict.replaceChildren(element('span', {}, facts.filter(Boolean).join(' · ')));
  if (violations > 0) verdict.append(element('span', { class: 'badge bad' }, countOf(violations, 'violation')));
  else if (error !== undefined || trouble !== undefined)
    verdict.append(element('span', { class: 'badge' }, 'not all of it'));
  else verdict.append(element('span', { class: 'badge ok' }, 'no violation'));
}

/** @param {string} text */
const capital = (text) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

for (const { name } of examples) example.append(element('option', {}, name));
example.append(element('option', { hidden: true }, 'none'));
example.addEventListener('change', () => {
  source.value = examples[example.selectedIndex]?.text ?? '';
  notation.value = '';
  role.value = '';
  update();
});
source.addEventListener('input', () => {
  example.selectedIndex = examples.length;
  update();
});
notation.addEventListener('change', update);
role.addEventListener('change', update);

byId('version', HTMLElement).textContent = `sansocket ${version}`;
source.value = examples[0]?.text ?? '';
update();
startHandshake();
