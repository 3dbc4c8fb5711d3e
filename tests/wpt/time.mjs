// Waiting for what should not happen. Nothing here is a measure: a slow machine waits longer and sees the same.

export const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Lets many tasks pass, so that whatever is on its way in memory arrives. */
export async function quiet(milliseconds = 40) {
  await pause(milliseconds);
  for (let turn = 0; turn < 20; turn += 1) await pause(0);
}
