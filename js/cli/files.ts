/** What is known of files by their names. */

import { fstatSync, type Stats, statSync } from 'node:fs';

/** What a name, `-` for standard input, stands for; `undefined` if there is nothing, or the name cannot be one. */
export function statOf(file: string): Stats | undefined {
  try {
    return file === '-' ? fstatSync(0) : statSync(file);
  } catch {
    return undefined;
  }
}
