import { type Law, law } from '../../trial/law.ts';
import { difference } from '../../trial/valueAndGradient.ts';
import { moveNotFinite, movesWithout, movesWrong, seesNeighbours } from '../faults.ts';
import { fresh, gradients, moved, movedBy, type OptimizerSubject } from '../subject.ts';

/** Steps in which every optimizer at a learning rate of 0.01 halves a distance of 1. */
const STEPS = 200;
const VALUES = [1, -1, 0.5, -2];

/** Where weights go. */
export function motionLaws(tolerance: number): readonly Law<OptimizerSubject>[] {
  return [
    law('moves weights to where their gradient is 0', (subject) => {
      let weight = fresh(subject.optimizer, [1, -1]);
      // The gradient of half the square is the weight itself.
      for (let step = 1; step <= STEPS; step++)
        weight = moved(subject, weight, weight.values, step);
      const [one, two] = weight.values as [number, number];
      if (Math.abs(one) < 0.5 && Math.abs(two) < 0.5) return;
      const place = {
        where: subject.where,
        label: `${STEPS} steps on half the square of a weight`,
      };
      throw movesWrong(place, {
        expected: 'weights of 1 and -1 that come nearer to 0 than half of it',
        got: `${one} and ${two}`,
      });
    }),
    law('stands still without a gradient, where weight decay does not apply', (subject) => {
      const before = fresh(subject.optimizer, VALUES);
      const { values } = movedBy(subject, before, [VALUES.map(() => 0), VALUES.map(() => 0)]);
      const differing = difference(values, VALUES, tolerance);
      const place = { where: subject.where, label: 'two steps of a gradient of 0' };
      if (differing) throw movesWithout(place, 'without a gradient', differing);
    }),
    law('stands still at a learning rate of 0', (subject) => {
      for (const decay of [false, true]) {
        const before = fresh(subject.optimizer, VALUES);
        const moving = { learningRate: 0, decay };
        const { values } = movedBy(subject, before, gradients(4, 3), 1, moving);
        const differing = difference(values, VALUES, tolerance);
        const place = { where: subject.where, label: `decay ${decay}` };
        if (differing) throw movesWithout(place, 'at a learning rate of 0', differing);
      }
    }),
    law('is finite at gradients of 0, tiny ones and large ones', (subject) => {
      for (const size of [0, 1e-30, 1e-8, 1e6]) {
        const steps = gradients(4, 4).map((step) => step.map((one) => one * size));
        const { values, slots } = movedBy(subject, fresh(subject.optimizer, VALUES), steps, 1, {
          decay: true,
        });
        const all = Object.entries({ weight: values, ...slots });
        const broken = all.find(([, numbers]) => !numbers.every(Number.isFinite));
        if (broken === undefined) continue;
        const place = { where: subject.where, label: `gradients of about ${size}` };
        throw moveNotFinite(place, `${broken[0]}: ${broken[1].join(', ')}`);
      }
    }),
    law('moves each element by itself, or says that it does not', (subject) => {
      if (subject.optimizer.wholeWeights === true) return;
      const steps = gradients(4, 3);
      const together = movedBy(subject, fresh(subject.optimizer, VALUES), steps);
      const alone = VALUES.flatMap(
        (value, index) =>
          movedBy(
            subject,
            fresh(subject.optimizer, [value]),
            steps.map((step) => [step[index]!]),
          ).values,
      );
      const differing = difference(together.values, alone, tolerance);
      const place = { where: subject.where, label: 'four elements, three steps' };
      if (differing) throw seesNeighbours(place, differing);
    }),
  ];
}
