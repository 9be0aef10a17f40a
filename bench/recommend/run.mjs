// Trains the manifest that `raremask init` recommends for a set, beside plain choices with the same
// network, epochs and optimizer: cross-entropy, Dice, and Dice + cross-entropy, sampled uniformly,
// augmented as by default, every predicted structure kept.
// Usage: node bench/recommend/run.mjs [--sets lung_ct_patches,magnetic_tile] [--seeds 0]
//   [--steps 400] [--only recommended,cross-entropy] [--set train.workers=1] [--backend auto]
// `--steps` is the budget: it shortens the recommended epochs, and whatever is annealed with them.
// Sets are folders of RAREMASK_DATA (default: ../shared/data beside the repository), or paths.
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const data = process.env.RAREMASK_DATA ?? join(root, '..', 'shared', 'data');
const { values } = parseArgs({
  options: {
    sets: { type: 'string', default: 'lung_ct_patches,magnetic_tile' },
    seeds: { type: 'string', default: '0' },
    steps: { type: 'string' },
    only: { type: 'string' },
    set: { type: 'string', multiple: true, default: [] },
    backend: { type: 'string', default: 'auto' },
  },
});

const PLAIN_LOSSES = {
  'cross-entropy': [{ use: '@raremask/loss-ce' }],
  Dice: [{ use: '@raremask/loss-dice', with: { empty: 'smooth' } }],
  'Dice + cross-entropy': [
    { use: '@raremask/loss-dice', with: { empty: 'smooth' } },
    { use: '@raremask/loss-ce' },
  ],
};

const scratch = mkdtempSync(join(tmpdir(), 'raremask-recommend-'));
mkdirSync(join(scratch, 'node_modules'));
for (const scope of ['@raremask', '@tensorflow']) {
  symlinkSync(join(here, '..', 'node_modules', scope), join(scratch, 'node_modules', scope));
}
try {
  for (const set of values.sets.split(',')) compare(set);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function compare(set) {
  const folder = existsSync(join(data, set)) ? join(data, set) : set;
  if (!existsSync(folder)) {
    console.log(`skipped: ${folder} is absent`);
    return;
  }
  const file = join(scratch, 'recommended.yaml');
  const made = JSON.parse(raremask('init', folder, '--out', file, '--force', '--json'));
  const settings = Object.fromEntries(made.settings.map(({ path, value }) => [path, value]));
  const recommended = readFileSync(file, 'utf8');
  const { epochs, text } = withinBudget(
    recommended,
    settings,
    JSON.parse(raremask('inspect', file, '--json')),
  );
  const window = settings['sampler.with.window'];
  const uniform = { use: '@raremask/sampler', ...(window && { with: { window } }) };
  const manifests = {
    recommended: text,
    ...Object.fromEntries(
      Object.entries(PLAIN_LOSSES).map(([name, loss]) => [
        name,
        plain(text, { loss, sampler: uniform, evaluate: {} }),
      ]),
    ),
  };
  console.log(`\n${set}: ${epochs} epochs, validation split, best weights`);
  console.log(
    `${'manifest'.padEnd(22)} seed   Dice, foreground  alarms, empty  pooled Dice  missed  seconds`,
  );
  const scores = {};
  const wanted = values.only?.split(',');
  for (const [name, manifest] of Object.entries(manifests)) {
    if (wanted && !wanted.includes(name)) continue;
    for (const seed of values.seeds.split(',')) {
      const start = performance.now();
      const score = trained(manifest, seed);
      scores[name] = [...(scores[name] ?? []), score];
      const cells = [score.dice, score.alarms, score.pooled, score.missed].map((value) =>
        (value ?? Number.NaN).toFixed(3),
      );
      console.log(
        `${name.padEnd(22)} ${seed.padStart(4)} ${cells[0].padStart(18)} ${cells[1].padStart(14)} ${cells[2].padStart(12)} ${cells[3].padStart(7)} ${((performance.now() - start) / 1000).toFixed(0).padStart(8)}`,
      );
    }
  }
  verdict(scores);
}

/** Both kinds of error in one number, as the run itself chooses its best epoch. */
function balanced({ dice, alarms }) {
  return (dice + 1 - (alarms ?? 0)) / 2;
}

function verdict(scores) {
  const means = Object.entries(scores).map(([name, all]) => ({
    name,
    dice: mean(all.map(({ dice }) => dice)),
    alarms: mean(all.map(({ alarms }) => alarms ?? 0)),
  }));
  const own = means.find(({ name }) => name === 'recommended');
  const plain = means.filter(({ name }) => name !== 'recommended');
  if (own === undefined || plain.length === 0) return;
  const best = plain.reduce((most, other) => (balanced(other) > balanced(most) ? other : most));
  const better = own.dice >= best.dice && own.alarms <= best.alarms;
  console.log(
    `best plain choice: ${best.name}; recommended against it: Dice ${signed(own.dice - best.dice)}, alarms ${signed(own.alarms - best.alarms)}${better ? ' (at least as good in both)' : ''}`,
  );
}

function trained(manifest, seed) {
  const file = join(scratch, 'run.yaml');
  writeFileSync(file, manifest);
  const out = join(scratch, 'run');
  rmSync(out, { recursive: true, force: true });
  raremask(
    ...['train', file, '--out', out, '--set', `seed=${seed}`, '--backend', values.backend],
    ...values.set.flatMap((override) => ['--set', override]),
  );
  const { summary } = JSON.parse(readFileSync(join(out, 'evaluation.json'), 'utf8'));
  const { diceForeground, alarmShare, pooledDice, missed } = summary.foreground;
  return { dice: diceForeground ?? 0, alarms: alarmShare, pooled: pooledDice, missed };
}

/** Fewer epochs where the budget is smaller than the recommendation. */
function withinBudget(text, settings, inspection) {
  const epochs = settings['train.epochs'];
  if (values.steps === undefined) return { epochs, text };
  const perEpoch = inspection.batches.epochs[0].batches;
  const fewer = Math.min(epochs, Math.max(Math.round(Number(values.steps) / perEpoch), 1));
  const shortened = text.replaceAll(/\bepochs: (\d+)/g, (_, own) => {
    return `epochs: ${Math.max(Math.round((Number(own) * fewer) / epochs), 1)}`;
  });
  return { epochs: fewer, text: shortened };
}

/** The manifest with other values of some of its first-level keys, and no augmentation but the default. */
function plain(text, values) {
  const augmented = /^ {2}augment:\n(?: {4}.*\n)+/m;
  return Object.entries(values)
    .reduce((now, [key, value]) => replaced(now, key, value), text)
    .replace(augmented, '');
}

/** The manifest with another value of one of its first-level keys. */
function replaced(text, key, value) {
  return text.replace(
    new RegExp(`^${key}:\\n(?:[ ].*\\n)+`, 'm'),
    () => `${key}: ${JSON.stringify(value)}\n`,
  );
}

function raremask(...parameters) {
  const command = join(root, 'packages', 'cli', 'bin', 'raremask.js');
  return execFileSync(process.execPath, [command, ...parameters], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    maxBuffer: 1 << 28,
  });
}

function mean(numbers) {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

function signed(number) {
  return `${number < 0 ? '' : '+'}${number.toFixed(3)}`;
}
