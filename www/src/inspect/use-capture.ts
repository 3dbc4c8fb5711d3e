/** The capture that is looked at: opened, replaced by another one, and asked for by the address. */

import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { loadRest } from '../later.js';
import { countOf } from '../ui/formats.js';
import { announce } from '../ui/live.js';
import { askedFor } from './address.js';
import { samples } from './samples.js';
import { guess, type Input, type Opened, open, type Reading, Refusal, sampleInput } from './session.js';

/** What is to be shown of a capture when it is there. */
export interface Beginning {
  readonly n?: number | undefined;
  readonly filter?: string | undefined;
  readonly layer?: string | undefined;
}

export type Start = (input: Input, reading?: Reading, beginning?: Beginning) => void;

/** Something that could not be opened or read on. */
export interface Failure {
  readonly text: string;
  /** Tries again without decompression, where that may help. */
  readonly again?: (() => void) | undefined;
}

export interface CaptureState {
  readonly opened: Opened | undefined;
  readonly failure: Failure | undefined;
  readonly start: Start;
}

/**
 * @param data What the address asks for, once it is this view's.
 * @param onBegin Told when another capture is there, before it is shown.
 * @param onFilter Told of a filter in the address.
 */
export function useCapture(
  data: string | undefined,
  onBegin: (beginning: Beginning) => void,
  onFilter: (filter: string) => void,
): CaptureState {
  const [opened, setOpened] = useState<Opened>();
  const [failure, setFailure] = useState<Failure>();
  const ticket = useRef(0);

  const start = useCallback((input: Input, reading: Reading = guess, beginning: Beginning = {}) => {
    ticket.current += 1;
    const mine = ticket.current;
    let first = true;
    setFailure(undefined);
    const update = (next: Opened) => {
      if (mine !== ticket.current) {
        next.capture.close();
        return;
      }
      if (first) {
        onBegin(beginning);
        setOpened((before) => {
          if (before !== undefined && before.capture !== next.capture) before.capture.close();
          return next;
        });
      } else setOpened(next);
      first = false;
      if (next.progress < 1) return;
      announce(summaryWords(next));
      // What the other views need comes when this one is done.
      loadRest().catch(() => {});
    };
    const fail = (error: unknown) => {
      if (mine !== ticket.current) return;
      const helps = reading.deflate === '' && !(error instanceof Refusal);
      setFailure({
        text: error instanceof Error ? error.message : String(error),
        again: helps ? () => start(input, { ...reading, deflate: 'off' }, beginning) : undefined,
      });
    };
    open(input, reading, update, fail).catch(fail);
  }, []);

  useEffect(() => {
    if (data === undefined) return;
    const answer = async () => {
      const asked = await askedFor(data);
      if (asked.kind === 'capture') start(asked.input, asked.reading, asked.head);
      // Where there is nothing yet, the first sample, so that there is something to filter.
      else if (opened === undefined) start(sampleInput(FIRST), guess, asked.kind === 'filter' ? asked : {});
      else if (asked.kind === 'filter') onFilter(asked.filter);
      if (asked.kind === 'broken') setFailure({ text: BROKEN });
    };
    void answer();
  }, [data]);

  return { opened, failure, start };
}

const FIRST = samples[0]?.name ?? '';

const BROKEN =
  'The link is cut, damaged, or of a newer version of this page. Ask for it once more, or for the capture as a file.';

function summaryWords({ summary: { frames, connections, errors } }: Opened): string {
  return `${countOf(frames, 'frame')} in ${countOf(connections, 'connection')}, ${countOf(errors, 'error')}`;
}
