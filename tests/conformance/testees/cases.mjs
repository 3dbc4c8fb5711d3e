// A client's way through the cases of a judge that listens.

/**
 * Opens the connection of each case in turn, then asks for the report.
 *
 * - `visit(path, receive)`: opens a connection and resolves once it has ended, however that came about. Messages are sent
 *   back; with `receive` they are handed to it instead.
 * - `agent`: the name in the report.
 * - `visited()`: called after each case.
 */
export async function runCases(visit, agent, visited) {
  let count;
  // On a busy machine a judge may give up on a handshake, again and again: here that decides nothing yet.
  for (let attempt = 0; count === undefined && attempt < 30; attempt += 1) {
    await visit('/getCaseCount', (text) => {
      count = Number(text);
    });
  }
  if (!Number.isInteger(count)) throw new Error('the judge did not say how many cases there are');
  for (let number = 1; number <= count; number += 1) {
    await visit(`/runCase?case=${number}&agent=${agent}`);
    visited();
  }
  await visit(`/updateReports?agent=${agent}&shutdownOnComplete=true`);
}
