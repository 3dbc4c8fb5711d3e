/** The view of captures. */

import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { visible } from '../../../pkg/inspect/visible.js';
import { isTyping, type ViewProps } from '../app.js';
import { loadRest } from '../later.js';
import { decodeFragment } from '../route.js';
import { countOf, countText } from '../ui/formats.js';
import { announce } from '../ui/live.js';
import { recall, remember } from '../ui/store.js';
import { type Layer, layers } from './capture.js';
import { ColumnMenu, initialColumns } from './column-menu.js';
import type { TimeMode } from './columns.js';
import { ConnectionBar } from './connection-bar.js';
import { DetailPane } from './detail-pane.js';
import { FilterBar, noSwitches, type Switches } from './filter-bar.js';
import { FindBar } from './find-bar.js';
import type { FrameList } from './frame-list.js';
import { GoDialog } from './go-dialog.js';
import { commandFor } from './keys.js';
import { decodeLink } from './link.js';
import { ListPane } from './list-pane.js';
import { collectMatches, placeOf } from './matching.js';
import { partnerOf } from './partner.js';
import { PasteDialog } from './paste-dialog.js';
import { RowCache } from './row-cache.js';
import { samples } from './samples.js';
import { guess, type Input, type Opened, open, type Reading } from './session.js';
import { ShareDialog } from './share-dialog.js';
import { SourceBar } from './source-bar.js';
import { Splitter } from './splitter.js';
import { type Range, TimelinePane } from './timeline-pane.js';
import { useMatches } from './use-matches.js';

type Sheet = 'paste' | 'share' | 'go' | undefined;

