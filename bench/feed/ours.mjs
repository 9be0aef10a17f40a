// The feed of a manifest's training split: one JSON line with the samples a second of each epoch.
// node ours.mjs FOLDER EPOCHS PASSES
import { join } from 'node:path';
import { facts } from '@raremask/core';
import { loadManifest } from '@raremask/core/manifest';
import { makeAugmentations } from '../../packages/engine/dist/augment/makeAugmentations.js';
import { openData } from '../../packages/engine/dist/opening/openData.js';

const [folder, epochs, passes = '1'] = process.argv.slice(2);
const loaded = await loadManifest([join(folder, 'raremask.yaml')]);
const { batch } = loaded.manifest.train;
const data = await openData(loaded, () => {});
const ids = Array.from({ length: Number(passes) }, () => data.splits.train).flat();
const draws = Array.from({ length: Math.floor(ids.length / batch) }, (_, index) =>
  ids.slice(index * batch, (index + 1) * batch).map((id) => ({ id })),
);
const scope = data.scope(() => {});
scope.provide(facts, () => data.facts);
const feed = await data.feed({
  normalization: { kind: 'affine', mean: [90], deviation: [60] },
  multipleOf: [1, 1],
  augmentations: await makeAugmentations(loaded.plugins.augmentations, data.facts, (one) =>
    scope.make(one),
  ),
});
const rates = [];
for (let epoch = 0; epoch <= Number(epochs); epoch++) {
  const started = performance.now();
  let samples = 0;
  for await (const ready of feed.batches(epoch, draws)) {
    samples += ready.draws.length;
    feed.release(ready);
  }
  if (epoch > 0) rates.push((1000 * samples) / (performance.now() - started));
}
await feed.close();
await data.close();
console.log(JSON.stringify(rates));
