import type { Draw } from '@raremask/core';
import { samplerNotPure, seedNotEnough } from '../faults.ts';
import { copied, type Plan, planDifference, planOf } from '../plan.ts';
import { epochs } from '../subject.ts';
import { type Law, law } from './law.ts';

/** The same batches for the same seed and epoch. */
export function repetitionLaws(): readonly Law[] {
  return [
    law('gives the same seed the same batches', 'mixed', async (subject) => {
      for (const epoch of epochs()) {
        const plan = planOf(subject.sampler, epoch, subject.place);
        // Long enough for a clock to go on.
        await new Promise((resolve) => setTimeout(resolve, 2));
        const other = planOf(await subject.another(), epoch, subject.place);
        const differing = planDifference(plan, other);
        if (differing) throw seedNotEnough(subject.place, epoch, differing);
      }
    }),
    law('gives an epoch the same batches, whatever was asked before', 'mixed', async (subject) => {
      const { sampler, place } = subject;
      const raw = epochs().map((epoch) => planOf(sampler, epoch, place));
      const plans = raw.map(copied);
      const compare = (epoch: number, got: Plan, asked: string) => {
        const differing = planDifference(plans[epoch]!, got);
        if (differing) throw samplerNotPure(place, epoch, asked, differing);
      };
      for (const epoch of epochs().toReversed()) {
        compare(epoch, planOf(await subject.another(), epoch, place), 'first of all');
        compare(epoch, planOf(sampler, epoch, place), 'after all the others');
        compare(epoch, planOf(sampler, epoch, place), 'twice');
      }
      // An epoch that is left in the middle, and another one between two of its batches.
      const begun = sampler.batches(0)[Symbol.iterator]();
      const first = begun.next();
      compare(1, planOf(sampler, 1, place), 'while epoch 0 is under way');
      const rest: (readonly Draw[])[] = first.done ? [] : [first.value];
      for (let next = begun.next(); !next.done; next = begun.next()) rest.push(next.value);
      compare(0, rest, 'with another epoch asked between its batches');
      for (const epoch of epochs()) {
        compare(epoch, raw[epoch]!, 'in the list that was handed over at first');
      }
      for (const epoch of epochs()) {
        const positioned = {
          ...sampler,
          batches: (one: number) => sampler.batches(one, (at) => at),
        };
        compare(epoch, planOf(positioned, epoch, place), 'with itself as its position');
      }
    }),
  ];
}
