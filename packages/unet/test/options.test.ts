import { expect, test } from 'vitest';
import { blockCounts, levelWidths, options, resolved } from '../src/options.ts';

test('defaults are the network of 16 filters and depth 4', () => {
  expect(options.parse({})).toEqual({
    filters: 16,
    encoder: 'own',
    pooling: 'all',
    patch: 1,
    blocks: 'plain',
    convolutions: 2,
    norm: 'batch',
    activation: 'relu',
    residual: false,
    attention: false,
    squeezeExcite: false,
    syncBatchNorm: false,
    deepSupervision: false,
    dropout: 0,
    lastBias: 'foreground-share',
  });
});

test('depth and upsampling are 4 and transposed, with a published encoder 5 and nearest', () => {
  expect(resolved(options.parse({}))).toMatchObject({ depth: 4, upsampling: 'transposed' });
  const published = options.parse({ encoder: 'efficientnet-lite0' });
  expect(resolved(published)).toMatchObject({ depth: 5, upsampling: 'nearest' });
  expect(resolved({ ...published, depth: 3 }).depth).toBe(3);
});

test('channels double from level to level, up to the largest', () => {
  expect(levelWidths({ filters: 16, depth: 4 })).toEqual([16, 32, 64, 128, 256]);
  expect(levelWidths({ filters: 16, depth: 4, maxFilters: 100 })).toEqual([16, 32, 64, 100, 100]);
});

test('residual blocks are as many as the option says, or as nnU-Net has', () => {
  expect(blockCounts({ depth: 4 })).toEqual([1, 3, 4, 6, 6]);
  expect(blockCounts({ depth: 2, blocksPerLevel: 2 })).toEqual([2, 2, 2]);
  expect(blockCounts({ depth: 1, blocksPerLevel: [1, 3] })).toEqual([1, 3]);
});

test.each([
  [{ groups: 4 }, 'groups', 'no effect'],
  [{ norm: 'group', groups: 3 }, 'groups', '16, 32, 64, 128, 256'],
  [{ norm: 'group', filters: 4 }, 'groups', '4, 8, 16, 32, 64'],
  [{ maxFilters: 8 }, 'maxFilters', 'less than filters (16)'],
  [{ maxFilters: 256 }, 'maxFilters', 'no effect'],
  [{ dropout: 1 }, 'dropout', '<1'],
  [{ depth: 0 }, 'depth', '>=1'],
  [{ blocks: 'residual', residual: true }, 'residual', 'no effect'],
  [{ norm: 'instance', residual: true, squeezeExcite: true }, 'squeezeExcite', 'no effect'],
  [{ depth: 2, deepSupervision: true }, 'deepSupervision', 'depth to 3'],
  [{ blocksPerLevel: 2 }, 'blocksPerLevel', 'no effect'],
  [{ depth: 2, blocks: 'residual', blocksPerLevel: [1, 2] }, 'blocksPerLevel', '3 levels'],
  [{ depth: 2, pooling: [[2, 2]] }, 'pooling', 'each of the 2 poolings'],
  [{ depth: 1, pooling: [[1, 1]] }, 'pooling', 'halves no axis'],
  [{ encoder: 'resnet18', depth: 6 }, 'depth', 'from 2 to 5'],
  [{ patch: [1, 1] }, 'patch', 'no pixels together'],
  [{ encoder: 'resnet18', patch: 2 }, 'patch', 'no effect'],
  [{ encoder: 'resnet18', pooling: 'spacing' }, 'pooling', 'no effect'],
  [{ encoder: 'efficientnet-lite0', blocks: 'residual' }, 'blocks', 'no effect'],
  [{ encoder: 'efficientnet-lite0', maxFilters: 256 }, 'maxFilters', 'has 256 channels'],
])('refuses what has no effect or no meaning: %o', (given, path, says) => {
  const result = options.safeParse(given);
  expect(result.error?.issues.map((issue) => issue.path[0])).toEqual([path]);
  expect(result.error?.issues[0]?.message).toContain(says);
});

test('refuses an option that nobody knows', () => {
  expect(options.safeParse({ width: 3 }).success).toBe(false);
});

test('every option says what it means', () => {
  const schema = options['~standard'].jsonSchema.input({ target: 'draft-07' });
  const properties = Object.values(schema.properties as Record<string, { description?: string }>);
  expect(properties).toHaveLength(21);
  for (const { description } of properties) expect(description).toBeTruthy();
});
