// The inspector over the cases of Autobahn: which are legal the suite says itself, by how it wants the connection to end.

import { Worker } from 'node:worker_threads';

/**
 * What the suite breaks in the cases that are not legal, by the beginning of their number. Errors beyond these are false, and
 * so is their absence.
 */
const broken = {
  2.5: ['control-too-long'],
  3: ['rsv-nonzero'],
  4: ['opcode-reserved'],
  // The second fragment of a Ping or Pong: it was no message that began.
  5.1: ['continuation-orphan', 'control-fragmented'],
  5.2: ['continuation-orphan', 'control-fragmented'],
  5: ['continuation-orphan'],
  5.18: ['message-interrupted'],
  6: ['utf8-invalid'],
  '7.3.2': ['close-body-1'],
  '7.3.6': ['control-too-long'],
  '7.5.1': ['close-reason-utf8'],
  7.9: ['close-code-forbidden'],
  // To the suite it is undecided what follows; RFC 6455 §7.4.2 has no codes above 4999.
  7.13: ['close-code-forbidden'],
};

/** Cases that test what a receiver passes over: the suite breaks a rule itself, and still wants a clean end. */
const passedOver = {
  '7.1.4': ['data-after-close'],
  '7.1.5': ['data-after-close'],
};

/** What a connection that is failed leaves open: the suite ends it, be it inside a message, without an answer. */
const ofFailing = ['close-unanswered', 'no-close-frame', 'truncated'];

/**
 * Looks at connections as a tap hears them, for a run in which the package has that role. `faults` compares what was found with
 * what the run says about its cases, and resolves to lines; `end` ends the thread that looks.
 */
export function inspection(role) {
  const worker = new Worker(new URL('inspect.worker.mjs', import.meta.url));
  const connections = [];
  const judge = role === 'client' ? 's2c' : 'c2s';
  let waiting = 0;
  let failure;
  let look = () => {};
  worker.on('message', ({ index, handshake, findings }) => {
    connections[index] = { handshake, findings };
    waiting -= 1;
    look();
  });
  worker.on('error', (error) => {
    failure = error;
    look();
  });

  return {
    heard(said, index) {
      waiting += 1;
      worker.postMessage({ said, index });
    },

    async faults({ verdicts }) {
      while (waiting > 0 && failure === undefined) {
        await new Promise((resolve) => {
          look = resolve;
        });
      }
      if (failure) throw failure;
      // A client also asks the judge how many cases there are, and for its report.
      const ofCases = connections.filter(({ handshake }) => role === 'server' || handshake.uri.startsWith('/runCase'));
      const cases = Object.entries(verdicts).sort(([, a], [, b]) => (a.started < b.started ? -1 : 1));
      if (ofCases.length !== cases.length) return [`${ofCases.length} connections of ${cases.length} cases`];
      return cases.flatMap(([id, verdict], index) => faultsOf(id, verdict, ofCases[index], judge));
    },

    end: () => worker.terminate(),
  };
}

function faultsOf(id, { isLegal, request }, { handshake, findings }, judge) {
  if (!request.includes(handshake.key)) return [`${id}: the capture is of another case`];
  const [errors, warnings] = ['error', 'warn'].map((level) => findings.filter((finding) => finding.level === level));
  const expected = (isLegal ? passedOver[id] : broken[longestBeginning(id)]) ?? [];
  const found = [...new Set(errors.map((finding) => finding.id))].sort();
  const faults = [];
  if (found.join() !== expected.join())
    faults.push(`${id}: ${found.join(', ') || 'no error'} instead of ${expected.join(', ') || 'none'}`);
  for (const { id: rule } of errors.filter(({ dir }) => dir !== judge)) faults.push(`${id}: ${rule} of who is judged`);
  const beyond = warnings.filter((finding) => isLegal || !ofFailing.includes(finding.id));
  for (const { id: rule, dir } of beyond) faults.push(`${id}: ${rule} ${dir}`);
  return faults;
}

function longestBeginning(id) {
  const beginnings = Object.keys(broken).filter((key) => id === key || id.startsWith(`${key}.`));
  return beginnings.sort((a, b) => b.length - a.length)[0];
}
