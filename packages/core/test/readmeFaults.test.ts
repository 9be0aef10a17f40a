import { expect, test } from 'vitest';
import { z } from 'zod';
import { readmeFaults } from '../src/manifest/index.ts';

const options = z.strictObject({ power: z.number().default(2) });
const readme = (yaml: string) => `# mine\n\nWords.\n\n\`\`\`yaml\n${yaml}\n\`\`\`\n`;

test('an example with options that the schema takes has no fault', async () => {
  for (const yaml of [
    'loss: [{ use: other, with: { power: x } }, { use: mine, with: { power: 3 } }]',
    'train: { augment: [mine] }',
  ]) {
    expect(await readmeFaults(readme(yaml), 'mine', { options })).toEqual([]);
  }
});

test('an option that the schema refuses is named, and so is an example of another plugin', async () => {
  const stale = readme('loss:\n  - { use: mine, with: { power: much, gone: 1 } }');
  expect(await readmeFaults(stale, 'mine', { options })).toEqual([
    expect.stringMatching(/^power: .*number/),
    expect.stringMatching(/gone/),
  ]);
  expect(await readmeFaults(stale, 'mine', {})).toEqual([
    'power: the plugin has no options',
    'gone: the plugin has no options',
  ]);
  expect(await readmeFaults(stale, 'another', { options })).toEqual([
    'no yaml block has use: another',
  ]);
});
