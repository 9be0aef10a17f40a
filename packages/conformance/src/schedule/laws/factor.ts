import { type Law, law } from '../../trial/law.ts';
import { neverMoves } from '../faults.ts';
import { factorsOf, type ScheduleSubject } from '../subject.ts';

/** Lengths of runs, in epochs without the warm-up. */
const LENGTHS = [1, 2, 7, 40];

/** What can be multiplied with a learning rate. */
export function factorLaws(): readonly Law<ScheduleSubject>[] {
  return [
    law('gives a finite number from 0 at every moment', async (subject) => {
      for (const epochs of LENGTHS) {
        factorsOf({ ...subject, schedule: await subject.another() }, epochs);
      }
    }),
    law('gives one in runs without validation too, and whatever is heard', async (subject) => {
      for (const score of [null, 0, 1, -3, 1e9]) {
        const schedule = await subject.another();
        factorsOf({ ...subject, schedule }, 12, 0, 12, () => score);
      }
    }),
    law('moves the weights somewhere in a run', async (subject) => {
      for (const epochs of LENGTHS) {
        const schedule = await subject.another();
        const factors = factorsOf({ ...subject, schedule }, epochs);
        if (!factors.some((factor) => factor > 0)) throw neverMoves(subject.where);
      }
    }),
  ];
}
