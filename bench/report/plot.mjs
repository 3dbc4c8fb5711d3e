// The plot: how many times as long ws takes, a row for each workload, a dot for each size, on a logarithmic scale.

import { ROWS, SIZES } from './goals.mjs';

const WIDTH = 900;
const LEFT = 312;
const RIGHT = 24;
const TOP = 56;
const ROW = 24;
const [LEAST, MOST] = [1 / 16, 32];
const TICKS = [1 / 16, 1 / 8, 1 / 4, 1 / 2, 1, 2, 4, 8, 16, 32];

/** From small to large messages, readable on white and on black. */
const COLORS = ['#1f6feb', '#1a9e8f', '#8a9a10', '#d97706', '#d1366f'];

/** On a dark page the same in lighter tones. */
const STYLE = `
  text { font: 13px system-ui, sans-serif; fill: #24292f; }
  .small { font-size: 11px; fill: #57606a; }
  .grid { stroke: #d0d7de; }
  .even { stroke: #57606a; stroke-width: 1.5; }
${COLORS.map((color, i) => `  .s${i} { fill: ${color}; }`).join('\n')}
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .small { fill: #9198a1; }
    .grid { stroke: #3d444d; }
    .even { stroke: #9198a1; }
${['#58a6ff', '#3fc9b8', '#c3d22f', '#f0a04b', '#f778ba'].map((color, i) => `    .s${i} { fill: ${color}; }`).join('\n')}
  }
`;

const x = (ratio) => {
  const within = Math.min(MOST, Math.max(LEAST, ratio));
  return LEFT + ((WIDTH - LEFT - RIGHT) * Math.log(within / LEAST)) / Math.log(MOST / LEAST);
};
const at = (number) => number.toFixed(1);
const text = (x, y, content, more = '') => `<text x="${at(x)}" y="${at(y)}"${more}>${content}</text>`;
const fraction = (tick) => (tick < 1 ? `1/${1 / tick}` : String(tick));

/** The plot as SVG. */
export function plot({ codec }) {
  const height = TOP + ROWS.length * ROW + 34;
  const bottom = height - 30;
  const parts = [];
  for (const [i, size] of SIZES.entries()) {
    const left = LEFT + i * 76;
    parts.push(`<circle class="s${i}" cx="${left + 5}" cy="18" r="5"/>`, text(left + 15, 22, size));
  }
  for (const tick of TICKS) {
    parts.push(
      `<line class="${tick === 1 ? 'even' : 'grid'}" x1="${at(x(tick))}" x2="${at(x(tick))}" y1="${TOP - 14}" y2="${bottom}"/>`,
      text(x(tick), bottom + 16, fraction(tick), ' class="small" text-anchor="middle"'),
    );
  }
  parts.push(text(x(1) + 6, TOP - 18, 'this package is ahead →', ' class="small"'));
  parts.push(text(x(1) - 6, TOP - 18, '← ws is ahead', ' class="small" text-anchor="end"'));
  for (const [row, name] of ROWS.entries()) {
    const y = TOP + row * ROW + ROW / 2;
    parts.push(text(LEFT - 12, y + 4, name, ' text-anchor="end"'));
    for (const [i, size] of SIZES.entries()) {
      const cell = codec.find((one) => one.name === name && one.size === size && one.peer === 'ws');
      if (cell === undefined) continue;
      const title = `<title>${name}, ${size}: ${cell.ratio.toFixed(2)}</title>`;
      parts.push(`<circle class="s${i}" cx="${at(x(cell.ratio))}" cy="${at(y)}" r="5">${title}</circle>`);
    }
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img">
<title>How many times as long ws takes, by workload and size of the message</title>
<style>${STYLE}</style>
${parts.join('\n')}
</svg>
`;
}
