import { isDeepStrictEqual } from 'node:util';
import type { Place } from '../../errors.ts';
import { changesGiven, drawsOwnRandomNumbers, makesTensors } from '../../pluginFaults.ts';
import { type Law, law } from '../../trial/law.ts';
import { countRandomDraws, countTensorsMade } from '../../trial/watch.ts';
import { notRepeated } from '../faults.ts';
import {
  type AugmentationSubject,
  type Changed,
  changeOf,
  eachWindow,
  STREAMS,
  values,
} from '../subject.ts';
import { donorOf, SCENES } from '../windows.ts';

/** A change follows from window and stream alone, and touches nothing else. */
export function purityLaws(): readonly Law<AugmentationSubject>[] {
  return [
    law('gives the same stream the same change', async (subject) => {
      await eachWindow(subject, async (changed, place, _before, seed, scene) => {
        const again = await changeOf(subject, subject.augmentation, scene, seed);
        differ(changed, again, place, 'the second time');
        const other = await changeOf(subject, await subject.another(), scene, seed);
        differ(changed, other, place, 'in another thread');
      });
    }),
    law('draws no random numbers of its own', async (subject) => {
      const times = await countRandomDraws(() => eachWindow(subject, () => {}));
      if (times > 0) throw drawsOwnRandomNumbers(subject.where, times);
    }),
    law('keeps nothing of a window', async (subject) => {
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
    law('does not change the images that it takes from', async (subject) => {
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
    law('makes no tensor', async (subject) => {
      const made = await countTensorsMade(() => eachWindow(subject, () => {}));
      if (made > 0) throw makesTensors(subject.where, 'an augmentation', made);
    }),
  ];
}

function differ(expected: Changed, got: Changed, place: Place, when: string): void {
  if (!isDeepStrictEqual(got.places, expected.places)) throw notRepeated(place, when, 'place');
  for (const name of ['image', 'labels', 'weight'] as const) {
    if (!isDeepStrictEqual(got.window[name], expected.window[name])) {
      throw notRepeated(place, when, name);
    }
  }
}
