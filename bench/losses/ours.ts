/**
 * Value and gradient of losses, in this process: one JSON line with the seconds of each repetition.
 * Usage: node ours.ts BACKEND FOLDER SHAPE REPETITIONS NAME...
 * FOLDER holds logits.f32 and labels.u8, channels last; SHAPE is 8,256,256,4; a NAME is that of a loss
 * in losses.yaml, or of several with " + " between them.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { prepareBackend } from '@raremask/backends';
import * as services from '@raremask/core';
import { createHost } from '@raremask/core/host';
import { lossInput } from '@raremask/core/loss';
import { loadManifest } from '@raremask/core/manifest';
import * as tf from '@tensorflow/tfjs';

/** A loss that is slow is not repeated any more after this many seconds. */
const PATIENCE = 20;

const [request, folder, extents, count, ...names] = process.argv.slice(2) as [
  'wasm',
  string,
  string,
  string,
  ...string[],
];
const shape = extents.split(',').map(Number) as [number, number, number, number];
const [batch, height, width, classes] = shape;
const repetitions = Number(count);
const { name: backend } = await prepareBackend(request);
const loaded = await loadManifest([
  fileURLToPath(new URL('../../losses/losses.yaml', import.meta.url)),
]);
const facts: services.Facts = {
  space: 2,
  channels: 1,
  classes: ['background', 'a', 'b', 'c'].map((name, value) => ({ name, value })),
  overlapping: false,
};
const run = createHost().run({ seed: 0 });
run.provide(services.facts, () => facts);
run.provide(services.census, () => () => Promise.reject(new Error('the benchmark has no data')));
const losses = new Map<string, services.Loss>();
for (const [index, { name }] of loaded.manifest.loss.entries()) {
  losses.set(name!, await run.make(loaded.plugins.losses[index]!));
}

const bytes = readFileSync(join(folder, 'logits.f32'));
const logits = tf.tensor4d(new Float32Array(new Uint8Array(bytes).buffer), shape);
const labels = new Int32Array(readFileSync(join(folder, 'labels.u8')));
const target = tf.tidy(() => tf.cast(tf.oneHot(tf.tensor1d(labels, 'int32'), classes), 'float32'));
const truth = target.reshape(shape);
const weight = tf.ones([batch, height, width, 1]);

/** Computes once; the value. */
async function step(terms: readonly services.Loss[]): Promise<number> {
  const { value, grad } = tf.tidy(() =>
    tf.valueAndGrad((scores: tf.Tensor) => {
      const input = lossInput(facts, scores, truth, weight);
      return tf.addN(terms.map((loss) => tf.mean<tf.Scalar>(loss(input))));
    })(logits),
  );
  await grad.data();
  const [number] = await value.data();
  tf.dispose([value, grad]);
  return number!;
}

async function timed(name: string): Promise<{ value: number; seconds: number[] }> {
  const terms = name.split(' + ').map((term) => losses.get(term)!);
  let start = performance.now();
  const value = await step(terms);
  const seconds: number[] = [];
  let spent = (performance.now() - start) / 1000;
  while (seconds.length < repetitions && (seconds.length === 0 || spent < PATIENCE)) {
    start = performance.now();
    await step(terms);
    const took = (performance.now() - start) / 1000;
    seconds.push(took);
    spent += took;
  }
  return { value, seconds };
}

const results: Record<string, object> = {};
for (const name of names) {
  try {
    results[name] = await timed(name);
  } catch (error) {
    results[name] = { fails: String(error) };
  }
}
console.log(JSON.stringify({ backend, tfjs: tf.version['tfjs-core'], results }));
process.exit(0);
