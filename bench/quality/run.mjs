// The judge: raremask as `init --budget` recommends it, beside what a practitioner would run on the same cores in the same
// time: a plain U-Net, segmentation_models.pytorch with a pretrained encoder, and nnU-Net's recipe, each in current PyTorch.
// Everybody gets the same training and validation images, and is scored on images that nobody has seen, on their own grid,
// with intervals of 95 % over these images, and of the difference between raremask and each other on the same images.
// Usage: node bench/quality/run.mjs --python python3 [--sets magnetic_tile,smear_nuclei] [--budget 5m] [--seeds 0,1,2]
//   [--who raremask,started,plain,pretrained,recipe] [--weights encoder.safetensors] [--threads 2] [--clock cpu] [--keep folder] [--out results.ndjson]
//   [--set train.augment=[]]
// `--clock cpu`: peers count the CPU time of their threads, for a machine that others use as well.
// `--set` changes raremask's manifest, to try what another recommendation would do.
// `started`: raremask from the weights that `raremask weights` has put in place.
// Sets are folders of RAREMASK_DATA (default: ../shared/data beside the repository); the others are drawn.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { summarize } from '@raremask/metrics';
import { make } from './made.mjs';
import { prepare } from './prepare.mjs';
import { difference, score } from './score.mjs';
import { imagesOf, SETS } from './sets.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const data = process.env.RAREMASK_DATA ?? join(root, '..', 'shared', 'data');
const { values } = parseArgs({
  options: {
    sets: { type: 'string', default: Object.keys(SETS).join(',') },
    budget: { type: 'string', default: '5m' },
    seeds: { type: 'string', default: '0' },
    who: { type: 'string', default: 'raremask,plain,pretrained,recipe' },
    python: { type: 'string' },
    threads: { type: 'string', default: '2' },
    set: { type: 'string', multiple: true, default: [] },
    clock: { type: 'string', default: 'wall' },
    weights: { type: 'string' },
    keep: { type: 'string' },
    out: { type: 'string' },
  },
});
const budget = seconds(values.budget);
const bin = (name, file) => join(root, 'packages', name, 'bin', file);
const scratch = values.keep ?? mkdtempSync(join(tmpdir(), 'raremask-quality-'));

console.log(
  `${cpus()[0].model.trim()}, ${values.threads} threads, ${values.budget} each; on ${new Date().toISOString().slice(0, 10)}`,
);
try {
  for (const name of values.sets.split(',')) await compare(name);
} finally {
  if (!values.keep) rmSync(scratch, { recursive: true, force: true });
}

async function compare(name) {
  const set = SETS[name];
  if (!set) throw new Error(`no set ${name}; there are: ${Object.keys(SETS).join(', ')}`);
  const folder = await folderOf(name, set, 1);
  if (!existsSync(folder)) {
    console.log(`skipped: ${name} is absent`);
    return;
  }
  const isDrawn = set.phantom || set.made;
  const again = isDrawn ? await folderOf(`${name}-again`, set, 2) : undefined;
  const images = imagesOf(folder, again, set);
  const groups = new Map(images.map(({ id, group }) => [id, group]));
  const groupOf = (id) => groups.get(id);
  const made = [];
  for (const seed of values.seeds.split(',').map(Number)) {
    const place = join(scratch, `${name}-${seed}`);
    rmSync(place, { recursive: true, force: true });
    const splits = await prepare(place, images, set, seed);
    const scored = new Map();
    for (const who of values.who.split(',')) {
      const out = join(place, who);
      mkdirSync(out);
      const start = performance.now();
      const own = who === 'raremask' || who === 'started';
      const trouble = own ? ours(who, place, out, seed) : peer(who, place, out, seed);
      const spent = (performance.now() - start) / 1000;
      let result = { set: name, budget, seed, who, seconds: Math.round(spent) };
      try {
        if (trouble) throw new Error(trouble);
        const where = own ? join(out, 'predictions', 'masks') : out;
        const scores = await score(where, images, splits.test, set);
        scored.set(who, scores);
        const summary = summarize(scores, { groupOf });
        const { diceForeground, alarmShare, missed, pooledDice, intervals } = summary.foreground;
        const { imagesWithForeground, emptyImages } = summary.foreground;
        result = {
          ...result,
          ...{ diceForeground, alarmShare, missed, pooledDice, imagesWithForeground, emptyImages },
          intervals: { diceForeground: intervals.diceForeground, alarmShare: intervals.alarmShare },
          classes: summary.classes.map((one) => one.diceForeground),
        };
      } catch (error) {
        result.trouble = error.message;
      }
      made.push(result);
      if (values.out) appendFileSync(values.out, `${JSON.stringify(result)}\n`);
      line(result);
    }
    for (const [who, scores] of scored) {
      if (!scored.has('raremask') || who === 'raremask') continue;
      const compared = difference(scores, scored.get('raremask'), groupOf);
      const record = { set: name, budget, seed, who: 'raremask', minus: who, ...compared };
      if (values.out) appendFileSync(values.out, `${JSON.stringify(record)}\n`);
      const { diceForeground, alarmShare } = compared;
      console.log(
        `${name.padEnd(16)} raremask minus ${who.padEnd(11)} seed ${seed}  Dice ${ends(diceForeground)}  alarms ${ends(alarmShare)}`,
      );
    }
  }
  for (const who of values.who.split(',')) means(name, who, made);
}