export function InspectView({ active, data }: ViewProps) {
  const [opened, setOpened] = useState<Opened>();
  const [failure, setFailure] = useState<string>();
  const [sheet, setSheet] = useState<Sheet>();
  const [finding, setFinding] = useState(false);
  const [selected, setSelected] = useState(1);
  const [layer, setLayer] = useState<Layer>('wire');
  const [expression, setExpression] = useState('');
  const [switches, setSwitches] = useState<Switches>(noSwitches);
  const [conn, setConn] = useState<number>();
  const [range, setRange] = useState<Range>();
  const [shownColumns, setShownColumns] = useState(initialColumns);
  const [timeMode, setTimeMode] = useState<TimeMode>('relative');
  const [split, setSplit] = useState(() => Number(recall('split')) || 48);
  const [dropping, setDropping] = useState(false);
  const list = useRef<FrameList | undefined>(undefined);
  const area = useRef<HTMLDivElement>(null);
  const picker = useRef({ open: () => {} }).current;
  const bookmarks = useRef(new Set<number>()).current;

  const capture = opened?.capture;
  const frames = opened?.summary.frames ?? 0;
  const matches = useMatches(capture, frames, { expression, switches, conn, range });
  const { numbers } = matches;
  const count = numbers?.length ?? frames;

  const latestOpen = useRef(0);
  const start = useCallback((input: Input, reading: Reading = guess, then: { n?: number; filter?: string } = {}) => {
    latestOpen.current += 1;
    const ticket = latestOpen.current;
    let first = true;
    setFailure(undefined);
    const update = (next: Opened) => {
      if (ticket !== latestOpen.current) {
        next.capture.close();
        return;
      }
      if (first) {
        first = false;
        setConn(undefined);
        setRange(undefined);
        setSwitches(noSwitches);
        setExpression(then.filter ?? '');
        setSelected(then.n ?? 1);
        bookmarks.clear();
        setOpened((before) => {
          if (before !== undefined && before.capture !== next.capture) before.capture.close();
          return next;
        });
      } else setOpened(next);
      if (next.progress === 1) {
        announce(summaryWords(next));
        // What the other views need comes when this one is done.
        loadRest().catch(() => {});
      }
    };
    open(input, reading, update).catch((error: unknown) => {
      if (ticket === latestOpen.current) setFailure(error instanceof Error ? error.message : String(error));
    });
  }, []);

  // What the address asks for: a capture, a sample, a filter; without any of them, the first sample.
  useEffect(() => {
    if (data === undefined) return;
    void openRoute(data, start, setExpression, opened === undefined);
  }, [data]);

  const cache = useMemo(
    () =>
      capture && new RowCache(capture, count, (index) => (numbers === undefined ? index + 1 : (numbers[index] ?? 0))),
    [capture, numbers, count],
  );
  useEffect(() => {
    if (cache === undefined) return;
    cache.onArrival = () => list.current?.refresh();
    return () => cache.close();
  }, [cache]);

  const indexOf = useCallback(
    (n: number) => (numbers === undefined ? n - 1 : Math.min(placeOf(numbers, n), numbers.length - 1)),
    [numbers],
  );
  const numberAt = useCallback(
    (index: number) => (numbers === undefined ? index + 1 : (numbers[index] ?? 1)),
    [numbers],
  );

  // The selected frame stays the active row while the filter changes.
  useEffect(() => {
    if (count > 0) list.current?.activate(indexOf(selected), { quiet: true });
  }, [numbers, count, capture]);

  const go = useCallback(
    (n: number) => {
      const to = Math.min(Math.max(n, 1), Math.max(frames, 1));
      setSelected(to);
      list.current?.activate(indexOf(to), { quiet: true, centre: true });
    },
    [frames, indexOf],
  );

  /** The next frame, or the one before, that an expression lets through. */
  const seek = async (sought: string, direction: 1 | -1, what: string) => {
    if (capture === undefined) return;
    let last: Uint32Array = new Uint32Array(0);
    await collectMatches(capture, sought, new AbortController().signal, (found) => {
      last = found;
    });
    const place = placeOf(last, selected);
    const next = direction === 1 ? last[last[place] === selected ? place + 1 : place] : last[place - 1];
    if (next === undefined) announce(`No ${direction === 1 ? 'later' : 'earlier'} ${what}`);
    else go(next);
  };

  const run = async (command: string) => {
    const index = list.current?.active ?? 0;
    const page = list.current?.page ?? 10;
    const move = (to: number) => list.current?.activate(to);
    const detail = async () => capture?.detail(selected);
    switch (command) {
      case 'down':
        return move(index + 1);
      case 'up':
        return move(index - 1);
      case 'page-down':
        return move(index + page);
      case 'page-up':
        return move(index - page);
      case 'first':
        return move(0);
      case 'last':
        return move(count - 1);
      case 'detail':
        return document.querySelector<HTMLElement>('#detail .fields tr[tabindex="0"], #detail .hex')?.focus();
      case 'list':
        return document.getElementById('frames')?.focus();
      case 'filter':
        return document.getElementById('filter')?.focus();
      case 'find':
        return setFinding(true);
      case 'open':
        return picker.open();
      case 'paste':
        return setSheet('paste');
      case 'share':
        return setSheet('share');
      case 'go':
        return setSheet('go');
      case 'messages':
        return setSwitches((now) => ({ ...now, unit: now.unit === 'frames' ? 'messages' : 'frames' }));
      case 'control':
        return setSwitches((now) => ({ ...now, hideControl: !now.hideControl }));
      case 'next-violation':
        return seek('level in (error, warn)', 1, 'violation');
      case 'previous-violation':
        return seek('level in (error, warn)', -1, 'violation');
      case 'next-of-message':
      case 'previous-of-message': {
        const found = await detail();
        const place = found?.frames.indexOf(selected) ?? -1;
        const next = found?.frames[place + (command === 'next-of-message' ? 1 : -1)];
        return next === undefined ? announce('No other frame of the message there') : go(next);
      }
      case 'partner': {
        const found = await detail();
        const partner = found && capture && (found.partner ?? (await partnerOf(capture, found.row)));
        return partner == null ? announce('Neither a Ping nor a Pong that answers one') : go(partner);
      }
      case 'bookmark': {
        const held = bookmarks.delete(selected);
        if (!held) bookmarks.add(selected);
        list.current?.refresh();
        return announce(held ? `Bookmark of frame ${selected} removed` : `Frame ${selected} bookmarked`);
      }
      case 'copy':
        return document.querySelector<HTMLElement>('#copy-frame')?.focus();
      case 'layer-1':
      case 'layer-2':
      case 'layer-3':
      case 'layer-4':
        return setLayer(layers[Number(command.at(-1)) - 1] ?? 'wire');
      case 'next-pane':
      case 'previous-pane':
        return nextPane(command === 'next-pane' ? 1 : -1);
    }
  };
  const runNow = useRef(run);
  runNow.current = run;

  useEffect(() => {
    if (!active) return;
    const onKey = (event: KeyboardEvent) => {
      const inList = event.target instanceof Element && event.target.closest('#frames') !== null;
      const command = commandFor(event, inList, isTyping(event));
      if (command === undefined) return;
      event.preventDefault();
      void runNow.current(command);
    };
    const onPaste = (event: ClipboardEvent) => {
      const target = event.target;
      if (target instanceof Element && target.closest('input, textarea, dialog') !== null) return;
      const text = event.clipboardData?.getData('text') ?? '';
      const files = [...(event.clipboardData?.files ?? [])];
      if (files.length > 0) start(filesInput(files));
      else if (text !== '') start({ kind: 'text', name: 'pasted', text });
    };
    addEventListener('keydown', onKey);
    addEventListener('paste', onPaste);
    return () => {
      removeEventListener('keydown', onKey);
      removeEventListener('paste', onPaste);
    };
  }, [active]);

  const subprotocol =
    opened?.connections.length === 1
      ? (opened.connections[0]?.facts.find(([name]) => name === 'Subprotocol')?.[1] ?? '')
      : '';
  return (
    <section
      class={dropping ? 'inspect dropping' : 'inspect'}
      aria-label="Capture"
      onDragOver={(event) => {
        event.preventDefault();
        setDropping(true);
      }}
      onDragLeave={(event) => {
        if (event.relatedTarget === null) setDropping(false);
      }}
      onDrop={(event) => {
        event.preventDefault();
        setDropping(false);
        const files = [...(event.dataTransfer?.files ?? [])];
        const text = event.dataTransfer?.getData('text') ?? '';
        if (files.length > 0) start(filesInput(files));
        else if (text !== '') start({ kind: 'text', name: 'dropped', text });
      }}
    >
      <SourceBar
        opened={opened}
        picker={picker}
        onFiles={(files) => files.length > 0 && start(filesInput(files))}
        onSample={(name) => startSample(name, start)}
        onPaste={() => setSheet('paste')}
        onShare={() => setSheet('share')}
      />
      {failure !== undefined && (
        <p class="finding" role="alert">
          <strong>It could not be opened.</strong> {visible(failure)}
        </p>
      )}
      {opened && (
        <>
          <ConnectionBar connections={opened.connections} chosen={conn} onChoose={setConn} />
          <Troubles opened={opened} />
          {opened.summary.duration !== null && opened.summary.duration > 0 && (
            <TimelinePane
              capture={opened.capture}
              duration={opened.summary.duration}
              frames={frames}
              brush={range}
              onBrush={setRange}
            />
          )}
          <FilterBar
            expression={expression}
            fault={matches.fault}
            switches={switches}
            shown={count}
            total={frames}
            busy={matches.busy}
            onExpression={setExpression}
            onSwitches={(change) => setSwitches((now) => ({ ...now, ...change }))}
            onLeave={() => document.getElementById('frames')?.focus()}
          />
          {finding && (
            <FindBar
              capture={opened.capture}
              selected={selected}
              onGo={go}
              onClose={() => {
                setFinding(false);
                document.getElementById('frames')?.focus();
              }}
            />
          )}
          <div ref={area} class="panes" style={{ '--split': `${split}%` }}>
            <div class="pane list-pane panel">
              {cache && (
                <ListPane
                  cache={cache}
                  count={count}
                  shownColumns={shownColumns}
                  timeMode={timeMode}
                  epoch={opened.epoch}
                  bookmarks={bookmarks}
                  onList={(made) => {
                    list.current = made;
                    made?.activate(indexOf(selected), { quiet: true });
                  }}
                  onActive={(index) => setSelected(numberAt(index))}
                />
              )}
              <ColumnMenu
                absolute={opened.epoch !== null}
                shown={shownColumns}
                onShown={setShownColumns}
                timeMode={timeMode}
                onTimeMode={setTimeMode}
              />
              {count === 0 && (
                <p class="empty list-empty">{frames === 0 ? 'There is no frame.' : 'No frame matches.'}</p>
              )}
            </div>
            <Splitter
              label="Height of the list"
              value={split}
              area={() => area.current}
              onChange={(value) => {
                setSplit(value);
                remember('split', String(value));
              }}
            />
            <div id="detail" class="pane detail-pane panel">
              {frames > 0 && (
                <DetailPane
                  capture={opened.capture}
                  n={Math.min(selected, frames)}
                  layer={layer}
                  subprotocol={subprotocol}
                  onLayer={setLayer}
                  onGo={go}
                />
              )}
            </div>
          </div>
          <StatusLine opened={opened} />
        </>
      )}
      {sheet === 'paste' && (
        <PasteDialog
          text={opened?.input.kind === 'text' ? opened.input.text : ''}
          reading={opened?.reading ?? guess}
          onOpen={(text, reading) => start({ kind: 'text', name: 'pasted', text }, reading)}
          onClose={() => setSheet(undefined)}
        />
      )}
      {sheet === 'share' && opened && (
        <ShareDialog
          opened={opened}
          head={{
            n: selected,
            layer,
            filter: expression === '' ? undefined : expression,
            side: opened.reading.side || undefined,
          }}
          numbers={numbers}
          selected={selected}
          onClose={() => setSheet(undefined)}
        />
      )}
      {sheet === 'go' && opened && <GoDialog opened={opened} onGo={go} onClose={() => setSheet(undefined)} />}
    </section>
  );
}

