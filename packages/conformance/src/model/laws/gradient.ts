import { createRandom } from '@raremask/core/host';
import type { Differing } from '../../errors.ts';
import { type Law, law } from '../../trial/law.ts';
import { number } from '../../trial/valueAndGradient.ts';
import { weightCutOff, wrongWeightGradient } from '../faults.ts';
import { type Call, callOf, weightedSum } from '../forward.ts';
import { answered, differentiated, type ModelSubject, place, someCall } from '../subject.ts';

/** What weights learn from. */
export function gradientLaws(): readonly Law<ModelSubject>[] {
  return [
    law('has a gradient for every weight', async (subject) => {
      const call = callOf(subject.model, subject.facts);
      const gradients = await differentiated(subject, call, 'outputs');
      const learnt = gradients.map(isSteep);
      await someCall(subject, async (source, seed) => {
        if (learnt.includes(false)) {
          const other = callOf(source, subject.facts, { seed });
          const others = await differentiated(subject, other, 'outputs');
          for (const [index, slopes] of others.entries()) learnt[index] ||= isSteep(slopes);
        }
        return !learnt.includes(false);
      });
      const index = learnt.indexOf(false);
      if (index < 0) return;
      const { name } = subject.model.weights[index]!;
      throw weightCutOff(place(subject, call), name, gradients[index] === undefined);
    }),
    law('has the gradient of its logits', async (subject) => {
      const { model } = subject;
      const call = callOf(model, subject.facts);
      const gradients = await differentiated(subject, call);
      for (const [index, { name }] of model.weights.entries()) {
        const slopes = gradients[index];
        if (slopes === undefined) continue;
        let wrong: Differing | undefined;
        for (let direction = 0; direction < 4; direction++) {
          wrong = await slopeFault(subject, call, index, slopes, `direction ${direction}`);
          if (wrong === undefined) break;
        }
        if (wrong) throw wrongWeightGradient(place(subject, call), name, wrong);
      }
    }),
  ];
}

function isSteep(slopes: readonly number[] | undefined): boolean {
  return slopes?.some((slope) => slope !== 0) ?? false;
}

/**
 * Compares the slope of the logits' weighted sum along a random direction of one weight with
 * differences. At a kink, which a small network with ReLU and a normalisation has everywhere, the
 * slope to one side or over a shorter step may be the one.
 */
async function slopeFault(
  subject: ModelSubject,
  call: Call,
  index: number,
  gradient: readonly number[],
  seed: string,
): Promise<Differing | undefined> {
  const stream = createRandom(seed);
  const step = gradient.map(() => stream.normal());
  const valueAt = async (by: number) => {
    const weights = call.weights.map((values, at) =>
      at === index ? values.map((value, place) => value + by * step[place]!) : values,
    );
    return weightedSum((await answered(subject, { ...call, weights })).logits.values);
  };
  const along = step.reduce((sum, part, at) => sum + part * gradient[at]!, 0);
  const steepness = Math.hypot(...gradient);
  const here = await valueAt(0);
  let shown = 0;
  for (const reach of [1e-3, 4e-3, 3e-4]) {
    const [before, after] = [await valueAt(-reach), await valueAt(reach)];
    const sides = [(after - here) / reach, (here - before) / reach];
    const middle = (after - before) / (2 * reach);
    for (const slope of [middle, ...sides]) {
      const scale = Math.max(Math.abs(along), Math.abs(slope), steepness / 2);
      // Logits of about 1 in float32 are 1e-7 off, their sum 1e-5, differences over 2e-3 then 5e-3.
      if (Math.abs(along - slope) <= 0.03 * scale + 1e-2) return undefined;
    }
    shown ||= middle;
  }
  return { expected: number(shown), got: number(along) };
}
