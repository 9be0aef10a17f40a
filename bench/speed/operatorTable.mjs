import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Where the time of a training step goes, from the profile that onnxruntime writes: by operator, and where a GPU
 * computes by what ran on it. There an operator's own time is the processor's, until it has handed the work over.
 *
 * @param run called with the beginning of the profile's name
 * @returns lines, the slowest first
 */
export async function operatorTable(run) {
  const folder = mkdtempSync(join(tmpdir(), 'raremask-profile-'));
  try {
    await run(join(folder, 'step'));
    const [file] = readdirSync(folder);
    const events = JSON.parse(readFileSync(join(folder, file), 'utf8'));
    // What several steps in one run are is not an operator of a step.
    const operators = events.filter(
      ({ cat, name, args }) =>
        cat === 'Node' && name.endsWith('_kernel_time') && args.op_name !== 'Scan',
    );
    const runs = stepsIn(operators);
    // WebGPU's provider calls them Api, and CUDA's Kernel.
    const onDevice = events.filter(({ cat }) => cat === 'Api' || cat === 'Kernel');
    const lines = table(operators, ({ args }) => args.op_name, runs);
    if (onDevice.length === 0) return lines;
    return [
      '  on the GPU, by operator and shader or kernel:',
      ...table(onDevice, ({ name }) => kernelName(name), runs),
      '  on the processor, until each operator was handed over:',
      ...lines,
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Steps, each of which goes through every node once. */
function stepsIn(operators) {
  const counts = new Map();
  for (const { name } of operators) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Math.max(...counts.values());
}

function table(events, nameOf, runs) {
  const totals = new Map();
  for (const event of events) {
    const name = nameOf(event);
    const total = totals.get(name) ?? { count: 0, time: 0 };
    totals.set(name, { count: total.count + 1, time: total.time + event.dur / 1000 });
  }
  return [...totals]
    .sort(([, a], [, b]) => b.time - a.time)
    .slice(0, 15)
    .map(
      ([name, { count, time }]) =>
        `  ${name.padEnd(32)} ${(count / runs).toFixed(0).padStart(5)} ${(time / runs).toFixed(2).padStart(8)}`,
    );
}

/** WebGPU's are node, operator and shader with & between them; CUDA's may be as long as a template of C++. */
function kernelName(name) {
  const [first, ...rest] = name.split('&');
  const parts = rest.length === 0 ? [first] : [...new Set(rest)];
  return parts.join(' ').slice(0, 32);
}
