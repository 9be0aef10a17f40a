import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const built = join(import.meta.dirname, '..', 'dist', 'standstill.js');

test('a loop that does not end is named by another thread', async () => {
  const script = `
    import { watchStandstill } from ${JSON.stringify(built)};
    watchStandstill({ seconds: 1 });
    function spin() { const end = Date.now() + 8000; while (Date.now() < end); }
    setTimeout(spin, 2000);`;
  const { stderr } = await promisify(execFile)(process.execPath, [
    '--input-type=module',
    '--eval',
    script,
  ]);
  expect(stderr).toMatch(
    /^warning: for 1 s nothing else could be done but spin \(.*\)\. Where this is a loop without an end, .* kill -KILL \d+ ends the command/m,
  );
  expect(stderr.match(/warning/g)).toHaveLength(1);
}, 60_000);
