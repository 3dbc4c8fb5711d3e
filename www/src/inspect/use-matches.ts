/** The rows of the list: all frames, or those that the filter lets through. */

import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Capture, FilterFault } from './capture.js';
import type { Switches } from './filter-bar.js';
import { collectMatches } from './matching.js';
import type { Range } from './timeline-pane.js';

export interface Matches {
  /** Numbers of frames, ascending; `undefined` for all of them. */
  readonly numbers: Uint32Array | undefined;
  readonly busy: boolean;
  readonly fault: FilterFault | undefined;
}

const NONE: Matches = { numbers: undefined, busy: false, fault: undefined };

export interface Wanted {
  readonly expression: string;
  readonly switches: Switches;
  readonly conn: number | undefined;
  readonly range: Range | undefined;
}

/** One expression for all that is asked for. */
export function wholeExpression({ expression, switches, conn, range }: Wanted): string {
  const { opcode, direction, onlyViolations, hideControl, unit } = switches;
  const parts = [expression.trim() === '' ? '' : `(${expression})`];
  if (opcode === 'control') parts.push('op in (close, ping, pong)');
  else if (opcode !== '') parts.push(`op == ${opcode}`);
  if (direction !== '') parts.push(`dir == ${direction}`);
  if (onlyViolations) parts.push('level in (error, warn)');
  if (hideControl) parts.push('not op in (close, ping, pong)');
  if (unit === 'messages') parts.push('fin == 1');
  if (conn !== undefined) parts.push(`conn == ${conn}`);
  if (range !== undefined) parts.push(`t >= ${range[0].toFixed(6)} and t <= ${range[1].toFixed(6)}`);
  return parts.filter((part) => part !== '').join(' and ');
}

/** Looks for them again whenever something changes; what was found before stays until the first new rows are there. */
export function useMatches(capture: Capture | undefined, frames: number, wanted: Wanted): Matches {
  const whole = wholeExpression(wanted);
  const [matches, setMatches] = useState<Matches & { capture?: Capture }>(NONE);
  const { expression } = wanted;
  const asked = useRef('');
  useEffect(() => {
    if (capture === undefined) return;
    if (whole === '') {
      setMatches({ ...NONE, capture });
      return;
    }
    const abort = new AbortController();
    const look = async () => {
      // Places of faults are those in what was typed.
      const fault = expression.trim() === '' ? undefined : await capture.check(expression);
      if (abort.signal.aborted) return;
      if (fault !== undefined) {
        setMatches((before) => ({ ...before, fault, busy: false }));
        return;
      }
      asked.current = whole;
      await collectMatches(capture, whole, abort.signal, (numbers, looked) =>
        setMatches({ numbers, busy: looked < frames, fault: undefined, capture }),
      );
    };
    look().catch((error: unknown) => {
      if (abort.signal.aborted) return;
      const text = error instanceof Error ? error.message : String(error);
      setMatches((before) => ({ ...before, busy: false, fault: { at: 0, end: expression.length, text } }));
    });
    return () => abort.abort();
  }, [capture, frames, whole]);
  return useMemo(() => (matches.capture === capture ? matches : { ...NONE, fault: matches.fault }), [matches, capture]);
}
