/** The filter: an expression, switches for what is asked for often, and where a mistake is. */

import { visible } from '../../../pkg/inspect/visible.js';
import { countText } from '../ui/formats.js';
import { Segments } from '../ui/segments.js';
import type { FilterFault } from './capture.js';
import { noSwitches, type Switches } from './switches.js';

interface FilterBarProps {
  readonly expression: string;
  readonly fault: FilterFault | undefined;
  readonly switches: Switches;
  readonly shown: number;
  readonly total: number;
  /** Whether frames are still being looked at. */
  readonly busy: boolean;
  readonly onExpression: (expression: string) => void;
  readonly onSwitches: (change: Partial<Switches>) => void;
  readonly onLeave: () => void;
}

export function FilterBar(props: FilterBarProps) {
  const { expression, fault, switches, shown, total, busy, onExpression, onSwitches, onLeave } = props;
  const changed =
    expression !== '' || Object.entries(switches).some(([name, value]) => noSwitches[name as keyof Switches] !== value);
  return (
    <search class="filter-bar">
      <div class="filter-line">
        <label for="filter" class="visually-hidden">
          Filter
        </label>
        <input
          id="filter"
          type="search"
          class="mono"
          placeholder="Filter: op == text and len > 1k and payload ~ /order/"
          spellcheck={false}
          autocomplete="off"
          autocapitalize="off"
          value={expression}
          aria-invalid={fault !== undefined}
          aria-describedby="filter-fault filter-count"
          onInput={({ currentTarget }) => onExpression(currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' || (event.key === 'Escape' && expression === '')) {
              event.preventDefault();
              onLeave();
            }
          }}
        />
        <Segments
          legend="Rows are"
          options={['frames', 'messages'] as const}
          value={switches.unit}
          onChange={(unit) => onSwitches({ unit })}
        />
        <p id="filter-count" class="filter-count" role="status">
          {busy ? '… ' : ''}
          {countText(shown)} of {countText(total)}
        </p>
      </div>
      <p id="filter-fault" class="filter-fault" role="alert">
        {fault && (
          <>
            <code aria-hidden="true">
              {visible(expression.slice(0, fault.at))}
              <mark>{visible(expression.slice(fault.at, Math.max(fault.end, fault.at + 1))) || ' '}</mark>
              {visible(expression.slice(Math.max(fault.end, fault.at + 1)))}
            </code>
            <span>
              <span aria-hidden="true">^ </span>
              {visible(fault.text)}, at character {fault.at + 1}. The last good result stays.
            </span>
          </>
        )}
      </p>
      <div class="chips" role="group" aria-label="Quick filters">
        {(['text', 'binary', 'control'] as const).map((opcode) => (
          <Chip
            key={opcode}
            label={opcode}
            on={switches.opcode === opcode}
            onToggle={(on) => onSwitches({ opcode: on ? opcode : '' })}
          />
        ))}
        <Chip
          label="→ server"
          on={switches.direction === 'c2s'}
          onToggle={(on) => onSwitches({ direction: on ? 'c2s' : '' })}
        />
        <Chip
          label="← client"
          on={switches.direction === 's2c'}
          onToggle={(on) => onSwitches({ direction: on ? 's2c' : '' })}
        />
        <Chip
          label="violations"
          on={switches.onlyViolations}
          onToggle={(onlyViolations) => onSwitches({ onlyViolations })}
        />
        <Chip
          label={switches.hideControl ? 'control frames are hidden' : 'hide control frames'}
          on={switches.hideControl}
          onToggle={(hideControl) => onSwitches({ hideControl })}
        />
        {changed && (
          <button
            type="button"
            class="link"
            onClick={() => {
              onExpression('');
              onSwitches(noSwitches);
            }}
          >
            Clear
          </button>
        )}
      </div>
    </search>
  );
}

interface ChipProps {
  readonly label: string;
  readonly on: boolean;
  readonly onToggle: (on: boolean) => void;
}

function Chip({ label, on, onToggle }: ChipProps) {
  return (
    <button type="button" class="chip" aria-pressed={on} onClick={() => onToggle(!on)}>
      {label}
    </button>
  );
}
