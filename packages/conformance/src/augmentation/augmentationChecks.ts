import { isDeepStrictEqual } from 'node:util';
import {
  type Augmentation,
  type AugmentationPlugin,
  type AugmentedWindow,
  type Facts,
  facts as factsToken,
  folder,
  log,
  type Places,
  type Sample,
  type Token,
} from '@raremask/core';
import { createRandom } from '@raremask/core/host';
import type { Check } from '../check.ts';
import type { Place } from '../errors.ts';
import { pluginChecks } from '../pluginChecks.ts';
import { changesGiven, drawsOwnRandomNumbers, makesTensors } from '../pluginFaults.ts';
import { inEveryCase } from '../trial/cases.ts';
import { make, whereOf } from '../trial/make.ts';
import { task } from '../trial/tasks.ts';
import { countRandomDraws, countTensorsMade } from '../trial/watch.ts';
import {
  augmentationMembers,
  augmentationThrows,
  changesNothing,
  ignoresStream,
  notRepeated,
  placesCannotBe,
  threadServices,
  windowBroken,
} from './faults.ts';
import { placesFault, windowFault } from './laws.ts';
import { donorOf, offered, SCENES, type Scene, windowOf } from './windows.ts';

/** What the author knows of an augmentation. */
export interface AugmentationCheckOptions {
  /** Sets of options as a manifest writes them; left out, one without any option. */
  readonly options?: readonly unknown[];
  /** The only task to try; left out, four are tried: images and volumes, of exclusive and overlapping classes. */
  readonly facts?: Facts;
  /** False for an augmentation in which chance plays no part, on purpose. */
  readonly varies?: boolean;
}

interface AugmentationSubject {
  readonly facts: Facts;
  readonly augmentation: Augmentation;
  /** Another one, made of the same things. */
  another(): Promise<Augmentation>;
  readonly where: string;
}

/** What became of one window. */
interface Changed {
  readonly places: Places | undefined;
  readonly window: AugmentedWindow;
}

const STREAMS = 32;
const OFFERED: readonly symbol[] = [factsToken, folder, log].map(({ key }) => key);

