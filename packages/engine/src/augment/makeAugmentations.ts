import {
  type Augmentation,
  type Facts,
  facts as factsToken,
  folder,
  type Json,
  log,
  type ServicePlugin,
  type Token,
} from '@raremask/core';
import type { MakeablePlugin } from '@raremask/core/host';
import {
  augmentMembers,
  augmentNeeds,
  augmentNeedsPlane,
  augmentNeedsVolumes,
  nothingToPaste,
} from './errors.ts';

/** An augmentation as plain data, for another thread to make. */
export interface PlannedAugmentation {
  /** File URL of the plugin's module. */
  readonly url: string;
  /** Options as the manifest has them. */
  readonly rawOptions: Json;
  /** Where the manifest names it. */
  readonly place: string;
}

/** An augmentation of the manifest, made. */
export interface MadeAugmentation {
  readonly product: Augmentation;
  /** Of the plugin. */
  readonly name: string;
  /** What messages call it: place and name. */
  readonly where: string;
  /** Name of its branch of a window's stream; left out, it draws from the window's own. */
  readonly stream?: string;
  readonly planned: PlannedAugmentation;
}

/** A plugin that can be made here and in another thread. */
export type AugmentationSource = MakeablePlugin<'augmentation'> & PlannedAugmentation;

/** What the threads that read offer. */
const OFFERED: readonly symbol[] = [factsToken, folder, log].map(({ key }) => key);

/** Flips and turns have always drawn from the window's own stream, which nothing else draws from. */
const OWN_STREAM = 'flip-rotate';

/**
 * Makes the augmentations of a manifest, in its order, and refuses what would have no effect on this
 * data set.
 *
 * @param make makes one in a scope of its own thread
 * @param services that plugins of the manifest provide, there too
 */
export async function makeAugmentations(
  sources: readonly AugmentationSource[],
  facts: Facts,
  make: (source: AugmentationSource) => Promise<Augmentation>,
  services: readonly { readonly plugin: ServicePlugin }[] = [],
): Promise<readonly MadeAugmentation[]> {
  const made: MadeAugmentation[] = [];
  const seen = new Map<string, number>();
  const offered = [...OFFERED, ...services.map(({ plugin }) => plugin.provides.key)];
  for (const source of sources) {
    const { plugin, place, url, rawOptions } = source;
    const where = `${place} (${plugin.name})`;
    const needs = Object.values(plugin.needs ?? {}) as readonly Token<unknown>[];
    const unknown = needs.filter(({ key }) => !offered.includes(key));
    if (unknown.length > 0) {
      const names = unknown.map(({ name }) => name);
      throw augmentNeeds(where, names);
    }
    const product = await make(source);
    checkProduct(product, where, facts);
    const before = seen.get(plugin.name) ?? 0;
    seen.set(plugin.name, before + 1);
    const stream = before === 0 ? plugin.name : `${plugin.name}/${before + 1}`;
    const planned = { url, rawOptions, place };
    made.push({
      product,
      name: plugin.name,
      where,
      planned,
      ...(stream !== OWN_STREAM && { stream }),
    });
  }
  return made;
}

function checkProduct({ places, window, space }: Augmentation, where: string, facts: Facts): void {
  const functions = [places, window].filter((member) => member !== undefined);
  if (functions.length === 0 || functions.some((member) => typeof member !== 'function')) {
    throw augmentMembers(where);
  }
  if (space === undefined || space === facts.space) return;
  throw space === 2 ? augmentNeedsPlane(where) : augmentNeedsVolumes(where);
}

/** @param donors ids of training images with foreground */
export function checkDonors(made: readonly MadeAugmentation[], donors: readonly string[]): void {
  const taking = made.find(({ product }) => product.donors);
  if (taking !== undefined && donors.length === 0) throw nothingToPaste(taking.where);
}
