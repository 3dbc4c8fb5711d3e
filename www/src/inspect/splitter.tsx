/** The line between two panes: dragged, or moved by arrow keys. */

import { useState } from 'preact/hooks';

interface SplitterProps {
  /** The part of the first pane, in per cent. */
  readonly value: number;
  readonly onChange: (value: number) => void;
  readonly label: string;
  /** The element whose panes are divided. */
  readonly area: () => HTMLElement | null;
}

const LEAST = 15;
const MOST = 85;

export function Splitter({ value, onChange, label, area }: SplitterProps) {
  const [dragged, setDragged] = useState(false);
  const set = (next: number) => onChange(Math.round(Math.min(Math.max(next, LEAST), MOST)));
  const keys: Readonly<Record<string, number>> = { ArrowUp: value - 4, ArrowDown: value + 4, Home: LEAST, End: MOST };
  return (
    <div
      class={`splitter${dragged ? ' dragged' : ''}`}
      role="separator"
      aria-orientation="horizontal"
      aria-label={label}
      aria-valuenow={value}
      aria-valuemin={LEAST}
      aria-valuemax={MOST}
      tabIndex={0}
      onKeyDown={(event) => {
        const next = keys[event.key];
        if (next === undefined) return;
        event.preventDefault();
        event.stopPropagation();
        set(next);
      }}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        setDragged(true);
      }}
      onPointerMove={(event) => {
        const box = dragged ? area()?.getBoundingClientRect() : undefined;
        if (box) set(((event.clientY - box.top) / box.height) * 100);
      }}
      onPointerUp={() => setDragged(false)}
      onDblClick={() => set(50)}
    />
  );
}
