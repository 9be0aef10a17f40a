import { firstForeground, type Survey } from '@raremask/core';
import type { LoadedManifest } from '@raremask/core/manifest';
import type { OnEvent } from './events.ts';
import { openWork, type Work } from './work.ts';

/** What a data set holds, counted over all splits. */
export interface Inspection {
  readonly name: string;
  readonly remark?: string;
  readonly splits: readonly {
    readonly name: string;
    readonly images: number;
    /** Images without any foreground pixel. */
    readonly empty: number;
    readonly groups: number;
  }[];
  readonly classes: readonly ClassInspection[];
  /** The most frequent first. */
  readonly sizes: readonly { readonly size: readonly number[]; readonly images: number }[];
  readonly channels: number;
  readonly intensity: readonly {
    readonly channel: number;
    readonly min: number;
    readonly mean: number;
    readonly deviation: number;
    readonly max: number;
  }[];
  /** Share of all pixels that nobody has judged. */
  readonly ignoredShare: number;
  readonly warnings: readonly string[];
}

export interface ClassInspection {
  readonly name: string;
  /** The value in the mask files. */
  readonly value: number;
  readonly pixels: number;
  readonly share: number;
  readonly images: number;
  readonly structures: number;
  /** Quantiles of the structures' sizes in pixels; null for the background and absent classes. */
  readonly structurePixels: {
    readonly min: number;
    readonly q25: number;
    readonly median: number;
    readonly q75: number;
    readonly max: number;
  } | null;
}

/** Counts a data set: images, empty masks, class shares, structures, sizes, intensities. */
export async function inspect(loaded: LoadedManifest, onEvent: OnEvent): Promise<Inspection> {
  const warnings: string[] = [];
  const work = await openWork(loaded, (event) => {
    if (event.type === 'note' && event.level === 'warn') warnings.push(event.text);
    onEvent(event);
  });
  try {
    return inspectionOf(work, await work.survey(), warnings);
  } finally {
    await work.close();
  }
}

function inspectionOf(work: Work, survey: Survey, warnings: readonly string[]): Inspection {
  const { facts, splits, dataset, loaded } = work;
  const ids = [...splits.train, ...splits.validation, ...splits.test];
  const images = ids.map((id) => survey.image(id));
  const first = firstForeground(facts);
  const pixelsOf = (image: (typeof images)[number]) =>
    image.size.reduce((product, extent) => product * extent, 1);
  const pixels = images.reduce((sum, image) => sum + pixelsOf(image), 0);
  const ignored = images.reduce((sum, image) => sum + image.ignoredPixels, 0);
  const judged = Math.max(pixels - ignored, 1);

  const classes = facts.classes.map(({ name, value }, index): ClassInspection => {
    const own = images.reduce((sum, image) => sum + image.classPixels[index]!, 0);
    const sizes = images
      .flatMap((image) => image.structures.filter((structure) => structure.class === index))
      .map((structure) => structure.pixels)
      .sort((left, right) => left - right);
    const quantile = (share: number) => sizes[Math.round(share * (sizes.length - 1))]!;
    return {
      name,
      value,
      pixels: own,
      share: own / judged,
      images: images.filter((image) => image.classPixels[index]! > 0).length,
      structures: sizes.length,
      structurePixels:
        index < first || sizes.length === 0
          ? null
          : {
              min: quantile(0),
              q25: quantile(0.25),
              median: quantile(0.5),
              q75: quantile(0.75),
              max: quantile(1),
            },
    };
  });

  const sizes = new Map<string, { readonly size: readonly number[]; images: number }>();
  for (const { size } of images) {
    const key = size.join('x');
    const entry = sizes.get(key) ?? { size, images: 0 };
    entry.images++;
    sizes.set(key, entry);
  }
  const intensity = Array.from({ length: facts.channels }, (_, channel) => {
    const all = images.map((image) => image.intensity[channel]!);
    const weights = images.map(pixelsOf);
    const pooled = (values: readonly number[]) =>
      values.reduce((sum, value, index) => sum + value * weights[index]!, 0) / Math.max(pixels, 1);
    const mean = pooled(all.map((fact) => fact.mean));
    const meanSquare = pooled(all.map((fact) => fact.meanSquare));
    return {
      channel,
      min: all.reduce((least, fact) => Math.min(least, fact.minimum), Number.POSITIVE_INFINITY),
      mean,
      deviation: Math.sqrt(Math.max(meanSquare - mean * mean, 0)),
      max: all.reduce((most, fact) => Math.max(most, fact.maximum), Number.NEGATIVE_INFINITY),
    };
  });
  return {
    name: loaded.manifest.name,
    ...(facts.remark !== undefined && { remark: facts.remark }),
    splits: (['train', 'validation', 'test'] as const)
      .filter((name) => name !== 'test' || splits.test.length > 0)
      .map((name) => ({
        name,
        images: splits[name].length,
        empty: splits[name].filter((id) => !survey.hasForeground(id)).length,
        groups: new Set(splits[name].map((id) => dataset.group(id) ?? id)).size,
      })),
    classes,
    sizes: [...sizes.values()].sort((left, right) => right.images - left.images),
    channels: facts.channels,
    intensity,
    ignoredShare: ignored / Math.max(pixels, 1),
    warnings,
  };
}
