import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { raremask } from './command.ts';
import { createProject, grey, type Project, SIZE } from './project.ts';

/** What is broken, how, and what the error must say. */
const CASES: readonly {
  readonly fact: string;
  readonly spoil: (project: Project) => void;
  readonly code: string;
  readonly words: readonly string[];
}[] = [
  {
    fact: 'a truncated PNG is named',
    spoil: (project) => {
      const file = project.at('data/images/scan03.png');
      project.write('data/images/scan03.png', readFileSync(file).subarray(0, 120));
    },
    code: 'RAREMASK_IMAGES_DAMAGED',
    words: ['data/images/scan03.png'],
  },
  {
    fact: 'a mask of another size is named, with both sizes',
    spoil: (project) =>
      project.write(
        'data/masks/scan02.png',
        grey(() => 0, SIZE, SIZE + 4),
      ),
    code: 'RAREMASK_IMAGES_SIZE_MISMATCH',
    words: ['data/masks/scan02.png', 'Expected: 16 x 16', 'Got: 16 x 20'],
  },
  {
    fact: 'an unknown value of a mask is named, with its pixel',
    spoil: (project) =>
      project.write(
        'data/masks/scan01.png',
        grey((x, y) => (x === 5 && y === 3 ? 128 : 0)),
      ),
    code: 'RAREMASK_IMAGES_UNKNOWN_VALUE',
    words: ['data/masks/scan01.png', '128 at pixel (x 5, y 3)', '255 (nodule)'],
  },
  {
    fact: 'two images of one id are both named',
    spoil: (project) => project.write('data/images/scan00.jpg', 'not looked into'),
    code: 'RAREMASK_IMAGES_DUPLICATE_ID',
    words: ['scan00.jpg', 'scan00.png'],
  },
  {
    fact: 'an id of a list that no image has is named, with its line and the nearest id',
    spoil: (project) => project.write('val.txt', 'scan08\nscam09\n'),
    code: 'RAREMASK_LIST_UNKNOWN_ID',
    words: ['val.txt:2', 'scam09', 'scan09'],
  },
  {
    fact: 'an image in two lists is named',
    spoil: (project) => project.write('val.txt', 'scan08\nscan07\n'),
    code: 'RAREMASK_LISTS_OVERLAP',
    words: ['scan07'],
  },
];

describe('broken data', () => {
  test.each(CASES)('$fact', async ({ spoil, code, words }) => {
    const project = createProject();
    spoil(project);
    // Two images of one id match only a wider pattern.
    const set = 'data.with.images=images/*.{png,jpg}';
    const { status, stdout, stderr } = await raremask(project, 'train', '--set', set);
    expect(status, stderr).toBe(5);
    expect(stdout).toBe('');
    for (const word of [`[${code}]`, ...words]) expect(stderr).toContain(word);
    expect(stderr).not.toMatch(/^\s+at |RAREMASK_BUG/m);
    expect(existsSync(project.at('runs'))).toBe(false);
  });

  test('a damaged image is named as well where threads read', async () => {
    const project = createProject();
    project.write('data/images/scan03.png', 'no picture');
    const { status, stderr } = await raremask(project, 'train', '--set', 'train.workers=2');
    expect(status, stderr).toBe(5);
    expect(stderr).toContain('data/images/scan03.png');
    expect(stderr).not.toMatch(/^\s+at |RAREMASK_BUG/m);
  });

  test('a folder without images says which pattern found nothing', async () => {
    const project = createProject();
    const { status, stderr } = await raremask(
      project,
      'inspect',
      '--set',
      'data.with.images=scans/*.png',
    );
    expect(status).toBe(5);
    expect(stderr).toContain('no image matches scans/*.png');
    project.write('nothing/.keep', '');
    const empty = await raremask(project, 'inspect', '--set', 'data.with.root=nothing');
    expect(empty.status).toBe(5);
    expect(empty.stderr).toContain('RAREMASK_IMAGES_NONE');
  });
});
