import { isDeepStrictEqual } from 'node:util';
import type { Places } from '@raremask/core';
import { type Law, law } from '../../trial/law.ts';
import { changesNothing, ignoresStream } from '../faults.ts';
import { type AugmentationSubject, changeOf, eachWindow, STREAMS, values } from '../subject.ts';
import { SCENES } from '../windows.ts';

/** @param varies false where chance plays no part, on purpose */
export function effectLaws(varies: boolean): readonly Law<AugmentationSubject>[] {
  const changes = law('changes something', async (subject: AugmentationSubject) => {
    if (await isWithoutEffect(subject)) {
      throw changesNothing(subject.where, SCENES.length * STREAMS);
    }
  });
  const follows = law('follows its stream', async (subject: AugmentationSubject) => {
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
    if (same && !(await isWithoutEffect(subject))) throw ignoresStream(subject.where);
  });
  return varies ? [changes, follows] : [changes];
}

async function isWithoutEffect(subject: AugmentationSubject): Promise<boolean> {
  let still = true;
  await eachWindow(subject, ({ places, window }, _, before) => {
    const moved = places !== undefined && !isStill(places);
    if (moved || !isDeepStrictEqual(values(window), values(before))) still = false;
  });
  return still;
}

function isStill({ transpose = false, flips = [], affine, displacement }: Places): boolean {
  return !transpose && !flips.includes(true) && affine === undefined && displacement === undefined;
}
