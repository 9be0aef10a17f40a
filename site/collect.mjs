// Collects the pages of the repository into site/pages, as they lie there, and the pictures that they show.
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const site = dirname(fileURLToPath(import.meta.url));
const root = dirname(site);

const below = (folder, ends) =>
  readdirSync(join(root, folder), { recursive: true })
    .filter((name) => name.endsWith(ends))
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`);

/** From the root. */
const pages = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'bench/README.md',
  ...below('docs', '.md'),
  ...readdirSync(join(root, 'packages')).map((name) => `packages/${name}/README.md`),
];

/** What typedoc has written lies among the pages already. */
const reference = readdirSync(join(site, 'pages', 'api'), { recursive: true })
  .filter((name) => name.endsWith('.md'))
  .map((name) => `api/${name.replaceAll('\\', '/')}`);

const asIndex = (path) => path.replace(/(^|\/)README\.md$/, '$1index.md');

/** A page whose links lead to pages. What is no page, a source for example, keeps its words alone. */
function collected(page) {
  const linked = (all, words, target) => {
    if (/^([a-z]+:|#)/.test(target)) return all;
    const [path, anchor] = target.split('#');
    const file = normalize(join(dirname(page), path)).replaceAll('\\', '/');
    if (/\.(png|svg)$/.test(file)) return all;
    if (!pages.includes(file) && !reference.includes(file)) {
      if (!existsSync(join(root, file)))
        throw new Error(`${page} links to ${target}, which is not there`);
      return words;
    }
    return `[${words}](${asIndex(path)}${anchor === undefined ? '' : `#${anchor}`})`;
  };
  return (
    readFileSync(join(root, page), 'utf8')
      // Code is left as it is.
      .split(/(^```[\s\S]*?^```$)/m)
      .map((part, index) =>
        index % 2 === 1 ? part : part.replace(/(?<!!)\[([^\]]*)\]\(([^)\s]+)\)/g, linked),
      )
      .join('')
  );
}

for (const name of readdirSync(join(site, 'pages'))) {
  if (name !== 'api') rmSync(join(site, 'pages', name), { recursive: true });
}
for (const page of pages) {
  const path = join(site, 'pages', asIndex(page));
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, collected(page));
}
for (const picture of [...below('docs', '.png'), ...below('docs', '.svg')]) {
  copyFileSync(join(root, picture), join(site, 'pages', picture));
}
