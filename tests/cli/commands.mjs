// The table of commands, from the sources: the command that is published is one file.

import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const { outputFiles } = await build({
  entryPoints: [fileURLToPath(new URL('../../js/cli/commands.ts', import.meta.url))],
  bundle: true,
  format: 'esm',
  platform: 'node',
  external: ['sansocket'],
  write: false,
});

export const { commands } = await import(
  `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`
);
