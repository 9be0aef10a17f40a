import { repeatsEpoch, samplerIgnoresSeed } from '../faults.ts';
import { copied, describeDraws, planDifference, planOf } from '../plan.ts';
import { epochs, SEED } from '../subject.ts';
import { type Law, law } from './law.ts';

/** Other batches in another epoch, and for another seed. */
export function varietyLaws(): readonly Law[] {
  return [
    law('gives epochs batches of their own', 'mixed', async ({ sampler, place }) => {
      const [first, ...others] = epochs().map((epoch) => copied(planOf(sampler, epoch, place)));
      if (others.every((plan) => planDifference(first!, plan) === undefined)) {
        throw repeatsEpoch(place, describeDraws(first![0] ?? []));
      }
    }),

    law('follows the seed of the run', 'mixed', async (subject) => {
      const other = await subject.another(SEED + 1);
      const same = epochs().every((epoch) => {
        const plan = copied(planOf(subject.sampler, epoch, subject.place));
        return planDifference(plan, planOf(other, epoch, subject.place)) === undefined;
      });
      if (same) throw samplerIgnoresSeed(subject.place);
    }),
  ];
}
