import { type Law, law } from '../../trial/law.ts';
import { augmentationMembers, placesCannotBe, windowBroken } from '../faults.ts';
import { type AugmentationSubject, eachWindow } from '../subject.ts';
import { placesFault, windowFault } from '../windowFaults.ts';

/** What an augmentation has, and the form of what it gives. */
export function formLaws(): readonly Law<AugmentationSubject>[] {
  return [
    law('has places, window or both', async ({ augmentation, where }) => {
      const { places, window } = augmentation;
      const given = Object.entries({ places, window }).filter(([, one]) => one !== undefined);
      if (given.length === 0 || given.some(([, one]) => typeof one !== 'function')) {
        throw augmentationMembers(where, Object.keys(augmentation).join(', ') || 'nothing');
      }
    }),
    law('moves pixels to where a window can have them', async (subject) => {
      await eachWindow(subject, ({ places, window }, place) => {
        const found = placesFault(places, window.drawn, subject.facts.space);
        if (found !== undefined) throw placesCannotBe(place, found.what, found);
      });
    }),
    law('leaves windows valid', async (subject) => {
      await eachWindow(subject, ({ window }, place, before) => {
        const found = windowFault(before, window, subject.facts);
        if (found !== undefined) throw windowBroken(place, found.what, found);
      });
    }),
  ];
}
