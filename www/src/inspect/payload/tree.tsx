/** A decoded payload as a tree that opens branch by branch. */

import { useState } from 'preact/hooks';
import { hexOf, visible } from '../../../../pkg/inspect/visible.js';
import { countOf } from '../../ui/formats.js';
import type { Value } from './value.js';

/** Nodes up to which a tree is shown open. */
const SMALL = 80;

/** Children that are made at once. */
const CHILDREN = 200;
const TEXT = 2000;

export function Tree({ value }: { readonly value: Value }) {
  const all = sizeOf(value, SMALL) < SMALL;
  return (
    <ul class="tree">
      <Node name={undefined} value={value} open={true} all={all} />
    </ul>
  );
}

interface NodeProps {
  readonly name: string | undefined;
  readonly value: Value;
  readonly open: boolean;
  /** Whether everything below is shown open. */
  readonly all: boolean;
}

function Node({ name, value, open, all }: NodeProps) {
  const [opened, setOpened] = useState(open);
  const [most, setMost] = useState(CHILDREN);
  const label = name === undefined ? null : <span class="tree-key">{visible(name)}: </span>;
  const branch = branchOf(value);
  if (branch === undefined) {
    return (
      <li class="tree-leaf">
        {label}
        <Leaf value={value} />
      </li>
    );
  }
  const { entries, what } = branch;
  return (
    <li>
      <button type="button" class="tree-toggle" aria-expanded={opened} onClick={() => setOpened(!opened)}>
        <span aria-hidden="true">{opened ? '▾' : '▸'}</span> {label}
        <span class="hint">{what}</span>
      </button>
      {opened && (
        <ul>
          {entries.slice(0, most).map(([key, child], number) => (
            <Node key={number} name={keyText(key)} value={child} open={all} all={all} />
          ))}
          {entries.length > most && (
            <li>
              <button type="button" class="small" onClick={() => setMost(most + CHILDREN * 5)}>
                {countOf(entries.length - most, 'more')}
              </button>
            </li>
          )}
        </ul>
      )}
    </li>
  );
}

function branchOf(value: Value): { entries: readonly (readonly [Value, Value])[]; what: string } | undefined {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return undefined;
  if ('entries' in value && !Array.isArray(value)) {
    const map = value as Extract<Value, { entries: readonly unknown[] }>;
    const note = map.note === undefined ? '' : `${map.note} `;
    return { entries: map.entries, what: `${note}{${map.entries.length}}` };
  }
  const list = value as readonly Value[];
  return { entries: list.map((child, at) => [at, child]), what: `[${list.length}]` };
}

/** Nodes of a tree, counted up to a bound. */
function sizeOf(value: Value, most: number): number {
  let size = 1;
  for (const [, child] of branchOf(value)?.entries ?? []) {
    if (size >= most) break;
    size += sizeOf(child, most - size);
  }
  return size;
}

const keyText = (key: Value): string =>
  key instanceof Uint8Array ? hexOf(key) : typeof key === 'object' && key !== null ? '(…)' : String(key);

function Leaf({ value }: { readonly value: Value }) {
  if (value instanceof Uint8Array) {
    const shown = hexOf(value.subarray(0, 64), ' ');
    return (
      <span class="tree-bytes">
        {countOf(value.length, 'byte')} {shown}
        {value.length > 64 && ' …'}
      </span>
    );
  }
  if (typeof value === 'string') {
    const cut = value.length > TEXT;
    return (
      <span class="tree-string">
        "{visible(cut ? value.slice(0, TEXT) : value)}"{cut && ` … ${value.length} characters`}
      </span>
    );
  }
  return <span class="tree-plain">{String(value)}</span>;
}
