/** Something a person can mend: shown without a stack trace. `remedy` is what to type. */
export class Failure extends Error {
  constructor(message, remedy) {
    super(message);
    this.remedy = remedy;
  }
}

/** Shows an error as far as it helps: all of it if it is not a `Failure`. */
export function report(error) {
  if (!(error instanceof Failure)) return console.error(error);
  console.error(`\nerror: ${error.message}`);
  if (error.remedy) console.error(`  To mend it: ${error.remedy}`);
}

/** Runs a command's main function; a failure becomes a message on stderr and exit code 1. */
export async function main(body) {
  try {
    await body();
  } catch (error) {
    process.exitCode = 1;
    report(error);
  }
}
