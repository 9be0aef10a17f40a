// A copy of the working tree, in which versions may be changed.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from '../workspace.mjs';

/** Copies what git knows and what is built; the modules are those of the workspace. */
export function copyWorkspace(folder) {
  const files = execFileSync('git', ['ls-files', '-z', '-co', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  })
    .split('\0')
    .filter((file) => file !== '' && existsSync(join(root, file)));
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(root, file), join(folder, file), { verbatimSymlinks: true });
  }
  for (const name of readdirSync(join(root, 'packages'))) {
    const dist = join('packages', name, 'dist');
    cpSync(join(root, dist), join(folder, dist), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  commit(folder, 'as it is', true);
}

/** Records everything; changelogs name the commits of their changesets. */
export function commit(folder, message, begin = false) {
  const git = (...parameters) =>
    execFileSync(
      'git',
      ['-c', 'user.name=check', '-c', 'user.email=check@localhost', ...parameters],
      {
        cwd: folder,
        stdio: 'pipe',
      },
    );
  if (begin) git('init', '--quiet', '--initial-branch=main');
  git('add', '--all');
  git('commit', '--quiet', '--allow-empty', '--message', message);
}