function filesInput(files: readonly File[]): Input {
  return { kind: 'files', name: files.map(({ name }) => name).join(' and '), files };
}

type Start = (input: Input, reading?: Reading, then?: { n?: number; filter?: string }) => void;

function startSample(name: string, start: Start): void {
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
    const { n, filter, side } = link.head;
    const then = { ...(n === undefined ? {} : { n }), ...(filter === undefined ? {} : { filter }) };
    return start({ kind: 'bytes', name: 'from the link', bytes: link.bytes }, { notation: '', side: side ?? '' }, then);
  }
  const [name = '', value = ''] = data.split('=');
  if (name === 'sample' && samples.some((sample) => sample.name === value)) return startSample(value, start);
  const filter = name === 'f' ? decodeFragment(value) : undefined;
  if (filter !== undefined) onFilter(filter);
  if (empty) startSample(samples[0]?.name ?? '', start);
}

/** Why not everything is frames: the first of it in sight, the rest behind it. */
function Troubles({ opened }: { readonly opened: Opened }) {
  const { troubles, level } = opened.summary;
  const lines = troubles.map(({ text, at }) => (at === null ? text : `byte ${countText(at)}: ${text}`));
  if (level === 'message')
    lines.unshift('This source has messages, not frames: no headers, masks and fragments are in it.');
  const [first, ...more] = lines;
  if (first === undefined) return null;
  if (more.length === 0) {
    return (
      <p class="troubles" role="status">
        {visible(first)}
      </p>
    );
  }
  return (
    <details class="troubles">
      <summary>
        {visible(first)} · and {more.length} more
      </summary>
      <ul>
        {more.map((line) => (
          <li key={line}>{visible(line)}</li>
        ))}
      </ul>
    </details>
  );
}

