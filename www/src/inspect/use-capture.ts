/** The capture that is looked at: opened, replaced by another one, and asked for by the address. */

import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { loadRest } from '../later.js';
import { decodeFragment } from '../route.js';
import { countOf } from '../ui/formats.js';
import { announce } from '../ui/live.js';
import { decodeLink } from './link.js';
import { samples } from './samples.js';
import { guess, type Input, type Opened, open, type Reading } from './session.js';

/** What is to be shown of a capture when it is there. */
export interface Beginning {
  readonly n?: number | undefined;
  readonly filter?: string | undefined;
  readonly layer?: string | undefined;
}

export type Start = (input: Input, reading?: Reading, beginning?: Beginning) => void;

/** Something that could not be opened or read on, to be tried in another way. */
export interface Failure {
  readonly text: string;
  readonly input: Input;
  readonly reading: Reading;
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
      setFailure({ text: error instanceof Error ? error.message : String(error), input, reading });
    };
    open(input, reading, update, fail).catch(fail);
  }, []);

  // A capture, a sample, a filter; without any of them, the first sample.
  useEffect(() => {
    if (data === undefined) return;
    void openRoute(data, start, onFilter, opened === undefined);
  }, [data]);

  return { opened, failure, start };
}

export function startSample(name: string, start: Start): void {
  const sample = samples.find((candidate) => candidate.name === name);
  if (sample) start({ kind: 'sample', name: sample.title, sample: sample.name });
}

async function openRoute(
  data: string,
  start: Start,
  onFilter: (filter: string) => void,
  empty: boolean,
): Promise<void> {
  const link = await decodeLink(data);
  if (link !== undefined) {
    const { n, layer, filter, side = '' } = link.head;
    start({ kind: 'bytes', name: 'from the link', bytes: link.bytes }, { ...guess, side }, { n, layer, filter });
    return;
  }
  const [name = '', value = ''] = data.split('=');
  if (name === 'sample' && samples.some((sample) => sample.name === value)) {
    startSample(value, start);
    return;
  }
  const filter = name === 'f' ? decodeFragment(value) : undefined;
  if (filter !== undefined) onFilter(filter);
  if (empty) startSample(samples[0]?.name ?? '', start);
}

function summaryWords({ summary: { frames, connections, errors } }: Opened): string {
  return `${countOf(frames, 'frame')} in ${countOf(connections, 'connection')}, ${countOf(errors, 'error')}`;
}
