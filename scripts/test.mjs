// Sets everything up, runs every test of every package, and ends with one line that sums them.
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root, setup } from './setup.mjs';

setup();

const results = join(root, 'test-results.json');
rmSync(results, { force: true });
const full = process.argv.includes('--full');
const { status } = spawnSync(
  'npx',
  ['vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${results}`],
  {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...(full && { RAREMASK_FULL: '1' }) },
  },
);

const summary = JSON.parse(readFileSync(results, 'utf8'));
let passed = 0;
let failed = 0;
let skipped = 0;
for (const file of summary.testResults) {
  const name = relative(root, file.name);
  // A file that fails before its first test has no tests to count: it counts as one failure.
  if (file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed')) {
    failed++;
    console.log(`failed   ${name}: ${file.message.split('\n')[0]}`);
  }
  for (const test of file.assertionResults) {
    if (test.status === 'passed') passed++;
    else if (test.status === 'failed') failed++;
    else {
      skipped++;
      console.log(`skipped  ${name}: ${test.fullName}`);
    }
  }
}
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exit(failed > 0 || passed === 0 ? 1 : (status ?? 1));
