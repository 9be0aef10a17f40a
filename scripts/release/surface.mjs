// What others see of each package: npm run surface [-- --write | --since BRANCH]. Without either, it is compared with
// what is written down in surface/, and the changesets that wait with what has changed since the last release.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { changesBetween } from './surface/compare.mjs';
import { renderSurface } from './surface/render.mjs';
import { complaint, surfaceFile, tooSmall } from './surface/sizes.mjs';
import { publishedPackages } from './workspace.mjs';

const { values } = parseArgs({
  options: { write: { type: 'boolean' }, since: { type: 'string' } },
});
const wrong = [];
for (const package_ of publishedPackages()) {
  const file = surfaceFile(package_);
  const now = await renderSurface(package_);
  const before = existsSync(file) ? readFileSync(file, 'utf8') : '';
  if (now === before) continue;
  const changes = changesBetween(before, now).map(({ text }) => `  ${text}`);
  console.log([`${package_.manifest.name} has changed`, ...changes.slice(0, 20)].join('\n'));
  if (values.write) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, now);
  } else {
    wrong.push(
      `surface of ${package_.manifest.name}: not written down. Do this: npm run surface -- --write, and commit it.`,
    );
  }
}
wrong.push(...(await tooSmall(values)).map(complaint));
for (const text of wrong) console.error(`error ${text}`);
if (wrong.length === 0)
  console.log('what others see is written down, and the changesets are large enough');
process.exitCode = wrong.length === 0 ? 0 : 1;
