// What a run has to come to.

/** Cases for which the suite has no other verdict, whatever is done. */
export const undecided = {
  '7.1.6': 'whether a message of 256 KiB is answered before the Close behind it is left to the implementation',
  '7.13.1': 'what follows a Close with the code 5000 is not defined',
  '7.13.2': 'what follows a Close with the code 65535 is not defined',
};

/** Everything that is not as it should be, as lines. */
export function faultsOf({ agents, verdicts }, agent, { count }) {
  const faults = Object.entries(verdicts)
    .filter(([id, verdict]) => !isRight(id, verdict))
    .map(([id, { behavior, behaviorClose, result, resultClose }]) =>
      [`${id}: ${behavior}, ${behaviorClose}`, result, resultClose].filter(Boolean).join('; '),
    );
  const found = Object.keys(verdicts).length;
  if (found !== count) faults.push(`${found} cases instead of ${count}`);
  if (agents.length !== 1 || agents[0] !== agent) faults.push(`agents ${agents.join(', ')} instead of ${agent}`);
  return faults;
}

function isRight(id, { behavior, behaviorClose }) {
  const wanted = id in undecided ? 'INFORMATIONAL' : 'OK';
  return behavior === wanted && behaviorClose === wanted;
}
