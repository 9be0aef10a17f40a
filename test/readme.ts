import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './pack.ts';

/** A code block of README.md: the only one that begins with these words. */
export function codeOfReadme(language: 'ts' | 'yaml', beginning: string): string {
  const text = readFileSync(join(root, 'README.md'), 'utf8');
  const blocks = [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)]
    .filter(([, found, code]) => found === language && code!.startsWith(beginning))
    .map(([, , code]) => code!);
  if (blocks.length !== 1) {
    throw new Error(`README.md has ${blocks.length} ${language} blocks that begin: ${beginning}`);
  }
  return blocks[0]!;
}
