import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DefaultTheme, defineConfig } from 'vitepress';

const pages = join(import.meta.dirname, '..', 'pages');

/** The first heading of a page, from their folder. */
function titleOf(page: string): string {
  const text = readFileSync(join(pages, page), 'utf8');
  return /^# (.*)$/m.exec(text)?.[1]?.replace(/[`*\\]/g, '') ?? page;
}

const item = (page: string, text = titleOf(page)): DefaultTheme.SidebarItem => ({
  text,
  link: `/${page.replace(/index\.md$/, '').replace(/\.md$/, '')}`,
});

/** The pages of a folder by name, its index first. */
function pagesOf(folder: string, first: readonly string[] = []): DefaultTheme.SidebarItem[] {
  const names = readdirSync(join(pages, folder)).filter((name) => name.endsWith('.md'));
  const order = ['index.md', ...first, ...names.toSorted()];
  return [...new Set(order)]
    .filter((name) => names.includes(name))
    .map((name) => item(`${folder}/${name}`));
}

const packages = readdirSync(join(pages, 'packages')).map((name) =>
  item(`packages/${name}/index.md`, name === 'cli' ? 'raremask' : name),
);

/** The reference that typedoc has written: a page for each entry of a package. */
function reference(): DefaultTheme.SidebarItem[] {
  return readdirSync(join(pages, 'api'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md') && name !== 'index.md')
    .toSorted()
    .map((name) => ({ text: titleOf(`api/${name}`), link: `/api/${name.slice(0, -3)}` }));
}

/** In the order in which an author reads them. */
const AUTHORS = [
  'loss.md',
  'sampler.md',
  'model.md',
  'dataset.md',
  'augmentation.md',
  'optimizer.md',
  'schedule.md',
  'score.md',
  'tracker.md',
  'service.md',
  'contracts.md',
  'weights-and-empties.md',
  'testing.md',
  'publishing.md',
  'versions.md',
];

export default defineConfig({
  title: 'raremask',
  description: 'Training of segmentation networks on images where the structure is rare or absent',
  srcDir: 'pages',
  outDir: 'dist',
  vite: { build: { chunkSizeWarningLimit: 2000 } },
  cleanUrls: true,
  lastUpdated: false,
  themeConfig: {
    search: { provider: 'local' },
    outline: { level: [2, 3] },
    nav: [
      { text: 'Use', link: '/docs/install' },
      { text: 'Empty masks', link: '/docs/remedies/' },
      { text: 'Write plugins', link: '/docs/authors/' },
      { text: 'Reference', link: '/api/' },
    ],
    sidebar: [
      {
        text: 'Use',
        items: [
          item('index.md', 'What it is'),
          ...[
            ['install', 'Installing'],
            ['inspect', 'Looking at the data'],
            ['augmentation', 'Augmentation'],
            ['resolution', 'Resolution'],
            ['weights', 'Starting from weights'],
            ['structures', 'Which structures count'],
            ['operating-point', 'The operating point'],
            ['training-craft', 'Training craft'],
            ['comparing', 'Watched, listed, compared'],
            ['runs', 'Runs that stop'],
            ['sentinel', 'The sentinel'],
            ['lab', 'The lab'],
            ['files', 'What files are read as'],
            ['words', 'Words'],
            ['errors', 'Error codes'],
          ].map(([name, text]) => item(`docs/${name}.md`, text)),
        ],
      },
      { text: 'Empty masks', collapsed: true, items: pagesOf('docs/remedies') },
      {
        text: 'Write plugins',
        items: [...pagesOf('docs/authors', AUTHORS), item('docs/gradients.md')],
      },
      { text: 'Packages', collapsed: true, items: packages },
      { text: 'Reference', collapsed: true, items: reference() },
      {
        text: 'Inside',
        collapsed: true,
        items: [
          item('ARCHITECTURE.md'),
          ...pagesOf('docs/architecture'),
          item('CONTRIBUTING.md'),
          item('docs/releasing.md'),
          item('bench/index.md', 'Measurements'),
        ],
      },
    ],
  },
});
