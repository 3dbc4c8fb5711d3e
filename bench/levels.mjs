// What each level of compression costs and saves: node bench/levels.mjs [--quick]

import { parseArgs } from 'node:util';
import { inLanes, ourLane } from './deflate.mjs';
import { effort, printTable, time } from './lib/compare.mjs';
import { messages, SIZES } from './lib/messages.mjs';

const { values } = parseArgs({ options: { quick: { type: 'boolean' } } });

const rows = [];
for (const takeover of [true, false]) {
  for (const [label, [size, count]] of Object.entries(SIZES)) {
    const texts = messages(size, count);
    for (const level of [1, 2, 3, 4, 6, 9]) {
      const lane = ourLane({ takeover, level });
      const bytes = texts.reduce((sum, text) => sum + lane.compress(text).length, 0);
      const ns = await time(inLanes([lane], texts, 'compress'), effort(values.quick));
      rows.push({
        takeover,
        size: label,
        level,
        µs: (ns / 1000).toFixed(1),
        'of the size': `${((100 * bytes) / (texts.length * size)).toFixed(1)} %`,
      });
    }
  }
}
printTable(rows);
