// Debian's packages, where there is apt-get and the right to use it.

import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from './failure.mjs';
import { which } from './paths.mjs';
import { outputOf, run } from './run.mjs';
import { tail } from './rust.mjs';

/** Installs packages, waiting for another apt to end; or fails with the command to type. */
export async function aptInstall(packages, line) {
  const remedy = `apt-get install -y --no-install-recommends ${packages.join(' ')}`;
  const missing = `not on this machine: ${packages.join(', ')}`;
  if (!which('apt-get')) throw new Failure(`${missing}, and there is no apt-get`, `install them; on Debian: ${remedy}`);
  const prefix = await privilege();
  if (!prefix) throw new Failure(`${missing}, and installing takes root`, `sudo ${remedy}`);

  const apt = (...args) => {
    const all = [
      ...prefix,
      'env',
      'DEBIAN_FRONTEND=noninteractive',
      'apt-get',
      '-o',
      'DPkg::Lock::Timeout=300',
      ...args,
    ];
    return run(all[0], all.slice(1), { onLine: line });
  };

  // With stale lists apt installs what is too old, if the mirror still has it. That they cannot be renewed is no failure: what is
  // asked for may be at hand.
  await apt('update');
  const { code, output } = await apt('install', '-y', '--no-install-recommends', ...packages);
  if (code !== 0) throw new Failure(`apt-get could not install ${packages.join(', ')}:\n${tail(output)}`, remedy);
}

/**
 * Unpacks packages into a folder, without installing them: nothing of the machine is changed and no service is started.
 * Takes no rights, but where there are no package lists yet.
 */
export async function aptUnpack(packages, folder, line) {
  const missing = `not on this machine: ${packages.join(', ')}`;
  if (!which('apt-get')) throw new Failure(`${missing}, and there is no apt-get`, 'install them yourself');
  const download = () => run('apt-get', ['download', ...packages], { onLine: line, cwd: folder });
  if ((await download()).code !== 0) {
    const prefix = await privilege();
    if (!prefix) throw new Failure(`${missing}, and apt-get could not download them`, 'sudo apt-get update');
    await run([...prefix, 'apt-get'][0], [...prefix, 'apt-get', 'update'].slice(1), { onLine: line });
    const { code, output } = await download();
    if (code !== 0)
      throw new Failure(`apt-get could not download ${packages.join(', ')}:\n${tail(output)}`, 'apt-get update');
  }
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.deb'))) {
    const { code, output } = await run('dpkg-deb', ['-x', name, '.'], { onLine: line, cwd: folder });
    if (code !== 0) throw new Failure(`dpkg-deb could not unpack ${name}:\n${tail(output)}`, `rm -r ${folder}`);
    rmSync(join(folder, name));
  }
}

/** What to put before a command that needs root: nothing, sudo, or undefined if neither will do. */
async function privilege() {
  if (process.getuid?.() === 0) return [];
  return (await outputOf('sudo', ['-n', 'true'])) === undefined ? undefined : ['sudo', '-n'];
}