/** Checks that every augmentation must pass. */
export function augmentationChecks(
  plugin: AugmentationPlugin,
  { options = [{}], facts, varies = true }: AugmentationCheckOptions = {},
): readonly Check[] {
  const tasks =
    facts === undefined
      ? [
          task('exclusive', 3, 2),
          task('overlapping', 2, 2, 3),
          task('exclusive', 2, 3),
          task('overlapping', 2, 3, 2),
        ]
      : [facts];
  const check = (name: string, law: (subject: AugmentationSubject) => Promise<void>): Check => ({
    name,
    async run() {
      for (const written of options) {
        await inEveryCase(
          tasks,
          (one) => opened(plugin, written, one),
          async (subject) => {
            const { space } = subject.augmentation;
            if (space === undefined || space === subject.facts.space) await law(subject);
          },
        );
      }
    },
  });

  const checks: Check[] = [
    ...pluginChecks(plugin, 'augmentation'),
    {
      name: 'needs nothing but what reading threads have',
      async run() {
        const needs = Object.values(plugin.needs ?? {}) as readonly Token<unknown>[];
        const others = needs.filter(({ key }) => !OFFERED.includes(key));
        if (others.length > 0) {
          const names = others.map(({ name }) => name);
          throw threadServices(plugin.name, names);
        }
      },
    },
    check('has places, window or both', async ({ augmentation, where }) => {
      const { places, window } = augmentation;
      const given = Object.entries({ places, window }).filter(([, one]) => one !== undefined);
      if (given.length === 0 || given.some(([, one]) => typeof one !== 'function')) {
        throw augmentationMembers(where, Object.keys(augmentation).join(', ') || 'nothing');
      }
    }),
    check('moves pixels to where a window can have them', async (subject) => {
      await eachWindow(subject, ({ places, window }, place) => {
        const found = placesFault(places, window.drawn, subject.facts.space);
        if (found !== undefined) throw placesCannotBe(place, found.what, found);
      });
    }),
    check('leaves windows valid', async (subject) => {
      await eachWindow(subject, ({ window }, place, before) => {
        const found = windowFault(before, window, subject.facts);
        if (found !== undefined) throw windowBroken(place, found.what, found);
      });
    }),
    check('gives the same stream the same change', async (subject) => {
      await eachWindow(subject, async (changed, place, _before, seed, scene) => {
        const again = await changeOf(subject, subject.augmentation, scene, seed);
        differ(changed, again, place, 'the second time');
        const other = await changeOf(subject, await subject.another(), scene, seed);
        differ(changed, other, place, 'in another thread');
      });
    }),
    check('draws no random numbers of its own', async (subject) => {
      const times = await countRandomDraws(() => eachWindow(subject, () => {}));
      if (times > 0) throw drawsOwnRandomNumbers(subject.where, times);
    }),
    check('keeps nothing of a window', async (subject) => {
      const [first, ...others] = SCENES;
      for (let seed = 0; seed < STREAMS; seed++) {
        const changed = await changeOf(subject, subject.augmentation, first!, seed);
        const before = structuredClone(values(changed.window));
        for (const scene of others) await changeOf(subject, subject.augmentation, scene, seed);
        const place = { where: subject.where, label: `${first!.label}, stream ${seed}` };
        if (!isDeepStrictEqual(values(changed.window), before)) {
          throw notRepeated(place, 'once other windows have come', 'window');
        }
      }
    }),
    check('does not change the images that it takes from', async (subject) => {
      if (!subject.augmentation.donors) return;
      const original = donorOf(subject.facts);
      const given = donorOf(subject.facts);
      for (const scene of SCENES) {
        for (let seed = 0; seed < STREAMS; seed++) {
          await changeOf(subject, subject.augmentation, scene, seed, given);
          if (isDeepStrictEqual(given, original)) continue;
          const place = { where: subject.where, label: scene.label };
          const expected = 'the other image';
          throw changesGiven(place, 'another training image', { expected, got: 'other values' });
        }
      }
    }),
    check('makes no tensor', async (subject) => {
      const made = await countTensorsMade(() => eachWindow(subject, () => {}));
      if (made > 0) throw makesTensors(subject.where, 'an augmentation', made);
    }),
    check('changes something', async (subject) => {
      let still = true;
      await eachWindow(subject, ({ places, window }, _, before) => {
        const moved = places !== undefined && !isStill(places);
        if (moved || !isDeepStrictEqual(values(window), values(before))) still = false;
      });
      if (still) throw changesNothing(subject.where, SCENES.length * STREAMS);
    }),
  ];
  if (!varies) return checks;
  return [
    ...checks,
    check('follows its stream', async (subject) => {
      let same = true;
      for (const scene of SCENES) {
        const first = await changeOf(subject, subject.augmentation, scene, 0);
        for (let seed = 1; seed < STREAMS && same; seed++) {
          const other = await changeOf(subject, subject.augmentation, scene, seed);
          same =
            isDeepStrictEqual(first.places, other.places) &&
            isDeepStrictEqual(values(first.window), values(other.window));
        }
      }
      if (same) throw ignoresStream(subject.where);
    }),
  ];
}

async function opened(plugin: AugmentationPlugin, written: unknown, facts: Facts) {
  const one = await make<'augmentation'>(plugin, written, { facts });
  const others: { dispose(): Promise<void> }[] = [];
  const subject: AugmentationSubject = {
    facts,
    augmentation: one.product,
    where: whereOf(plugin, written, facts),
    async another() {
      const other = await make<'augmentation'>(plugin, written, { facts });
      others.push(other);
      return other.product;
    },
  };
  return {
    subject,
    async dispose() {
      for (const { dispose } of [one, ...others]) await dispose();
    },
  };
}

type Visit = (
  changed: Changed,
  place: Place,
  before: AugmentedWindow,
  seed: number,
  scene: Scene,
) => void | Promise<void>;

async function eachWindow(subject: AugmentationSubject, visit: Visit): Promise<void> {
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
async function changeOf(
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

function values({ image, labels, weight, inside }: AugmentedWindow) {
  return { image, labels, weight, inside };
}

function differ(expected: Changed, got: Changed, place: Place, when: string): void {
  if (!isDeepStrictEqual(got.places, expected.places)) throw notRepeated(place, when, 'place');
  for (const name of ['image', 'labels', 'weight'] as const) {
    if (!isDeepStrictEqual(got.window[name], expected.window[name])) {
      throw notRepeated(place, when, name);
    }
  }
}

function isStill({ transpose = false, flips = [], affine, displacement }: Places): boolean {
  return !transpose && !flips.includes(true) && affine === undefined && displacement === undefined;
}
