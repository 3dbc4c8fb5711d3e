// What a run has to come to.

const CASES =
  'https://github.com/crossbario/autobahn-testsuite/blob/5c9f34156ca259336f55bdbaec696179a4836f56/autobahntestsuite/autobahntestsuite/case';

/** Cases for which the suite has no other verdict, whatever is done. */
export const undecided = {
  '7.1.6':
    'what is answered before a Close that comes right behind two messages, one of 256 KiB and a short one, is left to the implementation. ' +
    `[It expects](${CASES}/case7_1_6.py) an echo of the short one alone, or none: an echo of both differs from that`,
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
