import type { Census, Facts, Loss, LossPlugin } from '@raremask/core';

/** The loss that a plugin makes from options as a manifest writes them. */
export async function make(
  plugin: LossPlugin,
  facts: Facts,
  written: Readonly<Record<string, unknown>> = {},
  census: () => Promise<Census> = () => Promise.reject(new Error('no census was expected')),
): Promise<Loss> {
  return await plugin.create(await parse(plugin, written), { facts, census });
}

/** Options with their defaults; throws with the schema's complaints. */
export async function parse(
  plugin: LossPlugin,
  written: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  const result = await plugin.options['~standard'].validate(written);
  if (result.issues) throw new Error(result.issues.map(({ message }: Error) => message).join('; '));
  return result.value;
}

/** A count of 10 images of 64 pixels, 4 of them with one structure of 8 pixels of each class. */
export function census(facts: Facts): () => Promise<Census> {
  const classes = facts.classes.map(({ name }, index) => {
    const background = !facts.overlapping && index === 0;
    const pixels = background ? 640 - 32 * (facts.classes.length - 1) : 32;
    return {
      name,
      pixels,
      share: pixels / 640,
      images: background ? 10 : 4,
      structures: background ? 0 : 4,
      meanStructure: background ? 0 : 8,
    };
  });
  return async () => ({ images: 10, emptyImages: 6, pixels: 640, classes });
}
