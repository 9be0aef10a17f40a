import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './pack.ts';

/** A fenced block of a page. */
export interface Block {
  /** The page, from the root. */
  readonly page: string;
  /** Line of the fence, counted from 1. */
  readonly line: number;
  /** Page and line. */
  readonly place: string;
  readonly language: string;
  readonly code: string;
  /** What an HTML comment `<!-- check ... -->` just before says: lines that the code relies on. */
  readonly before: string;
  /** A file beside the code, and the kind of plugin in it: `<!-- beside: FILE KIND -->` just before. */
  readonly beside?: { readonly file: string; readonly type: string };
  /** A file whose words the block gives, from the root: `<!-- from FILE -->` just before. */
  readonly from?: string;
  /** Why no test runs it, as the page says just before: `*No test runs this: ...*`. */
  readonly unchecked?: string;
}

/** The pages of a folder in which nothing is installed: links of node_modules are not followed. */
const markdownIn = (folder: string): readonly string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .toSorted();

const readmesIn = (folder: string): readonly string[] =>
  readdirSync(join(root, folder))
    .map((name) => `${folder}/${name}/README.md`)
    .filter((page) => existsSync(join(root, page)));

/** All pages that somebody reads, from the root. */
export const pages: readonly string[] = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'bench/README.md',
  ...markdownIn('docs'),
  ...readmesIn('packages'),
  ...readmesIn('templates'),
  'templates/common/CONTRIBUTING.md',
  'examples/third-party-loss/README.md',
];

export const textOf = (page: string): string => readFileSync(join(root, page), 'utf8');

const FENCE =
  /(?:^<!-- check\n(?<check>[\s\S]*?)^-->\n\n?|^<!-- from (?<from>\S+) -->\n\n?|^<!-- beside: (?<file>\S+) (?<type>\w+) -->\n\n?|^\*No test runs this: (?<why>.+?)\*\n\n)?^```(?<language>\S*)\n(?<code>[\s\S]*?)^```$/gm;

/** The fenced blocks of a page. */
function blocksOf(page: string): readonly Block[] {
  const text = textOf(page);
  return [...text.matchAll(FENCE)].map((match) => {
    const { check, from, file, type, why, language, code } = match.groups!;
    const line = text.slice(0, text.indexOf('```', match.index)).split('\n').length;
    return {
      page,
      line,
      place: `${page}:${line}`,
      language: language!,
      code: code!,
      before: check ?? '',
      ...(file !== undefined && { beside: { file, type: type! } }),
      ...(from !== undefined && { from }),
      ...(why !== undefined && { unchecked: why }),
    };
  });
}

/** Every fenced block of every page. */
export const blocks: readonly Block[] = pages.flatMap(blocksOf);
