import { createRandom } from '@raremask/core/host';
import { type Law, law } from '../../trial/law.ts';
import { number, totalOf } from '../../trial/valueAndGradient.ts';
import { gradientCutOff, wrongGradient } from '../faults.ts';
import { mistaken, wrongPixels } from '../mistakes.ts';
import { evaluated, type LossSubject, place, random } from '../subject.ts';

/** The gradient is that of the value, and is there wherever something is wrong. */
export function gradientLaws(): readonly Law<LossSubject>[] {
  return [
    law('has the gradient of its value', async (subject) => {
      const batch = random(subject);
      const { gradient } = await evaluated(subject, batch);
      const steepness = Math.sqrt(gradient.reduce((sum, slope) => sum + slope * slope, 0));
      const directions = 10;
      const reach = 1e-2;
      const wrong: { readonly expected: string; readonly got: string }[] = [];
      for (let seed = 0; seed < directions; seed++) {
        const stream = createRandom(`direction ${seed}`);
        // A few logits in each: where pixels are chosen or left out, few of the steps make one jump.
        const step = gradient.map(() => (stream.next() < 0.1 ? stream.normal() : 0));
        const moved = (by: number) =>
          totalOf(subject.loss, {
            ...batch,
            logits: batch.logits.map((logit, index) => logit + by * step[index]!),
          });
        const along = step.reduce((sum, part, index) => sum + part * gradient[index]!, 0);
        const differences = ((await moved(reach)) - (await moved(-reach))) / (2 * reach);
        // Sums of about 1 in float32 are 1e-7 off, and so differences over 2e-2 are 1e-5 off.
        const allowed =
          0.03 * Math.max(Math.abs(along), Math.abs(differences), steepness / 3) + 2e-4;
        if (!(Math.abs(along - differences) <= allowed)) {
          wrong.push({ expected: number(differences), got: number(along) });
        }
      }
      // A step that crosses a kink says nothing; most steps do not.
      if (wrong.length * 2 > directions) throw wrongGradient(place(subject, batch), wrong[0]!);
    }),
    law('has a gradient wherever a prediction is wrong', async (subject) => {
      // A softmax has the gradient p (1 - p): from 16 on, 1 - p of an alarm is 0 in float32.
      for (const [mistake, margins, misses, alarms] of [
        ['missed pixel', [3, 8, 15, 17], 3, 0],
        ['false alarm', [3, 8, 15], 0, 3],
      ] as const) {
        for (const margin of margins) {
          const batch = mistaken(subject.facts, misses, alarms, margin);
          const { gradient } = await evaluated(subject, batch);
          const classes = subject.facts.classes.length;
          const isWrong = (index: number) =>
            wrongPixels(misses, alarms).includes(Math.floor(index / classes));
          if (!gradient.some((slope, index) => isWrong(index) && slope !== 0)) {
            throw gradientCutOff(place(subject, batch), mistake);
          }
        }
      }
    }),
  ];
}