/** Looks, trains and predicts as the README says; gives what went wrong. */
function ours(who, place, out, seed) {
  if (who === 'started' && !values.weights) return 'no --weights was named';
  const start = who === 'started' ? ['--weights', resolve(values.weights)] : [];
  mkdirSync(join(place, 'node_modules'), { recursive: true });
  for (const scope of ['@raremask', '@tensorflow']) {
    const link = join(place, 'node_modules', scope);
    if (!existsSync(link)) symlinkSync(join(here, '..', 'node_modules', scope), link);
  }
  const raremask = (...parameters) =>
    spawnSync(process.execPath, [bin('cli', 'raremask.js'), ...parameters], {
      cwd: place,
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
    });
  const sets = ['--set', `seed=${seed}`, ...values.set.flatMap((one) => ['--set', one])];
  for (const parameters of [
    ['init', 'data', '--budget', values.budget, '--out', `${who}.yaml`, ...start],
    ['train', `${who}.yaml`, '--out', join(out, 'run'), ...sets],
    ['predict', join(out, 'run'), 'test', '--out', join(out, 'predictions'), '--no-probabilities'],
  ]) {
    const { status, stderr } = raremask(...parameters);
    if (status !== 0) return `${parameters[0]}: ${stderr.trim().slice(-500)}`;
  }
  return undefined;
}

function peer(who, place, out, seed) {
  if (!values.python) return 'no --python was named';
  const { status, stderr } = spawnSync(
    values.python,
    [
      join(here, 'peers', `${who}.py`),
      ...['--set', join(place, 'set.json'), '--budget', `${budget}`, '--seed', `${seed}`],
      ...['--threads', values.threads, '--clock', values.clock, '--out', out],
    ],
    { encoding: 'utf8', maxBuffer: 2 ** 26 },
  );
  writeFileSync(join(place, `${who}.log`), stderr);
  return status === 0 ? undefined : stderr.trim().slice(-500);
}

/** Where a set lies; what is made is made once. */
async function folderOf(name, { phantom, made }, seed) {
  if (!phantom && !made) return join(data, name);
  const folder = join(scratch, name);
  if (existsSync(folder)) return folder;
  if (made) {
    await make(made, folder, seed);
  } else {
    const command = join(root, 'packages', 'dataset-phantom', 'bin', 'raremask-phantom.js');
    const parameters = ['--out', folder, '--seed', `${seed}`, ...phantom];
    execFileSync(process.execPath, [command, ...parameters], { stdio: 'ignore' });
  }
  return folder;
}

function line({ set, seed, who, seconds, trouble, classes, ...scores }) {
  const words = trouble
    ? `failed: ${trouble.split('\n').at(-1)}`
    : `${text(scores)}${classes.length > 1 ? `  by class ${classes.map(number).join(' ')}` : ''}`;
  console.log(`${set.padEnd(16)} ${who.padEnd(11)} seed ${seed}  ${words}  ${seconds} s`);
}

/** Mean and standard deviation over the seeds. */
function means(set, who, made) {
  const own = made.filter((one) => one.who === who && !one.trouble);
  if (own.length < 2) return;
  const spread = (key) => {
    const numbers = own.map((one) => one[key]).filter((value) => value !== null);
    if (numbers.length === 0) return '-';
    const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
    const square = numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    return `${number(mean)} ± ${number(Math.sqrt(square / Math.max(1, numbers.length - 1)))}`;
  };
  console.log(
    `${set.padEnd(16)} ${who.padEnd(11)} mean    Dice ${spread('diceForeground')}  alarms ${spread('alarmShare')}  missed ${spread('missed')}  pooled ${spread('pooledDice')}`,
  );
}

function text({ missed, pooledDice, ...scores }) {
  const { diceForeground, alarmShare, imagesWithForeground, emptyImages, intervals } = scores;
  const dice = `${number(diceForeground)}${within(intervals.diceForeground)}`;
  const alarms = `${number(alarmShare)}${within(intervals.alarmShare)}`;
  return `Dice ${dice} of ${imagesWithForeground}  alarms ${alarms} of ${emptyImages}  missed ${number(missed)}  pooled ${number(pooledDice)}`;
}

function ends({ difference, interval }) {
  return difference === null ? '-' : `${signed(difference)}${within(interval, signed)}`;
}

function within(interval, written = number) {
  return interval ? ` [${interval.map((end) => written(end)).join(', ')}]` : '';
}

function signed(value) {
  return `${value < 0 ? '' : '+'}${value.toFixed(3)}`;
}

function number(value) {
  return value === null || value === undefined ? '-' : value.toFixed(3);
}

function seconds(text) {
  const found = /^(\d+(?:\.\d+)?)(s|m|h)$/.exec(text);
  if (!found) throw new Error(`--budget ${text}: a time such as 5m or 90s`);
  return Number(found[1]) * { s: 1, m: 60, h: 3600 }[found[2]];
}
