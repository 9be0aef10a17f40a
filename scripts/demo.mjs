// The main job from an empty checkout: makes a set of images, looks at it, trains, scores, predicts.
import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root, run, setup } from './setup.mjs';

const started = performance.now();
setup();

const example = join(root, 'examples', 'lung-phantom');
const raremask = join(root, 'packages', 'cli', 'bin', 'raremask.js');
const phantom = join(root, 'packages', 'dataset-phantom', 'bin', 'raremask-phantom.js');
const manifest = join(example, 'raremask.yaml');

step('Making a synthetic set of CT-like slices, most of them without a nodule');
run('node', [phantom, '--out', join(example, 'data'), '--seed', '7']);

step('Looking at it');
run('node', [raremask, 'inspect', manifest]);

step('Training');
run('node', [raremask, 'train', manifest]);

const runs = readdirSync(join(example, 'runs'))
  .filter((name) => /^lung-phantom(-\d+)?$/.test(name))
  .sort((left, right) => number(left) - number(right));
const folder = join(example, 'runs', runs.at(-1));

step('Scoring the cases that nothing was chosen by');
run('node', [raremask, 'evaluate', folder, '--split', 'test']);

step('Predicting a folder of images');
const [images, predictions] = [join(example, 'data', 'images'), join(folder, 'predictions')];
run('node', [raremask, 'predict', folder, images, '--out', predictions]);

const seconds = Math.round((performance.now() - started) / 1000);
console.log(`\nDone in ${seconds} s. Open ${relative(process.cwd(), join(folder, 'report.html'))}`);

function step(text) {
  console.log(`\n== ${text}`);
}

function number(name) {
  return Number(name.match(/-(\d+)$/)?.[1] ?? 1);
}
