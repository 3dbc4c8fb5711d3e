// Python environments in .tools: each for one program.

import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Failure } from './failure.mjs';
import { toolsDir, which } from './paths.mjs';
import { run } from './run.mjs';
import { tail } from './rust.mjs';

const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];

/**
 * An environment with the packages of `requirements`, each at its version. `python` is its interpreter, `present` and
 * `bring` are what a step has. `create(folder)` gives the commands that make it empty.
 */
function environment(name, requirements, create = (folder) => [['python3', '-m', 'venv', folder]]) {
  const folder = join(toolsDir, name);
  const python = join(folder, 'bin', 'python');
  const stamp = join(folder, `.${requirements[0]}`);
  return {
    python,
    present: () => existsSync(stamp),
    async bring(line) {
      rmSync(folder, { recursive: true, force: true });
      for (const [command, ...args] of [...create(folder), [python, ...install, ...requirements]]) {
        const { code, output } = await run(command, args, { onLine: line });
        if (code !== 0)
          throw new Failure(
            `the Python environment could not be made:\n${tail(output)}`,
            `${command} ${args.join(' ')}`,
          );
      }
      // Written last: an interrupted run starts over.
      writeFileSync(stamp, '');
    },
  };
}

export const websockets = environment('venv', ['websockets==17.4']);

/** Runs Autobahn's cases on any current Python. */
export const kosoku = environment('kosoku', ['kosoku==0.1.0']);

/** A Python 2.7, or undefined: on PATH, or among those of pyenv. */
export function python2() {
  const versions = join(process.env.PYENV_ROOT ?? join(homedir(), '.pyenv'), 'versions');
  const kept = existsSync(versions) ? readdirSync(versions).filter((version) => version.startsWith('2.7.')) : [];
  const candidates = kept.map((version) => join(versions, version, 'bin', 'python2.7'));
  return candidates.find((path) => existsSync(path)) ?? which('python2.7');
}

const autobahn = `autobahntestsuite==25.10.1 autobahn==0.10.9 Twisted==19.10.0 txaio==2.1.0 zope.interface==4.6.0
  incremental==16.10.1 constantly==15.1.0 Automat==22.10.0 attrs==21.4.0 hyperlink==21.0.0 idna==2.10 typing==3.10.0.0
  PyHamcrest==1.10.1 six==1.16.0 setuptools==44.0.0 cryptography==3.3.2 cffi==1.15.1 pycparser==2.21 enum34==1.1.10
  ipaddress==1.0.23 pyOpenSSL==19.1.0 service-identity==18.1.0 pyasn1==0.5.1 pyasn1-modules==0.3.0 Jinja2==2.11.3
  MarkupSafe==1.1.1 Werkzeug==1.0.1 klein==17.10.0 unittest2==1.1.0 traceback2==1.4.0 linecache2==1.0.0
  argparse==1.4.0 wsaccel==0.6.6 ujson==2.0.3`;

/** Autobahn's own runner, which never came further than Python 2.7. The last virtualenv that still makes such environments makes it. */
export const wstest = environment('wstest', autobahn.split(/\s+/), (folder) => {
  const maker = join(toolsDir, 'virtualenv');
  return [
    ['python3', '-m', 'venv', maker],
    [join(maker, 'bin', 'python'), ...install, 'virtualenv==20.21.1'],
    [join(maker, 'bin', 'virtualenv'), '--quiet', '--python', python2() ?? 'python2.7', folder],
  ];
});
