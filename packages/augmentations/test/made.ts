import {
  type Augmentation,
  type AugmentationPlugin,
  type Facts,
  facts as factsToken,
} from '@raremask/core';
import { createHost } from '@raremask/core/host';

const exclusive: Facts = {
  space: 2,
  channels: 2,
  classes: ['ground', 'a', 'b'].map((name, value) => ({ name, value })),
  overlapping: false,
};

/** An augmentation as a run makes it. */
export async function made(
  plugin: AugmentationPlugin,
  written: object,
  facts = exclusive,
): Promise<Augmentation> {
  const run = createHost().run({ seed: 1 });
  run.provide(factsToken, () => facts);
  const checked = await plugin.options?.['~standard'].validate(written);
  if (checked?.issues) throw new Error(JSON.stringify(checked.issues));
  const options = checked?.value;
  return await run.make({ kind: 'augmentation', plugin, options, place: 'train.augment[0]' });
}
