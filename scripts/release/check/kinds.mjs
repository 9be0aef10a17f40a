// A package of each kind of plugin, from `npm create` to a run that takes it by its name.
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { consumer } from './consumer.mjs';
import { program } from './program.mjs';

/**
 * @param outside an empty folder
 * @param author environment of who writes them
 * @param creating that of `npm create`
 */
export async function livedKinds(kinds, { outside, author, creating, step, registry }) {
  if (kinds.length === 0) return;
  const person = await consumer(join(outside, 'by-kinds'), { manager: 'npm', ...registry });
  await person.draw();
  for (const kind of kinds) {
    step(
      `raremask new ${kind}: npm install && npm test passes at once, its tarball is trained with`,
    );
    const name = `raremask-${kind}-fresh`;
    const folder = join(outside, name);
    const create = ['create', '--yes', 'raremask-plugin@latest', '--', kind, name];
    await program(outside, creating, 'npm', ...create);
    await tried(folder, author);
    await program(folder, author, 'npm', 'pack');
    const tarball = readdirSync(folder).find((file) => file.endsWith('.tgz'));
    await person.add(join(folder, tarball));
    await person.raremask('plugins', 'check', name);
    await person.train(kind, { loss: '@raremask/loss-ce', also: printedIn(folder) });
    rmSync(folder, { recursive: true });
  }
}

/** A new package in which everything passes that its CONTRIBUTING.md names. */
export async function tried(folder, env) {
  await program(folder, env, 'npm', 'install', '--no-audit', '--no-fund');
  await program(folder, env, 'npm', 'test');
  await program(folder, env, 'npm', 'run', 'lint');
  await program(folder, env, 'npm', 'run', 'lint:package');
}

/** What its README says to write into a manifest. */
function printedIn(folder) {
  const file = join(folder, 'README.md');
  const [, text] =
    (existsSync(file) && /```yaml\n([\s\S]*?)```/.exec(readFileSync(file, 'utf8'))) || [];
  if (text === undefined) throw new Error(`${file} prints no manifest`);
  return parse(text);
}
