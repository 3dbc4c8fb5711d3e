/** Out of the page: a link with the capture in it, and files. */

import { useEffect, useState } from 'preact/hooks';
import { loadRest } from '../later.js';
import { CopyButton } from '../ui/copy.js';
import { Dialog } from '../ui/dialog.js';
import { countText } from '../ui/formats.js';
import { type ExportFormat, exportFile, exportFormats } from './export.js';
import { COMFORTABLE, encodeLink, LARGEST, type LinkHead } from './link.js';
import type { Opened } from './session.js';

interface ShareDialogProps {
  readonly opened: Opened;
  readonly head: LinkHead;
  /** The frames that the filter lets through. */
  readonly numbers: Uint32Array | undefined;
  readonly selected: number;
  readonly onClose: () => void;
}

type Extent = 'all' | 'filtered' | 'selected';

export function ShareDialog({ opened, head, numbers, selected, onClose }: ShareDialogProps) {
  return (
    <Dialog title="Share and export" onClose={onClose}>
      <div class="share">
        <LinkPart opened={opened} head={head} />
        <ExportPart opened={opened} numbers={numbers} selected={selected} />
      </div>
    </Dialog>
  );
}

function LinkPart({ opened, head }: Pick<ShareDialogProps, 'opened' | 'head'>) {
  const [structure, setStructure] = useState(false);
  const [link, setLink] = useState<string>();
  const [fault, setFault] = useState<string>();
  const { input, bytes } = opened;
  useEffect(() => {
    let current = true;
    setLink(undefined);
    setFault(undefined);
    const make = async () => {
      if (input.kind === 'sample' && !structure) return `sample=${input.sample}`;
      const content = structure ? await (await loadRest()).structureOnly(opened) : bytes;
      if (content === undefined) throw new Error('The capture is too large for a link. Filter it, and export that.');
      return encodeLink(structure ? { ...head, side: undefined } : head, content);
    };
    make().then(
      (fragment) => {
        if (!current) return;
        if (fragment.length > LARGEST)
          setFault(`A link would have ${countText(fragment.length)} characters. Export a file instead.`);
        else setLink(`${location.href.split('#')[0]}#${fragment}`);
      },
      (error: unknown) => current && setFault(error instanceof Error ? error.message : String(error)),
    );
    return () => {
      current = false;
    };
  }, [opened, structure]);
  return (
    <section>
      <h3>A link</h3>
      <p class="hint">
        The whole capture is in the part after #, which browsers send to no server. Whoever has the link has every byte
        of it: tokens and cookies too.
      </p>
      <label class="check-line">
        <input
          type="checkbox"
          checked={structure}
          onChange={({ currentTarget }) => setStructure(currentTarget.checked)}
        />
        Structure only: payload becomes filler of the same length, cookies and credentials are left out
      </label>
      {fault !== undefined && <p class="note bad">{fault}</p>}
      {link !== undefined && (
        <>
          <div class="with-button">
            <input
              id="link"
              type="text"
              class="mono"
              readOnly
              value={link}
              aria-label="Link"
              onFocus={({ currentTarget }) => currentTarget.select()}
            />
            <CopyButton text={() => link} what="the link" />
          </div>
          <p class={link.length > COMFORTABLE ? 'note bad' : 'note'} role="status">
            {countText(link.length)} characters.{' '}
            {link.length > COMFORTABLE && 'Chat and mail may cut it: above 2,000 a file is safer.'}
          </p>
        </>
      )}
    </section>
  );
}

function ExportPart({ opened, numbers, selected }: Pick<ShareDialogProps, 'opened' | 'numbers' | 'selected'>) {
  const [extent, setExtent] = useState<Extent>(numbers === undefined ? 'all' : 'filtered');
  const [format, setFormat] = useState<ExportFormat>('NDJSON');
  const [note, setNote] = useState('');
  const save = async () => {
    const chosen =
      extent === 'selected'
        ? Uint32Array.of(selected)
        : extent === 'filtered' && numbers !== undefined
          ? numbers
          : undefined;
    setNote('Writing …');
    try {
      const { name, blob } = await exportFile(opened, format, chosen, (part) =>
        setNote(`Writing, ${Math.floor(part * 100)} %`),
      );
      download(name, blob);
      setNote(`${name}, ${countText(blob.size)} bytes.`);
    } catch (error) {
      setNote(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <section>
      <h3>A file</h3>
      <div class="field-row">
        <label for="extent">Frames</label>
        <select id="extent" value={extent} onChange={({ currentTarget }) => setExtent(currentTarget.value as Extent)}>
          <option value="all">all</option>
          {numbers !== undefined && <option value="filtered">filtered ({countText(numbers.length)})</option>}
          <option value="selected">the selected one</option>
        </select>
        <label for="format">as</label>
        <select
          id="format"
          value={format}
          onChange={({ currentTarget }) => setFormat(currentTarget.value as ExportFormat)}
        >
          {exportFormats.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
        <button type="button" class="primary" onClick={save}>
          Save
        </button>
      </div>
      <p class="note" role="status">
        {note}
      </p>
    </section>
  );
}

function download(name: string, blob: Blob): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // Browsers take the address when the click is handled.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
