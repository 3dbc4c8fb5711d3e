/** Find: from hit to hit, without hiding what is between them. */

import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { countOf, countText } from '../ui/formats.js';
import { lettersAct } from '../ui/letters.js';
import { announce } from '../ui/live.js';
import type { Capture } from './capture.js';
import { collectMatches, placeOf } from './matching.js';

interface FindBarProps {
  readonly capture: Capture;
  readonly selected: number;
  readonly onGo: (n: number) => void;
  readonly onClose: () => void;
}

/** What was typed as a part of payloads: quotes and slashes have their meaning in the language of the filter. */
export function findExpression(text: string): string {
  if (/^\/.+\/[a-z]*$/.test(text) || /^(hex|payload)\b/.test(text)) return text;
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

export function FindBar({ capture, selected, onGo, onClose }: FindBarProps) {
  const [text, setText] = useState('');
  const [hits, setHits] = useState<Uint32Array>();
  const [fault, setFault] = useState<string>();
  const field = useRef<HTMLInputElement>(null);
  // At once: what is typed after the key that opens it is meant for it.
  useLayoutEffect(() => field.current?.focus(), []);
  useEffect(() => {
    setHits(undefined);
    setFault(undefined);
    if (text === '') return;
    const abort = new AbortController();
    collectMatches(capture, findExpression(text), abort.signal, setHits).catch((error: unknown) =>
      setFault(error instanceof Error ? error.message : String(error)),
    );
    return () => abort.abort();
  }, [text, capture]);

  const step = (direction: 1 | -1) => {
    if (hits === undefined || hits.length === 0) return;
    const place = placeOf(hits, selected);
    const on = hits[place] === selected;
    const next = direction === 1 ? place + (on ? 1 : 0) : place - 1;
    const wrapped = (next + hits.length) % hits.length;
    if (next !== wrapped) announce('Went on from the other end');
    onGo(hits[wrapped] ?? 1);
  };
  const latest = useRef(step);
  latest.current = step;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const inField =
        event.target instanceof Element && event.target.closest('input, textarea, select, dialog') !== null;
      if (inField || event.ctrlKey || event.metaKey || event.altKey || !lettersAct()) return;
      if (event.key === 'n' || event.key === 'N') {
        event.preventDefault();
        latest.current(event.key === 'n' ? 1 : -1);
      }
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);

  const place = hits && placeOf(hits, selected);
  return (
    <search class="find-bar">
      <label for="find">Find</label>
      <input
        id="find"
        ref={field}
        type="search"
        class="mono"
        placeholder="text, /regex/, or hex contains &quot;00 ff&quot;"
        spellcheck={false}
        autocomplete="off"
        value={text}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') {
            event.preventDefault();
            step(event.shiftKey ? -1 : 1);
          } else if (event.key === 'Escape') {
            event.preventDefault();
            onClose();
          }
        }}
      />
      <button type="button" disabled={!hits?.length} onClick={() => step(-1)}>
        Previous <kbd>N</kbd>
      </button>
      <button type="button" disabled={!hits?.length} onClick={() => step(1)}>
        Next <kbd>n</kbd>
      </button>
      <span class="hint" role="status">
        {fault ??
          (hits &&
            `${hits[place ?? 0] === selected ? `${countText((place ?? 0) + 1)} of ` : ''}${countOf(hits.length, 'frame')}`)}
      </span>
      <button type="button" class="quiet" aria-label="Close find" onClick={onClose}>
        ✕
      </button>
    </search>
  );
}
