import { fileURLToPath } from 'node:url';
import * as services from '@raremask/core';
import { createHost, createRandom } from '@raremask/core/host';
import { loadManifest } from '@raremask/core/manifest';

/** A batch, and the U-Net that it goes through. */
export interface Shape {
  readonly batch: number;
  readonly size: readonly number[];
  /** Of the first level. */
  readonly filters: number;
  /** Poolings. */
  readonly depth: number;
  readonly encoder: string;
}

/**
 * The step of `speed.yaml` for images of one channel and a rare structure.
 *
 * @param more settings that are changed as well, as for `--set`
 */
export async function networkOf(
  { batch, size, filters, depth, encoder }: Shape,
  more: readonly string[] = [],
) {
  const set = Object.entries({ filters, depth, encoder }).map(
    ([name, value]) => `model.with.${name}=${value}`,
  );
  const manifest = fileURLToPath(new URL('../../speed/speed.yaml', import.meta.url));
  const { plugins } = await loadManifest([manifest], { set: [...set, ...more] });
  const run = createHost().run({ seed: 0 });
  const facts: services.Facts = {
    space: size.length as 2 | 3,
    channels: 1,
    classes: [
      { name: 'background', value: 0 },
      { name: 'structure', value: 1 },
    ],
    overlapping: false,
  };
  run.provide(services.facts, () => facts);
  run.provide(services.census, () => () => Promise.reject(new Error('the benchmark has no data')));
  run.provide(services.batchSize, () => batch);
  const model = await run.make(plugins.model);
  const losses = await Promise.all(plugins.losses.map((loss) => run.make(loss)));
  const optimizer = await run.make(plugins.optimizer);
  return { facts, model, losses, optimizer, clip: null, outcomes: false };
}

/** Noise, of which 3 % of the pixels are structure. */
export function noise(count: number, size: readonly number[], seed: number) {
  const random = createRandom(seed);
  const pixels = size.reduce((product, extent) => product * extent, count);
  const images = Float32Array.from({ length: pixels }, () => random.normal());
  const target = new Float32Array(pixels * 2);
  for (let pixel = 0; pixel < pixels; pixel++) {
    target[2 * pixel + (random.next() > 0.97 ? 1 : 0)] = 1;
  }
  return { images, target, weight: new Float32Array(pixels).fill(1) };
}
