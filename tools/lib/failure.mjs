/** Something a person can mend: shown without a stack trace. `remedy` is what to type. */
export class Failure extends Error {
  constructor(message, remedy) {
    super(message);
    this.remedy = remedy;
  }
}

/** Runs a command's main function; a failure becomes a message on stderr and exit code 1. */
export async function main(body) {
  try {
    await body();
  } catch (error) {
    process.exitCode = 1;
    if (!(error instanceof Failure)) throw error;
    console.error(`\nerror: ${error.message}`);
    if (error.remedy) console.error(`  To mend it: ${error.remedy}`);
  }
}
