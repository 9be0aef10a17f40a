import type { Json } from '@raremask/core';
import { readJson } from './recordedFile.ts';

/** How many values lie in [from, to). */
export interface Bin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** What the batches of some epochs hold, counted in the sampler's own plan. */
export interface Forecast {
  readonly batches: number;
  readonly images: number;
  /** Images of a batch, or windows of images, without any foreground pixel: their share. */
  readonly emptyShare: number;
  /** Images with foreground in a batch, on average; with windows, those whose window shows it. */
  readonly foregroundPerBatch: number;
  /** Structures in a batch, on average; a structure that a window cuts counts once. */
  readonly structuresPerBatch: number;
  /** Share of the pixels in the image that are foreground of any class. */
  readonly foregroundShare: number;
  /** Share of the batches without any foreground pixel. */
  readonly batchesWithoutForeground: number;
  /** Share of the draws of images with foreground whose window shows none of it. */
  readonly emptiedByWindow: number;
  /** Foreground classes, in the order of the class axis. */
  readonly classes: readonly {
    readonly name: string;
    readonly structuresPerBatch: number;
    /** Share of the batches without a pixel of the class. */
    readonly batchesWithout: number;
  }[];
  /** The same for each epoch that was looked at, counted from 1. */
  readonly epochs: readonly {
    readonly epoch: number;
    readonly batches: number;
    readonly emptyShare: number;
    readonly structuresPerBatch: number;
    readonly batchesWithoutForeground: number;
  }[];
  /** False where an epoch was too long and only its first batches were counted. */
  readonly wholeEpochs: boolean;
}

/** What a sampler puts into the batches. */
export type Batches = {
  readonly sampler: string;
  readonly batch: number;
  readonly window: readonly number[] | null;
} & Forecast;

/** Why a sampler draws nothing from these data. */
interface BatchProblem {
  readonly sampler: string;
  readonly batch: number;
  readonly problem: string;
}

/** What one call costs. */
interface Cost {
  readonly seconds: number;
  /** False where it would have taken too long: derived from the next coarser resolution by the pixels. */
  readonly timed: boolean;
}

