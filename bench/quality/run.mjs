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
  ['dice_nonempty', 'diceForeground'],
  ['fp_images', 'alarmShare'],
  ['missed', 'missed'],
  ['pooled_dice', 'pooledDice'],
];
const scratch = mkdtempSync(join(tmpdir(), 'raremask-quality-'));

try {
  for (const set of values.sets.split(',')) {
    const peers = baseline.sets[set].validation[values.loss];
    console.log(`\n${set}, ${values.loss}, ${baseline.sets[set].epochs} epochs`);
    console.log(`who          seed  ${COLUMNS.map(([name]) => name.padStart(13)).join(' ')}  seconds`);
    for (const peer of peers) {
      line('PyTorch', peer.seed, COLUMNS.map(([name]) => peer[name]), peer.seconds_one_core);
    }
    for (const seed of values.seeds.split(',')) {
      const start = performance.now();
      const result = JSON.parse(
        execFileSync(
          process.execPath,
          [
            join(root, 'packages', 'cli', 'bin', 'raremask.js'),
            'train',
            join(root, 'examples', 'real', `${set}.yaml`),
            '--json',
            '--backend',
            values.backend,
            '--set',
            `seed=${seed}`,
            '--out',
            join(scratch, `${set}-${seed}`),
          ],
          {
            encoding: 'utf8',
            stdio: ['ignore', 'pipe', 'ignore'],
            env: { ...process.env, RAREMASK_DATA: join(shared, 'data') },
          },
        ),
      );
      const { foreground } = result.summary;
      line('raremask', seed, COLUMNS.map(([, key]) => foreground[key]), (performance.now() - start) / 1000);
    }
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function line(who, seed, scores, seconds) {
  const cells = scores.map((score) => score.toFixed(4).padStart(13)).join(' ');
  console.log(`${who.padEnd(12)} ${String(seed).padStart(4)}  ${cells}  ${seconds.toFixed(0).padStart(7)}`);
}
