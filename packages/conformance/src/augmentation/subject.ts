import type { Augmentation, AugmentedWindow, Facts, Places, Sample } from '@raremask/core';
import { createRandom } from '@raremask/core/host';
import type { Place } from '../errors.ts';
import type { Trial } from '../trial/everyOptions.ts';
import { augmentationThrows } from './faults.ts';
import { donorOf, offered, SCENES, type Scene, windowOf } from './windows.ts';

/** An augmentation under trial: one plugin with one set of options in one task. */
export interface AugmentationSubject {
  readonly facts: Facts;
  readonly augmentation: Augmentation;
  /** Another one, made of the same things. */
  another(): Promise<Augmentation>;
  /** What messages begin with. */
  readonly where: string;
}

/** The augmentation that a law looks at. */
export async function subjectOf({
  facts,
  fresh,
  where,
}: Trial<'augmentation'>): Promise<AugmentationSubject> {
  return { facts, augmentation: await fresh(), another: fresh, where };
}

/** What became of one window. */
export interface Changed {
  readonly places: Places | undefined;
  readonly window: AugmentedWindow;
}

/** Random streams that each scene is tried with. */
export const STREAMS = 32;

type Visit = (
  changed: Changed,
  place: Place,
  before: AugmentedWindow,
  seed: number,
  scene: Scene,
) => void | Promise<void>;

/** Changes every scene with every stream, and hands over what became of it. */
export async function eachWindow(subject: AugmentationSubject, visit: Visit): Promise<void> {
  for (const scene of SCENES) {
    const before = windowOf(scene, subject.facts);
    for (let seed = 0; seed < STREAMS; seed++) {
      const changed = await changeOf(subject, subject.augmentation, scene, seed);
      const place = { where: subject.where, label: `${scene.label}, stream ${seed}` };
      await visit(changed, place, before, seed, scene);
    }
  }
}

/** Changes one window as a run does. */
export async function changeOf(
  { facts, where }: AugmentationSubject,
  augmentation: Augmentation,
  scene: Scene,
  seed: number,
  donor: Sample = donorOf(facts),
): Promise<Changed> {
  const draw = createRandom(seed);
  const window = windowOf(scene, facts);
  try {
    const places = augmentation.places?.(window.drawn, draw) ?? undefined;
    const given = offered(window, augmentation.donors ? donor : undefined);
    const changed = await augmentation.window?.(given, draw);
    return { places, window: { ...window, ...(changed ?? {}) } };
  } catch (error) {
    throw augmentationThrows({ where, label: `${scene.label}, stream ${seed}` }, error);
  }
}

/** What an augmentation may change, and where it may not. */
export function values({ image, labels, weight, inside }: AugmentedWindow) {
  return { image, labels, weight, inside };
}
