/** Which columns there are, and how time is told. */

import { recall, remember } from '../ui/store.js';
import { columns, type TimeMode } from './columns.js';

/** Those of the last visit. */
export function initialColumns(): ReadonlySet<string> {
  const kept = recall('columns')
    ?.split(' ')
    .filter((id) => columns.some((column) => column.id === id));
  return new Set(kept && kept.length > 0 ? kept : columns.filter(({ shown }) => shown).map(({ id }) => id));
}

const MODES: readonly TimeMode[] = ['relative', 'delta', 'previous', 'absolute'];
const MODE_NAMES: Readonly<Record<TimeMode, string>> = {
  relative: 'since the first packet',
  delta: 'since the row above',
  previous: 'since the frame before',
  absolute: 'of day (UTC)',
};

interface ColumnMenuProps {
  /** Whether the source has dates. */
  readonly absolute: boolean;
  readonly shown: ReadonlySet<string>;
  readonly onShown: (shown: ReadonlySet<string>) => void;
  readonly timeMode: TimeMode;
  readonly onTimeMode: (mode: TimeMode) => void;
}

export function ColumnMenu({ absolute, shown, onShown, timeMode, onTimeMode }: ColumnMenuProps) {
  const toggle = (id: string, on: boolean) => {
    const next = new Set(columns.map((column) => column.id).filter((other) => (other === id ? on : shown.has(other))));
    remember('columns', [...next].join(' '));
    onShown(next);
  };
  return (
    <details class="column-menu">
      <summary>Columns</summary>
      <div class="menu">
        <div class="menu-time">
          <label for="time-mode">Time</label>
          <select
            id="time-mode"
            value={timeMode}
            onChange={({ currentTarget }) =>
              onTimeMode(MODES.find((mode) => mode === currentTarget.value) ?? 'relative')
            }
          >
            {(absolute ? MODES : MODES.slice(0, -1)).map((mode) => (
              <option key={mode} value={mode}>
                {MODE_NAMES[mode]}
              </option>
            ))}
          </select>
        </div>
        {columns.map(({ id, name }) => (
          <label key={id}>
            <input
              type="checkbox"
              checked={shown.has(id)}
              disabled={shown.size === 1 && shown.has(id)}
              onChange={({ currentTarget }) => toggle(id, currentTarget.checked)}
            />
            {name}
          </label>
        ))}
      </div>
    </details>
  );
}