/** What a data set holds, counted over all splits. */
export interface Inspection {
  readonly name: string;
  /** What must be said about the data, for example that it is synthetic. */
  readonly remark?: string;
  readonly splits: readonly {
    readonly name: string;
    /** Those that can be read; the others stand in `unreadable`. */
    readonly images: number;
    /** Images without any foreground pixel. */
    readonly empty: number;
    readonly groups: number;
    /** Groups of which no image has foreground. */
    readonly emptyGroups: number;
  }[];
  /** Every group of more than one image, in the order of first images. */
  readonly groups: readonly {
    readonly name: string;
    /** More than one: the group leaks. */
    readonly splits: readonly string[];
    readonly images: number;
    readonly empty: number;
  }[];
  readonly classes: readonly ClassInspection[];
  /** The most frequent first. */
  readonly sizes: readonly { readonly size: readonly number[]; readonly images: number }[];
  /** How large pixels are, as image files say; left out of volumes, and where no file says so. */
  readonly pixelSizes?:
    | {
        /** The most frequent first; `size` in millimetres, null of the images whose files say none. */
        readonly sizes: readonly {
          readonly size: readonly number[] | null;
          /** The same with its unit. */
          readonly text: string | null;
          readonly images: number;
        }[];
        /** What may be done where they differ. */
        readonly differ?: string;
      }
    | undefined;
  /** What images keep at coarser `data.resolution`s; left out of volumes. */
  readonly resolutions?:
    | readonly {
        readonly factor: number;
        /** The median image there. */
        readonly size: readonly number[];
        /** Pixels of an image, as a share of its own: what a step and a prediction cost goes with them. */
        readonly pixels: number;
        readonly classes: readonly {
          readonly name: string;
          /** Share of the structures that have at least 4 pixels there; null where there is none. */
          readonly kept: number | null;
          /** Mean Dice of masks with themselves, brought there and back: more than no network reaches. */
          readonly dice?: number;
        }[];
        /**
         * What the manifest's network costs there on this machine: a step on a batch of its windows, or of whole
         * images, and a look at one whole image. Null where there is no memory for it; left out where not asked for.
         */
        readonly cost?: { readonly step: Cost | null; readonly image: Cost | null };
      }[]
    | undefined;
  /** Training images whose masks were brought there. */
  readonly resolutionsTried?: number;
  readonly channels: number;
  readonly intensity: readonly {
    readonly channel: number;
    readonly min: number;
    readonly mean: number;
    readonly deviation: number;
    readonly max: number;
    /** Quantiles of the images' means: how much images differ in brightness. */
    readonly imageMeans: { readonly q05: number; readonly median: number; readonly q95: number };
  }[];
  /** Share of all pixels that nobody has judged. */
  readonly ignoredShare: number;
  /** Foreground pixels of an image with foreground, as a share of its pixels. */
  readonly foregroundShares: readonly Bin[];
  /** Images of one value all over: there is nothing in them to learn from or to find. */
  readonly blank: readonly {
    readonly id: string;
    readonly split: string;
    /** Pixels of foreground in its mask: more than 0 cannot be right. */
    readonly foreground: number;
  }[];
  /** Images whose foreground the data set has lost by its own resampling, all of it. */
  readonly emptied: readonly { readonly id: string; readonly split: string }[];
  /** Images with the same pixels, whatever their masks; blank ones do not count. */
  readonly duplicates: readonly {
    readonly ids: readonly string[];
    /** More than one: what is scored was trained on. */
    readonly splits: readonly string[];
  }[];
  /** Samples that cannot be read: damaged files, mask values outside the map, sizes that differ. */
  readonly unreadable: readonly {
    readonly id: string;
    readonly split: string;
    readonly code: string;
    readonly message: string;
  }[];
  /** What the manifest's sampler puts into the batches; or why it draws nothing. */
  readonly batches: Batches | BatchProblem;
  readonly recommendation: {
    readonly settings: readonly {
      readonly path: string;
      readonly value: Json;
      readonly reason: string;
    }[];
    /** The whole manifest as YAML, each setting with its reason in a comment. */
    readonly manifest: string;
  };
  /** What is unlikely of the classes: mostly foreground, none at all, or a class that a split lacks. */
  readonly unlikely?: readonly string[];
  readonly warnings: readonly string[];
}

export interface ClassInspection {
  readonly name: string;
  /** The value in the mask files. */
  readonly value: number;
  readonly pixels: number;
  /** Of all judged pixels. */
  readonly share: number;
  readonly images: number;
  /** Of the images that show it; left out where the data name no groups. */
  readonly groups?: number;
  readonly structures: number;
  /** Quantiles of the structures' sizes in pixels; null for the background and absent classes. */
  readonly structurePixels: {
    readonly min: number;
    readonly q05: number;
    readonly q25: number;
    readonly median: number;
    readonly mean: number;
    readonly q75: number;
    readonly q95: number;
    readonly max: number;
  } | null;
  /** How many structures have which size. */
  readonly structureSizes: readonly Bin[];
}

/** A sample to look at; its picture is a file of the run folder. */
export interface RecordedExample {
  readonly id: string;
  readonly split: string;
  readonly kind: 'smallest' | 'typical' | 'largest' | 'empty';
  /** Pixels of any class. */
  readonly foreground: number;
  readonly size: readonly number[];
  readonly slice?: number;
  readonly width: number;
  readonly height: number;
  /** With slashes, from the run folder. */
  readonly file: string;
}

/** inspection.json: what was counted of a run's data, and pictures of some of its samples. */
export interface InspectionFile extends Inspection {
  readonly examples?: readonly RecordedExample[];
}

/** Undefined where the run has none. */
export async function readInspection(path: string): Promise<InspectionFile | undefined> {
  return await readJson<InspectionFile>(path);
}
