import { RaremaskError } from '@raremask/core';
import { expect, test } from 'vitest';
import type { Console } from '../src/console.ts';
import { EXIT, reportFailure } from '../src/failure.ts';
import { raremask } from './command.ts';
import { createProject, MANIFEST } from './project.ts';

test.each([
  ['this machine', new RangeError('Array buffer allocation failed')],
  ['this machine', new Error('Failed to allocate memory for requested buffer of size 9')],
  [
    'train.workers',
    new RaremaskError(
      { code: 'RAREMASK_READER_DIED', category: 'run', where: 'train.workers', what: 'it ended' },
      {
        cause: Object.assign(new Error('Worker terminated'), { code: 'ERR_WORKER_OUT_OF_MEMORY' }),
      },
    ),
  ],
])('where memory ends at %s, settings are named, and no bug', (where, error) => {
  const problems: string[] = [];
  const console: Console = {
    json: false,
    color: false,
    width: 80,
    result() {},
    text() {},
    note() {},
    problem: (text, code) => problems.push(`${text} ${code}`),
  };
  expect(reportFailure(error, console, '0')).toBe(EXIT.environment);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(/train\.batch.*evaluate\.window.*RAREMASK_OUT_OF_MEMORY/);
  expect(problems[0]!.startsWith(`${where}: `)).toBe(true);
  expect(problems[0]).not.toContain('bug');
});

test('a loss that takes all memory is told so', async () => {
  const project = createProject(MANIFEST.replace('loss:', 'loss:\n  - { use: ./greedy.mjs }'));
  project.write(
    'greedy.mjs',
    `import { defineLoss } from '@raremask/core';
export default defineLoss({
  name: 'greedy',
  api: 1,
  create: () => () => new Float32Array(2 ** 40),
});
`,
  );
  const { status, stderr } = await raremask(project, 'train', '--backend', 'wasm');
  expect(status, stderr).toBe(3);
  expect(stderr).toContain('RAREMASK_OUT_OF_MEMORY');
  expect(stderr).not.toMatch(/RAREMASK_BUG|^\s+at /m);
});
