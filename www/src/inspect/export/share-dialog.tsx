/** Out of the page: a link with the capture in it, and files. */

import { useEffect, useState } from 'preact/hooks';
import { CopyButton } from '../../ui/copy.js';
import { Dialog } from '../../ui/dialog.js';
import { countText } from '../../ui/formats.js';
import { COMFORTABLE, encodeLink, LARGEST, type LinkHead } from '../link.js';
import { encodeSampleLink } from '../sample-link.js';
import type { Opened } from '../session.js';
import { linkBytes } from './content.js';
import { type ExportFormat, exportFile, exportFormats } from './formats.js';
import { structureOnly } from './structure.js';

interface ShareDialogProps {
  readonly opened: Opened;
  readonly head: LinkHead;
  /** What the list is filtered by, as one expression; empty for everything. */
  readonly filter: string;
  /** Frames that it lets through, where there is one. */
  readonly matching: number | undefined;
  readonly selected: number;
  readonly onClose: () => void;
}

type Extent = 'all' | 'filtered' | 'selected';

export function ShareDialog({ opened, head, filter, matching, selected, onClose }: ShareDialogProps) {
  return (
    <Dialog title="Share and export" onClose={onClose}>
      <div class="share">
        <LinkPart opened={opened} head={head} />
        <ExportPart opened={opened} filter={filter} matching={matching} selected={selected} />
      </div>
    </Dialog>
  );
}

function LinkPart({ opened, head }: Pick<ShareDialogProps, 'opened' | 'head'>) {
  const [structure, setStructure] = useState(false);
  const [link, setLink] = useState<string>();
  const [fault, setFault] = useState<string>();
  const { input } = opened;
  useEffect(() => {
    let current = true;
    setLink(undefined);
    setFault(undefined);
    const make = async () => {
      if (input.kind === 'sample' && !structure) return encodeSampleLink(input.sample, head);
      const content = structure ? await structureOnly(opened) : await linkBytes(opened);
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
        Structure only: payload becomes filler of the same length, and of heads stays what makes the handshake
      </label>
      {structure && opened.connections.some(({ compressed }) => compressed) && (
        <p class="note warn" role="status">
          This capture has compressed messages. Filler is no DEFLATE: whoever opens the link sees each of them as it is
          on the wire, with inflate-error, and nothing of what was wrong with their content.
        </p>
      )}
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

function ExportPart({ opened, filter, matching, selected }: Omit<ShareDialogProps, 'head' | 'onClose'>) {
  const [extent, setExtent] = useState<Extent>(filter === '' ? 'all' : 'filtered');
  const [format, setFormat] = useState<ExportFormat>('NDJSON');
  const [note, setNote] = useState('');
  const save = async () => {
    const chosen = extent === 'selected' ? `n == ${selected}` : extent === 'filtered' ? filter : '';
    setNote('Writing …');
    try {
      const { name, blob } = await exportFile(opened, format, chosen);
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
          {filter !== '' && <option value="filtered">filtered ({countText(matching ?? opened.summary.frames)})</option>}
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
