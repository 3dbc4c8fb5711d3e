// Tables of Markdown out of bench/results.json, a function for each.

import { bytes, digits, ns } from '../lib/figures.mjs';
import { DEFLATE_GOALS, GOALS, ROWS, SIZES } from './goals.mjs';

const line = (cells) => `| ${cells.join(' | ')} |\n`;
const table = (head, rows) => line(head) + line(head.map(() => '---')) + rows.map(line).join('');

const ratio = (value) => value.toFixed(2);
const capital = (text) => text[0].toUpperCase() + text.slice(1);

/** The days, the machine, the versions. */
function machine({ dates, machine: { cpu, cores, memory, os }, versions }) {
  const days = Object.values(dates).sort();
  const when = days[0] === days.at(-1) ? `on ${days[0]}` : `from ${days[0]} to ${days.at(-1)}`;
  const names = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `Measured ${when}: ${cores} × ${cpu}, ${bytes(memory)} of memory, ${os}; ${names.join(', ')}.\n`;
}

/** The cell of a workload, if it was measured. */
const find = (results, name, size, peer) =>
  results.find((one) => one.name === name && one.size === size && one.peer === peer);

/** A ratio, and in brackets the goal if there is one. */
const withGoal = (result, goal) => {
  if (result === undefined) return '';
  return goal === undefined ? ratio(result.ratio) : `${ratio(result.ratio)} (${goal})`;
};

/** Ratios against ws, by workload and size. */
const codec = ({ codec }) =>
  table(
    ['against ws', ...SIZES],
    ROWS.map((name) => [name, ...SIZES.map((size, i) => withGoal(find(codec, name, size, 'ws'), GOALS[name]?.[i]))]),
  );

/** The other peers. */
function peers({ codec }) {
  const rows = [
    ['decode unmasked text', 'undici'],
    ['decode unmasked binary', 'undici'],
    ['encode masked text, corked', 'undici'],
    ['decode masked text', 'websocket-driver'],
    ['encode masked text, corked', 'websocket-driver'],
  ];
  return table(
    ['', 'against', ...SIZES],
    rows.map(([name, peer]) => [name, peer, ...SIZES.map((size) => withGoal(find(codec, name, size, peer)))]),
  );
}

/** permessage-deflate. */
function deflate({ codec }) {
  const sizes = ['190 B', '2 KiB', '64 KiB'];
  const rows = ['inflate, takeover', 'inflate, no takeover', 'compress, takeover', 'compress, no takeover'].flatMap(
    (name) => ['ws', 'ws, ten in flight', 'zlib, sync'].map((peer) => [name, peer]),
  );
  const goal = (name, peer, i) => (peer === 'ws' ? DEFLATE_GOALS[name]?.[i] : undefined);
  return table(
    ['level 6', 'against', ...sizes],
    rows.map(([name, peer]) => [
      name,
      peer,
      ...sizes.map((size, i) => withGoal(find(codec, name, size, peer), goal(name, peer, i))),
    ]),
  );
}

/** What is measured in processes of their own. */
function processes({ codec }) {
  const rows = codec.filter(({ name }) => /^(one message|import|memory)/.test(name));
  const side = (row, who) => {
    const [time, memory] = [row[`${who}_ns`], row[`${who}_bytes`]];
    return [time && ns(time), memory && bytes(memory)].filter(Boolean).join(', ');
  };
  return table(
    ['', '', 'this package', 'ws', 'ratio'],
    rows.map((row) => [capital(row.name), row.size, side(row, 'ours'), side(row, 'peer'), ratio(row.ratio)]),
  );
}

const microseconds = (value) => (value === undefined ? '' : digits(value));

/** The whole path. */
const path = ({ path: { messages } }) =>
  table(
    [
      'µs of processor time a message',
      'floor',
      'ws',
      'this package',
      'by hand',
      'times the floor',
      'against ws',
      'by hand, against ws',
      'memory: ws',
      'ours',
    ],
    messages.map(({ name, microseconds: spent, ofFloor, againstWs, byHand, goal, memory }) => [
      name,
      microseconds(spent.floor),
      microseconds(spent.ws),
      microseconds(spent.sansocket),
      microseconds(spent.connection),
      ofFloor === undefined ? '' : `${ratio(ofFloor)}${goal.ofFloor ? ` (≤ ${goal.ofFloor})` : ''}`,
      `${ratio(againstWs)} (≥ ${goal.againstWs})`,
      byHand === undefined ? '' : ratio(byHand),
      bytes(memory.ws),
      bytes(memory.sansocket),
    ]),
  );

