/** A command line that asks for what is not possible: exit code 2, with a pointer to the help. Its message is safe to print. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
