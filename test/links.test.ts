import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { pages, textOf } from './documents.ts';
import { root } from './pack.ts';

/** The part of an address that stands for a heading, as forges and the site make it. */
function anchorOf(heading: string): string {
  return heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');
}

const withoutCode = (text: string) => text.replace(/^```[\s\S]*?^```$/gm, '');

const anchors = new Map(
  pages.map((page) => [
    page,
    new Set(
      [...withoutCode(textOf(page)).matchAll(/^#+ (.*)$/gm)].map(([, words]) => anchorOf(words!)),
    ),
  ]),
);

test.each(pages)('the links of %s lead somewhere', (page) => {
  const text = withoutCode(textOf(page)).replace(/`[^`\n]*`/g, '');
  const dead = [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target!)
    .filter((target) => !/^[a-z]+:/.test(target))
    .filter((target) => {
      const [path, anchor] = target.split('#') as [string, string?];
      const file = path === '' ? page : join(dirname(page), path);
      if (!existsSync(join(root, file))) return true;
      return anchor !== undefined && !anchors.get(file)?.has(anchor);
    });
  expect(dead).toEqual([]);
});
