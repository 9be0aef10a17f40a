import { spawnSync } from 'node:child_process';
import { packFailed } from '@raremask/backends';

/** Ways to pip: as Python brings it, and as uv does. */
const PIPS: readonly (readonly [string, ...string[]])[] = [
  ['python3', '-m', 'pip'],
  ['uvx', 'pip'],
];

/**
 * Fetches wheels from the index of Python that this user has set up.
 *
 * @param options further ones of pip download
 * @throws RaremaskError where no pip is there, or the index does not have them
 */
export function fetchWheels(
  requirements: readonly string[],
  folder: string,
  options: readonly string[] = [],
): void {
  let failure: string | undefined;
  const wanted = ['--only-binary=:all:', ...options, '--dest', folder, ...requirements];
  for (const [command, ...first] of PIPS) {
    const { status, stderr, error } = spawnSync(command, [...first, 'download', ...wanted], {
      encoding: 'utf8',
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    if (status === 0) return;
    const said = error?.message ?? stderr.split('\n').findLast((line) => /error/i.test(line));
    failure ??= said ?? `${command} ended with ${status}`;
  }
  throw packFailed(`pip download ${requirements.join(' ')}`, failure!);
}
