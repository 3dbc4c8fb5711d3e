// Another chance for cases that a clock has decided: on a busy machine a judge gives up on whoever is right.

import { judged } from './run.mjs';

/**
 * Resolves to the verdicts as {@link judged} does. The cases for which the judge would not wait any longer are run once more, by
 * themselves, and the second verdict counts; `again` has the first: `{ case: { behavior, behaviorClose, … } }`.
 */
export async function judgedFairly(order, run = judged) {
  const { agents, verdicts } = await run(order);
  const again = Object.fromEntries(Object.entries(verdicts).filter(([, verdict]) => isLate(verdict)));
  const patterns = Object.keys(again);
  if (patterns.length > 0) {
    const folder = `${order.testee}-${order.role}-again`;
    const second = await run({ ...order, selection: { patterns, count: patterns.length }, folder, heard: undefined });
    for (const [id, { behavior, behaviorClose, result, resultClose }] of Object.entries(second.verdicts)) {
      verdicts[id] = { ...verdicts[id], behavior, behaviorClose, result, resultClose };
    }
  }
  return { agents, verdicts, again };
}

/** Whether the judge cut the closing handshake short, or names the seconds that it has waited. */
const isLate = ({ behaviorClose, result }) => behaviorClose === 'UNCLEAN' || /within \d+ seconds/.test(result);