/** Idle connections of a server. */
const held = ({ path: { connections } }) =>
  table(
    ['an idle connection of a server', 'floor', 'ws', 'this package', 'by hand'],
    connections.map(({ name, bytes: { floor, ws, sansocket, connection } }) => [
      name.replace(', idle', ''),
      floor === undefined ? '' : bytes(floor),
      bytes(ws),
      bytes(sansocket),
      connection === undefined ? '' : bytes(connection),
    ]),
  );

/** The crate among crates. */
function native({ native }) {
  const crates = Object.keys(native[0].ns);
  return table(
    ['', 'size', ...crates, 'against the fastest'],
    native.map(({ name, size, ns: measured, ratio: against }) => [
      name,
      size,
      ...crates.map((crate) => ns(measured[crate])),
      `${ratio(against)} (0.9)`,
    ]),
  );
}

/** Other runtimes. */
function runtimes({ runtimes }) {
  const names = runtimes[0].results.map(({ name }) => name);
  const cell = ({ results }, name) => {
    const { ours_ns, ratio: against } = results.find((result) => result.name === name);
    return against === undefined ? ns(ours_ns) : `${ns(ours_ns)} (${ratio(against)})`;
  };
  return table(
    ['', ...runtimes.map(({ runtime, version }) => `${runtime} ${version.split('.').slice(0, 2).join('.')}`)],
    [
      ...names.map((name) => [name, ...runtimes.map((runtime) => cell(runtime, name))]),
      [
        'a message to the platform’s own `WebSocket`, 125 B',
        ...runtimes.map(({ platform_ns }) => (platform_ns === undefined ? '–' : ns(platform_ns))),
      ],
    ],
  );
}

/** With and without SIMD. */
const simd = ({ simd: { results, gzip } }) =>
  table(
    ['', 'SIMD', 'no SIMD', 'ratio'],
    [
      ...results.map(({ name, ours_ns, peer_ns, ratio: against }) => [name, ns(ours_ns), ns(peer_ns), ratio(against)]),
      ['bytes after gzip', String(gzip.simd), String(gzip.plain), ratio(gzip.plain / gzip.simd)],
    ],
  );

/** The modules, by crate. What is less than a hundredth goes together. */
function size({ size }) {
  const [full, small] = Object.values(size);
  const total = (sizes) => Object.values(sizes).reduce((sum, one) => sum + one, 0);
  const large = Object.keys(full).filter((part) => full[part] >= total(full) / 100);
  const rest = (sizes) => total(Object.fromEntries(Object.entries(sizes).filter(([part]) => !large.includes(part))));
  const row = (name, a, b) => [name, String(a), `${((100 * a) / total(full)).toFixed(1)} %`, String(b)];
  return table(
    [
      'bytes before gzip',
      ...Object.keys(size).flatMap((name, i) => (i === 0 ? [`\`${name}\``, ''] : ['without compression'])),
    ],
    [
      ...large.map((part) => row(/[ ]/.test(part) ? part : `\`${part}\``, full[part], small[part] ?? 0)),
      row('the rest', rest(full), rest(small)),
      row('all', total(full), total(small)),
    ],
  );
}

/** For the README: rows that stand for the rest, good and bad alike. */
function summary(results) {
  const rows = [
    'decode masked text',
    'decode masked non-ASCII text',
    'decode masked binary, copied',
    'decode masked binary, in the chunk',
    'encode masked text, corked',
    'encode unmasked binary, corked',
  ];
  const { messages } = results.path;
  const echo = (variant, size) => {
    const cells = messages.filter(({ name }) => name.startsWith(`${variant}, ${size}, `));
    return cells
      .map(({ name, againstWs }) => `${ratio(againstWs)} at ${name.split(', ')[2].replace(' in flight', '')}`)
      .join(', ');
  };
  return (
    table(
      ['', ...SIZES],
      rows.map((name) => [name, ...SIZES.map((size) => withGoal(find(results.codec, name, size, 'ws')))]),
    ) +
    `\nA whole echo server on Node, against ws, by messages in flight on each of 100 connections:\n\n` +
    table(
      ['', '64 B', '1 KiB', '64 KiB'],
      ['plain', 'tls', 'deflate'].map((variant) => [
        variant,
        ...['64 B', '1 KiB', '64 KiB'].map((size) => echo(variant, size)),
      ]),
    )
  );
}

/** Each by its name in the documents. */
export const TABLES = { machine, codec, peers, deflate, processes, path, held, native, runtimes, simd, size, summary };
