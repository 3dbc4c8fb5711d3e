/** The view of captures. */

import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { visible } from '../../../pkg/inspect/visible.js';
import { isTyping, type ViewProps } from '../app.js';
import { Later } from '../later.js';
import { useDrop } from '../ui/drop.js';
import { recall, remember } from '../ui/store.js';
import { type Gap, type Layer, layers } from './capture.js';
import { ColumnMenu, initialColumns } from './column-menu.js';
import type { TimeMode } from './columns.js';
import { commands, type Desk } from './commands.js';
import { ConnectionBar } from './connection-bar.js';
import { DetailPane } from './detail-pane.js';
import { FilterBar } from './filter-bar.js';
import { FindBar } from './find-bar.js';
import type { FrameList } from './frame-list.js';
import { GoDialog } from './go-dialog.js';
import { commandFor } from './keys.js';
import { ListPane } from './list-pane.js';
import type { RowView } from './list-row.js';
import { guess, type Input, sampleInput } from './session.js';
import { SourceBar } from './source-bar.js';
import { Splitter } from './splitter.js';
import { StatusLine, Troubles } from './status-line.js';
import { noSwitches, type Switches } from './switches.js';
import { type Range, TimelinePane } from './timeline-pane.js';
import { type Beginning, useCapture } from './use-capture.js';
import { useMatches, wholeExpression } from './use-matches.js';
import { useRows } from './use-rows.js';
import { useSelection } from './use-selection.js';

type Sheet = 'paste' | 'read-as' | 'share' | 'go' | undefined;

const NO_GAPS: readonly Gap[] = [];

