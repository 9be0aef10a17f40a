import { join } from 'node:path';
import { prepareBackend } from '@raremask/backends';
import { loadRuntime, type Runtime } from '@raremask/compiler';
import * as services from '@raremask/core';
import { createHost, createRandom } from '@raremask/core/host';
import { loadManifest } from '@raremask/core/manifest';
import { initialState, openRunner, type RunEvent, type StepProgram } from '@raremask/engine';
import { expect, test } from 'vitest';
import { further } from './further.ts';
import { root } from './pack.ts';
import { softwareGpu } from './testRuntime.ts';

const STEPS = 50;
/** Of a weight in float32. */
const HALF_A_BIT = 6e-8;
/** How much further from the processor WebGPU may be than the processor, so moved, is from itself: 2 to 3 % were seen of both. */
const TIMES = 4;
/** The demo's images are 64 x 64; a processor that plays GPU takes seconds for a step of any. */
const SIZE = [16, 16] as const;

const facts: services.Facts = {
  space: 2,
  channels: 1,
  classes: [
    { name: 'background', value: 0 },
    { name: 'nodule', value: 255 },
  ],
  overlapping: false,
};

/** Of the structures below: for the first bias of the last layer. */
const census: services.Census = {
  ...{ images: 2, emptyImages: 1, pixels: 2 * SIZE[0] * SIZE[1] },
  classes: facts.classes.map(({ name }, index) => {
    const share = index === 1 ? 0.04 : 0.96;
    return {
      ...{ name, share, pixels: 2 * SIZE[0] * SIZE[1] * share, images: 2 - index },
      ...{ structures: index, meanStructure: 20 * index },
    };
  }),
};

/** Network, losses, optimizer, batch and learning rate of the demo's manifest, on smaller images. */
async function demo() {
  const { manifest, plugins } = await loadManifest([
    join(root, 'examples', 'lung-phantom', 'raremask.yaml'),
  ]);
  const run = createHost().run({ seed: manifest.seed });
  run.provide(services.facts, () => facts);
  run.provide(services.census, () => async () => census);
  run.provide(services.batchSize, () => manifest.train.batch);
  const program: StepProgram = {
    facts,
    model: await run.make(plugins.model),
    losses: await Promise.all(plugins.losses.map((loss) => run.make(loss))),
    optimizer: await run.make(plugins.optimizer),
    clip: manifest.train.clip,
    outcomes: false,
  };
  return { program, batch: manifest.train.batch, rate: manifest.train.optimizer.learningRate };
}

/** Grey noise; every other image has a bright disc, which is the structure. */
function batchOf(count: number, step: number) {
  const random = createRandom(step);
  const [height, width] = SIZE;
  const pixels = count * height * width;
  const images = Float32Array.from({ length: pixels }, () => random.normal() / 2);
  const target = new Float32Array(2 * pixels);
  for (let image = 0; image < count; image++) {
    const [row, column] = [random.next() * height, random.next() * width];
    for (let at = 0; at < height * width; at++) {
      const away = Math.hypot(Math.floor(at / width) - row, (at % width) - column);
      const isInside = image % 2 === 0 && away < 3;
      const pixel = image * height * width + at;
      if (isInside) images[pixel]! += 2;
      target[2 * pixel + (isInside ? 1 : 0)] = 1;
    }
  }
  return { images, target, weight: new Float32Array(pixels).fill(1) };
}

/** @param moved share of itself by which every first weight is moved, up or down */
async function lossesOn(runtime: Runtime, moved = 0): Promise<number[]> {
  const { program, batch, rate } = await demo();
  const state = initialState(program);
  for (const values of state.weights) {
    for (let at = 0; at < values.length; at++) values[at]! *= 1 + moved * (at % 3 === 0 ? -1 : 1);
  }
  const warned: string[] = [];
  const note = (event: RunEvent) =>
    event.type === 'note' && event.level === 'warn' && warned.push(event.text);
  const runner = openRunner({ runtime, threads: 1 }, program, state, note);
  const losses: number[] = [];
  for (let step = 1; step <= STEPS; step++) {
    const { loss } = await runner.step({
      ...{ count: batch, size: SIZE, ...batchOf(batch, step) },
      ...{ learningRate: rate, numbers: program.optimizer.numbers?.(step) ?? {} },
      termWeights: program.losses.map(() => 1),
      uniform: (into) => into.fill(0.5),
    });
    losses.push(loss);
  }
  await runner.dispose();
  expect(warned).toEqual([]);
  return losses;
}

test.each(further("50 steps of the demo's network on WebGPU", [STEPS]))(
  "%i steps of the demo's network on WebGPU have the losses of the processor, and it learns",
  async () => {
    const [gpu, processor] = [await softwareGpu(), await loadRuntime()];
    if (gpu.state !== 'ok' || processor.state !== 'ok') return;
    await prepareBackend('wasm');
    const expected = await lossesOn(processor.runtime);
    const apartOf = (losses: readonly number[]) =>
      losses.map((loss, step) => Math.abs(loss - expected[step]!) / expected[step]!);
    const apart = apartOf(await lossesOn(gpu.runtime));
    const own = apartOf(await lossesOn(processor.runtime, HALF_A_BIT));
    // Sums in another order are float noise, which Adam's steps and every ReLU between carry on.
    expect(apart[0]).toBeLessThan(1e-5);
    expect(Math.max(...apart.slice(0, 3))).toBeLessThan(1e-3);
    expect(Math.max(...apart)).toBeLessThan(TIMES * Math.max(...own));
    expect(expected.at(-1)).toBeLessThan(expected[0]! / 2);
  },
  1_200_000,
);
