import { inspect, isDeepStrictEqual } from 'node:util';
import {
  feedbackInEpoch,
  oneSideOfState,
  stateNotJson,
  stateStillWritten,
  unlikeAfterResume,
} from '../faults.ts';
import { copied, type Plan, planDifference, planOf } from '../plan.ts';
import { epochs, hear, restore, stateOf } from '../subject.ts';
import { type Law, law } from './law.ts';

/** What a sampler has heard, and what a checkpoint keeps of it. */
export function resumeLaws(): readonly Law[] {
  return [
    law('draws the same when it is resumed', 'mixed', async (subject) => {
      const { place } = subject;
      const run = await subject.another();
      const plans: Plan[] = [];
      const saved: { readonly epoch: number; readonly step: number; readonly text: string }[] = [];
      for (const epoch of epochs()) {
        const plan = copied(planOf(run, epoch, place));
        plans.push(plan);
        for (const [step, draws] of plan.entries()) {
          if (step < 2) saved.push({ epoch, step, text: JSON.stringify(stateOf(run, place)) });
          hear(run, draws, epoch, step, place);
        }
      }
      for (const { epoch, step, text } of saved) {
        const resumed = await subject.another();
        restore(resumed, text, place);
        for (let later = epoch; later < plans.length; later++) {
          const plan = copied(planOf(resumed, later, place));
          const differing = planDifference(plans[later]!, plan);
          const when = `epoch ${later}, resumed before batch ${step} of epoch ${epoch}`;
          if (differing) throw unlikeAfterResume(place, when, run.state !== undefined, differing);
          for (const [index, draws] of plan.entries()) {
            if (later > epoch || index >= step) hear(resumed, draws, later, index, place);
          }
        }
      }
    }),
    law('lets feedback change later epochs only', 'mixed', async (subject) => {
      const { place } = subject;
      const sampler = await subject.another();
      if (sampler.observe === undefined) return;
      for (const epoch of epochs()) {
        const plan = copied(planOf(sampler, epoch, place));
        for (const [step, draws] of plan.slice(0, -1).entries()) {
          hear(sampler, draws, epoch, step, place);
          // A look ahead is no sign that the epoch is over.
          planOf(sampler, epoch + 1, place);
          const differing = planDifference(plan, planOf(sampler, epoch, place));
          if (differing) throw feedbackInEpoch(place, epoch, step, differing);
        }
      }
    }),
    law('has a state that JSON can hold', 'mixed', async (subject) => {
      const { place } = subject;
      const sampler = await subject.another();
      if ((sampler.state === undefined) !== (sampler.restore === undefined)) {
        throw oneSideOfState(place, sampler.state === undefined ? 'restore' : 'state');
      }
      if (sampler.state === undefined) return;
      const hearAll = (epoch: number) => {
        for (const [step, draws] of planOf(sampler, epoch, place).entries()) {
          hear(sampler, draws, epoch, step, place);
        }
      };
      hearAll(0);
      const state = stateOf(sampler, place);
      const before = throughJson(state);
      if (!isDeepStrictEqual(before, state)) {
        throw stateNotJson(
          place,
          inspect(state, { depth: 2, breakLength: Number.POSITIVE_INFINITY }),
        );
      }
      hearAll(1);
      if (!isDeepStrictEqual(throughJson(state), before)) throw stateStillWritten(place);
    }),
  ];
}

/** What is left of a value in a checkpoint. */
function throughJson(value: unknown): unknown {
  try {
    return JSON.parse(JSON.stringify(value));
  } catch {
    return undefined;
  }
}
