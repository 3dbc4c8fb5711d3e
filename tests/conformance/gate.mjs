// What a run has to come to.

/** Cases for which the suite has no other verdict, whatever is done. */
export const undecided = {
  '7.1.6': 'whether a message of 256 KiB is answered before the Close behind it is left to the implementation',
  '7.13.1': 'what follows a Close with the code 5000 is not defined',
  '7.13.2': 'what follows a Close with the code 65535 is not defined',
};

/**
 * Cases with a message, and a fault right behind it. To answer the message before the connection fails is what the suite calls
 * strict. The codec does; the class hands what came together with the opening handshake to listeners in a task of its own, and by
 * then the fault may have been answered.
 */
export const late = ['3.2', '3.3', '3.4', '4.1.3', '4.1.4', '4.1.5', '4.2.3', '4.2.4', '4.2.5', '5.15'];

/** Everything that is not as it should be, as lines. `strict`: whether {@link late} has to be OK as well. */
export function faultsOf({ agents, verdicts }, agent, { count }, { strict = true } = {}) {
  const faults = Object.entries(verdicts)
    .filter(([id, verdict]) => !isRight(id, verdict, strict))
    .map(([id, { behavior, behaviorClose, result, resultClose }]) =>
      [`${id}: ${behavior}, ${behaviorClose}`, result, resultClose].filter(Boolean).join('; '),
    );
  const found = Object.keys(verdicts).length;
  if (found !== count) faults.push(`${found} cases instead of ${count}`);
  if (agents.length !== 1 || agents[0] !== agent) faults.push(`agents ${agents.join(', ')} instead of ${agent}`);
  return faults;
}

function isRight(id, { behavior, behaviorClose }, strict) {
  const wanted = id in undecided ? 'INFORMATIONAL' : 'OK';
  const tolerated = !strict && late.includes(id) && behavior === 'NON-STRICT';
  return (behavior === wanted || tolerated) && behaviorClose === wanted;
}
