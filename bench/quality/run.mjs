// Trains the sets of the baseline with Dice + cross-entropy and prints our scores beside a plain
// PyTorch U-Net's with the same budget.
// Usage: node bench/quality/run.mjs [--sets lung_ct_patches,smear_nuclei] [--seeds 0,1,2] [--backend auto]
// Needs the folders data/ and reference/baseline.json that RAREMASK_SHARED names (default: ../shared
// beside the repository).
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const shared = process.env.RAREMASK_SHARED ?? join(root, '..', 'shared');
const { values } = parseArgs({
  options: {
    sets: { type: 'string', default: 'lung_ct_patches,smear_nuclei' },
    seeds: { type: 'string', default: '0,1,2' },
    backend: { type: 'string', default: 'auto' },
    loss: { type: 'string', default: 'dice-ce' },
  },
});
const baselineFile = join(shared, 'reference', 'baseline.json');
if (!existsSync(baselineFile)) {
  console.log(`skipped: ${baselineFile} is absent`);
  process.exit(0);
}
const baseline = JSON.parse(readFileSync(baselineFile, 'utf8'));
const COLUMNS = [
  ['dice_nonempty', 'val_dice_foreground'],
  ['fp_images', 'val_alarm_share'],
  ['missed', 'val_missed'],
  ['pooled_dice', 'val_pooled_dice'],
];
const scratch = mkdtempSync(join(tmpdir(), 'raremask-quality-'));

try {
  for (const set of values.sets.split(',')) {
    const peers = baseline.sets[set].validation[values.loss];
    console.log(`\n${set}, ${values.loss}, ${baseline.sets[set].epochs} epochs`);
    console.log(
      `who          seed  ${COLUMNS.map(([name]) => name.padStart(13)).join(' ')}  seconds`,
    );
    for (const peer of peers) {
      line(
        'PyTorch',
        peer.seed,
        COLUMNS.map(([name]) => peer[name]),
        peer.seconds_one_core,
      );
    }
    for (const seed of values.seeds.split(',')) {
      const start = performance.now();
      const folder = join(scratch, `${set}-${seed}`);
      execFileSync(
        process.execPath,
        [
          join(root, 'packages', 'cli', 'bin', 'raremask.js'),
          'train',
          join(root, 'examples', 'real', `${set}.yaml`),
          ...['--backend', values.backend, '--out', folder],
          ...['--set', `seed=${seed}`, '--set', 'train.validateEvery=1000'],
        ],
        { stdio: 'ignore', env: { ...process.env, RAREMASK_DATA: join(shared, 'data') } },
      );
      const scores = lastEpoch(readFileSync(join(folder, 'metrics.csv'), 'utf8'));
      const seconds = (performance.now() - start) / 1000;
      line(
        'raremask',
        seed,
        COLUMNS.map(([, column]) => Number(scores[column])),
        seconds,
      );
    }
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

/** The last row of metrics.csv: the weights at the end of the budget, as the baseline scores them. */
function lastEpoch(text) {
  const [header, ...rows] = text.trim().split('\n');
  const cells = rows.at(-1).split(',');
  return Object.fromEntries(header.split(',').map((column, index) => [column, cells[index]]));
}

function line(who, seed, scores, seconds) {
  const cells = scores.map((score) => score.toFixed(4).padStart(13)).join(' ');
  console.log(
    `${who.padEnd(12)} ${String(seed).padStart(4)}  ${cells}  ${seconds.toFixed(0).padStart(7)}`,
  );
}
