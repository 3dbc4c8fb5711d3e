/** Everything that happened: bytes that were written, and what the other end made of them. */

import { useEffect, useRef } from 'preact/hooks';
import { fieldsOf } from '../../../pkg/inspect/fields.js';
import { opcodeName } from '../../../pkg/inspect/names.js';
import { hexOf } from '../../../pkg/inspect/visible.js';
import { moveFocus } from '../ui/roving.js';
import { roleName } from './playground-view.js';
import type { Entry } from './world.js';

interface LedgerProps {
  readonly entries: readonly Entry[];
  readonly selected: number | undefined;
  readonly onSelect: (entry: number) => void;
}

/** Lines that are drawn; older ones are in the code. */
const DRAWN = 300;
const BYTES = 12;

export function Ledger({ entries, selected, onSelect }: LedgerProps) {
  const box = useRef<HTMLDivElement>(null);
  const body = useRef<HTMLTableSectionElement>(null);
  useEffect(() => {
    if (box.current !== null) box.current.scrollTop = box.current.scrollHeight;
  }, [entries.length]);
  const first = Math.max(entries.length - DRAWN, 0);
  return (
    <section class="panel ledger" aria-labelledby="ledger-title">
      <div class="panel-head">
        <h2 id="ledger-title">Ledger</h2>
        <p class="hint">Every byte, and every event.</p>
      </div>
      <div class="scroll" ref={box}>
        <table aria-labelledby="ledger-title">
          <thead class="visually-hidden">
            <tr>
              <th scope="col">Who</th>
              <th scope="col">What</th>
              <th scope="col">Bytes</th>
            </tr>
          </thead>
          <tbody ref={body} onKeyDown={(event) => moveFocus(event, body.current, 'tr[tabindex]')}>
            {entries.slice(first).map((entry, number) => {
              const at = first + number;
              const chooses = entry.kind === 'sent';
              return (
                <tr
                  key={at}
                  class={`entry ${entry.kind} ${entry.who}${at === selected ? ' selected' : ''}`}
                  aria-current={at === selected ? 'true' : undefined}
                  tabIndex={chooses ? (at === selected ? 0 : -1) : undefined}
                  onFocus={chooses ? () => onSelect(at) : undefined}
                  onClick={chooses ? () => onSelect(at) : undefined}
                >
                  <EntryCells entry={entry} />
                </tr>
              );
            })}
          </tbody>
        </table>
        {entries.length === 0 && <p class="empty">Nothing has happened yet: send the request.</p>}
      </div>
    </section>
  );
}

function EntryCells({ entry }: { readonly entry: Entry }) {
  const who = roleName(entry.who);
  switch (entry.kind) {
    case 'sent':
      return (
        <>
          <th scope="row">{who} writes</th>
          <td>
            {sentText(entry)}
            {entry.text !== '' && entry.parcel.kind !== 'head' && <span class="hint"> {entry.text}</span>}
          </td>
          <td class="mono">{bytesText(entry.parcel.wire)}</td>
        </>
      );
    case 'received':
      return (
        <>
          <th scope="row">{who} reads</th>
          <td>
            <code>receiveData({entry.bytes.length === 1 ? '1 byte' : `${entry.bytes.length} bytes`})</code>{' '}
            <span aria-hidden="true">→</span>{' '}
            {entry.events.length === 0 ? (
              <span class="hint">no event; {entry.awaits}</span>
            ) : (
              entry.events.map((event, number) => (
                <span key={number} class={event.startsWith('error') ? 'event bad' : 'event'}>
                  {event}
                </span>
              ))
            )}
          </td>
          <td class="mono">{bytesText(entry.bytes)}</td>
        </>
      );
    case 'threw':
      return (
        <>
          <th scope="row">{who} calls</th>
          <td colSpan={2}>
            <span class="event bad">throws: {entry.text}</span>
          </td>
        </>
      );
    case 'transport':
      return (
        <>
          <th scope="row">{who}’s belt</th>
          <td colSpan={2} class="hint">
            {entry.text}
          </td>
        </>
      );
  }
}

function sentText({ parcel: { wire, kind }, text }: Extract<Entry, { kind: 'sent' }>) {
  if (kind === 'head') return <code>{text}</code>;
  const opcode = (wire[0] ?? 0) & 15;
  const payload = fieldsOf(wire).find((field) => field.kind === 'payload');
  return (
    <>
      <span class={`opcode op-${opcode}`}>{opcodeName(opcode)}</span> <span class="value">{payload?.value ?? ''}</span>
    </>
  );
}

const bytesText = (bytes: Uint8Array): string =>
  hexOf(bytes.subarray(0, BYTES), ' ') + (bytes.length > BYTES ? ' …' : '');
