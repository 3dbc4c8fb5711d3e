// Where things are in the repository, and the environment in which its tools run.

import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');
/** Everything that setup installs, except rustup's parts, Debian's packages and node_modules. */
export const toolsDir = join(root, '.tools');
export const pkgDir = join(root, 'pkg');
export const targetDir = process.env.CARGO_TARGET_DIR ?? join(root, 'target');

/** An absolute path inside the repository. */
export const at = (...parts) => join(root, ...parts);

/** This process's environment with the repository's own tools first on PATH. */
export const toolEnv = {
  ...process.env,
  PATH: [join(toolsDir, 'bin'), at('node_modules', '.bin'), process.env.PATH].join(delimiter),
};

/** The first program of these names on PATH, as an absolute path. */
export function which(...names) {
  for (const name of names) {
    for (const dir of toolEnv.PATH.split(delimiter)) {
      const path = join(dir, name);
      if (isProgram(path)) return path;
    }
  }
  return undefined;
}

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
