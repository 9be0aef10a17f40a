import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * The operators of a training step by time, from the profile that onnxruntime writes.
 *
 * @param run called with the beginning of the profile's name
 * @returns lines, the slowest operator first
 */
export async function operatorTable(run) {
  const folder = mkdtempSync(join(tmpdir(), 'raremask-profile-'));
  try {
    await run(join(folder, 'step'));
    const [file] = readdirSync(folder);
    const events = JSON.parse(readFileSync(join(folder, file), 'utf8'));
    const runs = events.filter(({ name }) => name === 'model_run').length;
    const totals = new Map();
    for (const { cat, name, dur, args } of events) {
      if (cat !== 'Node' || !name.endsWith('_kernel_time')) continue;
      const total = totals.get(args.op_name) ?? { count: 0, time: 0 };
      totals.set(args.op_name, { count: total.count + 1, time: total.time + dur / 1000 });
    }
    return [...totals]
      .sort(([, a], [, b]) => b.time - a.time)
      .slice(0, 15)
      .map(
        ([name, { count, time }]) =>
          `  ${name.padEnd(20)} ${(count / runs).toFixed(0).padStart(5)} ${(time / runs).toFixed(2).padStart(8)}`,
      );
  } finally {
    rmSync(folder, { recursive: true });
  }
}