export function InspectView({ active, data }: ViewProps) {
  const [sheet, setSheet] = useState<Sheet>();
  const [finding, setFinding] = useState(false);
  const [layer, setLayer] = useState<Layer>('wire');
  const [expression, setExpression] = useState('');
  const [switches, setSwitches] = useState<Switches>(noSwitches);
  const [conn, setConn] = useState<number>();
  const [range, setRange] = useState<Range>();
  const [shownColumns, setShownColumns] = useState(initialColumns);
  const [timeMode, setTimeMode] = useState<TimeMode>('relative');
  const [split, setSplit] = useState(() => Number(recall('split')) || 48);
  const list = useRef<FrameList<RowView> | undefined>(undefined);
  const area = useRef<HTMLDivElement>(null);
  const picker = useRef({ open: () => {} }).current;
  const bookmarks = useRef(new Set<number>()).current;

  const begin = ({ n = 1, filter = '', layer: shown }: Beginning) => {
    setConn(undefined);
    setRange(undefined);
    setSwitches(noSwitches);
    setExpression(filter);
    selection.choose(n);
    setLayer(layers.find((name) => name === shown) ?? 'wire');
    bookmarks.clear();
  };
  const { opened, failure, start } = useCapture(data, begin, setExpression);
  const capture = opened?.capture;
  const frames = opened?.summary.frames ?? 0;

  const wanted = { expression, switches, conn, range };
  const matches = useMatches(capture, frames, opened?.progress === 1, wanted);
  const { numbers } = matches;
  const gaps = useGapsBetween(opened?.gaps ?? NO_GAPS, wanted);
  const rows = useRows({
    capture,
    frames,
    progress: opened?.progress ?? 0,
    matches,
    gaps,
    onArrival: () => list.current?.refresh(),
  });
  const { outline, caches } = rows;
  const selection = useSelection(outline, matches);
  const selected = selection.n;

  const select = (index: number) => {
    const entry = outline.at(index);
    // Beside a gap the frame before it stays in the other pane.
    if (entry.kind === 'frame') selection.choose(entry.n);
  };

  const showPlace = (shown = list.current) => {
    const { index, marked } = selection.place;
    shown?.activate(index, { quiet: true, marked });
  };
  // The active row is the selected frame's while the filter changes; after the list has its rows, before any key.
  useLayoutEffect(() => {
    if (outline.count > 0) showPlace();
  }, [numbers, frames, capture]);

  const go = useCallback(
    (n: number) => {
      const { index, marked } = selection.jump(Math.min(Math.max(n, 1), Math.max(frames, 1)));
      list.current?.activate(index, { quiet: true, centre: true, marked });
    },
    [frames, outline],
  );

  const desk: Desk = {
    capture,
    selected,
    index: list.current?.active ?? 0,
    count: outline.count,
    page: list.current?.page ?? 10,
    entryAt: (index) => outline.at(index),
    activate: (index) => list.current?.activate(index),
    go,
    toggle: rows.toggle,
    setSwitches,
    setLayer,
    show: (what) => (what === 'find' ? setFinding(true) : setSheet(what)),
    openPicker: () => picker.open(),
    bookmark: () => {
      if (!bookmarks.delete(selected)) bookmarks.add(selected);
      list.current?.refresh();
      return bookmarks.has(selected);
    },
  };
  const latest = useRef(desk);
  latest.current = desk;
  const deskNow = (): Desk => ({
    ...latest.current,
    index: list.current?.active ?? 0,
    page: list.current?.page ?? 10,
  });

  useEffect(() => {
    if (!active) return;
    const onKey = (event: KeyboardEvent) => {
      const inList = event.target instanceof Element && event.target.closest('#frames') !== null;
      const command = commandFor(event, inList, isTyping(event));
      if (command === undefined) return;
      event.preventDefault();
      void commands[command](deskNow());
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

  // A key that moves the selection draws its frame alone: the same element is not gone through again.
  const bars = useMemo(
    () =>
      opened && (
        <>
          <ConnectionBar capture={opened.capture} connections={opened.connections} chosen={conn} onChoose={setConn} />
          <Troubles opened={opened} />
          {opened.summary.duration !== null && opened.summary.duration > 0 && (
            <TimelinePane
              capture={opened.capture}
              duration={opened.summary.duration}
              frames={frames}
              gaps={opened.gaps}
              brush={range}
              onBrush={setRange}
            />
          )}
          <FilterBar
            expression={expression}
            fault={matches.fault}
            switches={switches}
            shown={numbers?.length ?? frames}
            total={frames}
            busy={matches.busy}
            onExpression={setExpression}
            onSwitches={(change) => setSwitches((now) => ({ ...now, ...change }))}
            onLeave={() => document.getElementById('frames')?.focus()}
          />
        </>
      ),
    [opened, conn, range, expression, switches, matches],
  );
  const listPane = useMemo(
    () =>
      caches &&
      opened && (
        <ListPane
          caches={caches}
          outline={outline}
          messages={matches.messages}
          opened={rows.opened}
          shownColumns={shownColumns}
          timeMode={timeMode}
          epoch={opened.epoch}
          bookmarks={bookmarks}
          onList={(made) => {
            list.current = made;
            showPlace(made);
          }}
          onActive={select}
          onToggle={(index) => {
            const entry = outline.at(index);
            if (entry.kind === 'frame') void rows.toggle(entry.n);
          }}
        />
      ),
    [caches, outline, matches.messages, rows.opened, shownColumns, timeMode, opened?.epoch],
  );

  const dropping = useDrop(active, (files, text) => {
    if (files.length > 0) start(filesInput(files));
    else if (text !== '') start({ kind: 'text', name: 'dropped', text });
  });
  const closeSheet = () => setSheet(undefined);
  return (
    <section class={dropping ? 'inspect dropping' : 'inspect'} aria-label="Capture">
      <SourceBar
        opened={opened}
        picker={picker}
        onFiles={(files) => files.length > 0 && start(filesInput(files))}
        onSample={(name) => start(sampleInput(name))}
        onPaste={() => setSheet('paste')}
        onReadAs={() => setSheet(opened?.input.kind === 'text' ? 'paste' : 'read-as')}
        onShare={() => setSheet('share')}
      />
      {failure !== undefined && (
        <p class="finding" role="alert">
          <strong>It cannot be read.</strong> {visible(failure.text)}{' '}
          {failure.again && (
            <button type="button" class="link" onClick={failure.again}>
              Try again without decompression
            </button>
          )}
        </p>
      )}
      {opened && (
        <>
          {bars}
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
              {listPane}
              <ColumnMenu
                absolute={opened.epoch !== null}
                shown={shownColumns}
                onShown={setShownColumns}
                timeMode={timeMode}
                onTimeMode={setTimeMode}
              />
              {outline.count === 0 && (
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
                  connections={opened.connections}
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
        <Later>
          {({ PasteDialog }) => (
            <PasteDialog
              text={opened?.input.kind === 'text' ? opened.input.text : ''}
              reading={opened?.input.kind === 'text' ? opened.reading : guess}
              onOpen={(text, reading) => start({ kind: 'text', name: 'pasted', text }, reading)}
              onClose={closeSheet}
            />
          )}
        </Later>
      )}
      {sheet === 'read-as' && opened && (
        <Later>
          {({ ReadAsDialog }) => (
            <ReadAsDialog
              reading={opened.reading}
              onRead={(reading) => start(opened.input, reading)}
              onClose={closeSheet}
            />
          )}
        </Later>
      )}
      {sheet === 'share' && opened && (
        <Later>
          {({ ShareDialog }) => (
            <ShareDialog
              opened={opened}
              head={{
                n: selected,
                layer,
                filter: wholeExpression(wanted) || undefined,
                side: opened.reading.side || undefined,
              }}
              filter={wholeExpression(wanted)}
              matching={numbers?.length}
              selected={selected}
              onClose={closeSheet}
            />
          )}
        </Later>
      )}
      {sheet === 'go' && opened && <GoDialog opened={opened} selected={selected} onGo={go} onClose={closeSheet} />}
    </section>
  );
}

function filesInput(files: readonly File[]): Input {
  return { kind: 'files', name: files.map(({ name }) => name).join(' and '), files };
}

/** Gaps have their places between rows; where a filter picks frames out, there is no between. */
function useGapsBetween(
  gaps: readonly Gap[],
  { expression, switches, conn, range }: Parameters<typeof wholeExpression>[0],
): readonly Gap[] {
  const { opcode, direction, onlyViolations } = switches;
  const picks = expression.trim() !== '' || opcode !== '' || direction !== '' || onlyViolations || range !== undefined;
  return useMemo(() => {
    if (picks) return NO_GAPS;
    return conn === undefined ? gaps : gaps.filter((gap) => gap.conn === conn);
  }, [gaps, conn, picks]);
}