function StatusLine({ opened: { summary, progress } }: { readonly opened: Opened }) {
  const { frames, connections, errors, warnings, ms } = summary;
  return (
    <footer class="status-line">
      <span>
        {countOf(frames, 'frame')}, {countOf(connections, 'connection')}, {countOf(errors, 'error')}
        {warnings > 0 && `, ${countOf(warnings, 'warning')}`}
        {progress === 1
          ? `, read in ${(ms / 1000).toFixed(ms < 100 ? 3 : 1)} s`
          : `, ${Math.floor(progress * 100)} % read`}
      </span>
      {progress < 1 && <progress value={progress} aria-label="Part of the capture that is read" />}
      <span class="hint">nothing left your computer</span>
    </footer>
  );
}

function summaryWords({ summary: { frames, connections, errors } }: Opened): string {
  return `${countOf(frames, 'frame')} in ${countOf(connections, 'connection')}, ${countOf(errors, 'error')}`;
}

/** Filter, list, fields, bytes: one after the other. */
function nextPane(step: 1 | -1): void {
  const stops = ['#filter', '#frames', '#detail .fields tr[tabindex="0"]', '#detail .hex'];
  const nodes = stops.map((stop) => document.querySelector<HTMLElement>(stop)).filter((node) => node !== null);
  const at = nodes.findIndex((node) => node.contains(document.activeElement) || sameTable(node));
  nodes[(at + step + nodes.length) % nodes.length]?.focus();
}

const sameTable = (node: HTMLElement): boolean => {
  const table = node.closest('table');
  return table !== null && table === document.activeElement?.closest('table');
};
