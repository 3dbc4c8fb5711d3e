/** The rows of the list: all frames, or those that the filter lets through. */

import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Capture, FilterFault } from './capture.js';
import { collectMatches, type Found } from './matching.js';
import type { Switches } from './switches.js';
import type { Range } from './timeline-pane.js';

export interface Matches {
  /** Numbers of frames, ascending; `undefined` for all of them. */
  readonly numbers: Uint32Array | undefined;
  /** Whether these are rows of messages. */
  readonly messages: boolean;
  /** The expression that they match. */
  readonly whole: string;
  readonly busy: boolean;
  readonly fault: FilterFault | undefined;
}

const NONE: Matches = { numbers: undefined, messages: false, whole: '', busy: false, fault: undefined };

export interface Wanted {
  readonly expression: string;
  readonly switches: Switches;
  readonly conn: number | undefined;
  readonly range: Range | undefined;
}

/** One expression for all that is asked for; empty for everything. */
export function wholeExpression({ expression, switches, conn, range }: Wanted): string {
  const { opcode, direction, onlyViolations, hideControl } = switches;
  const parts: string[] = [];
  if (opcode === 'control') parts.push('op in (close, ping, pong)');
  else if (opcode !== '') parts.push(`op == ${opcode}`);
  if (direction !== '') parts.push(`dir == ${direction}`);
  if (onlyViolations) parts.push('level in (error, warn)');
  if (hideControl) parts.push('not op in (close, ping, pong)');
  if (conn !== undefined) parts.push(`conn == ${conn}`);
  if (range !== undefined) parts.push(`t >= ${range[0].toFixed(6)} and t <= ${range[1].toFixed(6)}`);
  const typed = expression.trim();
  if (typed !== '') parts.unshift(parts.length === 0 ? typed : `(${typed})`);
  return parts.join(' and ');
}

/** What was found for an expression so far, to go on from while a capture is read. */
interface Progress extends Found {
  readonly capture: Capture;
  readonly whole: string;
  readonly messages: boolean;
}

/**
 * Looks for them again whenever something changes; what was found before stays until the first new rows are there. Once `done`, all
 * that was looked at while the capture was read is looked at again: messages have ended since, and more is known of frames.
 */
export function useMatches(capture: Capture | undefined, frames: number, done: boolean, wanted: Wanted): Matches {
  const whole = wholeExpression(wanted);
  const messages = wanted.switches.unit === 'messages';
  const [matches, setMatches] = useState<Matches & { capture?: Capture }>(NONE);
  const { expression } = wanted;
  const progress = useRef<Progress | undefined>(undefined);
  useEffect(() => {
    if (capture === undefined) return;
    if (whole === '' && !messages) {
      setMatches({ ...NONE, capture });
      return;
    }
    const abort = new AbortController();
    const before = progress.current;
    const look = async () => {
      // Places of faults are those in what was typed.
      const fault = expression.trim() === '' ? undefined : await capture.check(expression);
      if (abort.signal.aborted) return;
      if (fault !== undefined) {
        setMatches((last) => ({ ...last, fault, busy: false }));
        return;
      }
      const isKnown = before?.capture === capture && before.whole === whole && before.messages === messages;
      await collectMatches(
        capture,
        whole,
        abort.signal,
        (numbers, looked) => {
          // What is shown already is not taken away to come back piece by piece.
          if (isKnown && done && looked < frames) return;
          progress.current = { capture, whole, messages, numbers, looked };
          setMatches({ numbers, messages, whole, busy: looked < frames, fault: undefined, capture });
        },
        { messages, before: isKnown && !done ? before : undefined },
      );
    };
    look().catch((error: unknown) => {
      if (abort.signal.aborted) return;
      const text = error instanceof Error ? error.message : String(error);
      setMatches((last) => ({ ...last, busy: false, fault: { at: 0, end: expression.length, text } }));
    });
    return () => abort.abort();
  }, [capture, frames, done, whole, messages]);
  return useMemo(() => (matches.capture === capture ? matches : { ...NONE, fault: matches.fault }), [matches, capture]);
}
