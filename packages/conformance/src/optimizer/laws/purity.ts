import { tf } from '@raremask/tfjs';
import { drawsOwnRandomNumbers } from '../../pluginFaults.ts';
import { type Law, law } from '../../trial/law.ts';
import { difference } from '../../trial/valueAndGradient.ts';
import { countRandomDraws, countReadings } from '../../trial/watch.ts';
import {
  changesUpdateInput,
  keepsUpdateTensors,
  optimizerThrows,
  readsUpdateData,
  remembers,
} from '../faults.ts';
import {
  fresh,
  gradients,
  moved,
  movedBy,
  type OptimizerSubject,
  RATE,
  type Weight,
} from '../subject.ts';

const VALUES = [1, -1, 0.5];

/** An update is a function of what it is given: it is compiled, resumed, and shared by all weights. */
export function purityLaws(): readonly Law<OptimizerSubject>[] {
  return [
    law('gives the same update the same result', (subject) => {
      const weight = movedBy(subject, fresh(subject.optimizer, VALUES), gradients(3, 2));
      const [gradient] = gradients(3, 1);
      const first = moved(subject, weight, gradient!, 3);
      // Another weight in between, as in a run.
      moved(subject, fresh(subject.optimizer, [7, 8]), [1, 2], 3);
      same(subject, 'the second time', first, moved(subject, weight, gradient!, 3));
    }),
    law('goes on after a resume as if nothing had happened', async (subject) => {
      const steps = gradients(3, 6);
      const whole = movedBy(subject, fresh(subject.optimizer, VALUES), steps);
      const half = movedBy(subject, fresh(subject.optimizer, VALUES), steps.slice(0, 3));
      const resumed = { ...subject, optimizer: await subject.another() };
      same(subject, 'after a resume', whole, movedBy(resumed, half, steps.slice(3), 4));
    }),
    law('keeps no tensor', (subject) => {
      const before = tf.memory().numTensors;
      movedBy(subject, fresh(subject.optimizer, VALUES), gradients(3, 2));
      const kept = tf.memory().numTensors - before;
      const place = { where: subject.where, label: 'two steps' };
      if (kept !== 0) throw keepsUpdateTensors(place, kept);
    }),
    law('disposes nothing that it is given', (subject) => {
      tf.tidy(() => {
        const { given } = updatedOnce(subject);
        const gone = Object.entries(given).find(([, tensor]) => tensor.isDisposed);
        const place = { where: subject.where, label: 'one step' };
        if (gone !== undefined) throw changesUpdateInput(place, gone[0]);
      });
    }),
    law('reads no tensor', async (subject) => {
      const readings = await countReadings(() => {
        tf.tidy(() => {
          updatedOnce(subject);
        });
      });
      const place = { where: subject.where, label: 'one step' };
      if (readings > 0) throw readsUpdateData(place, readings);
    }),
    law('draws no random numbers of its own', async (subject) => {
      const draws = await countRandomDraws(() =>
        movedBy(subject, fresh(subject.optimizer, VALUES), gradients(3, 2)),
      );
      if (draws > 0) throw drawsOwnRandomNumbers(subject.where, draws);
    }),
  ];
}

/** One update, and the tensors that it was given; inside tf.tidy. */
function updatedOnce({ optimizer, where }: OptimizerSubject) {
  const given = {
    weight: tf.ones([2, 3]),
    gradient: tf.ones([2, 3]),
    learningRate: tf.scalar(RATE),
  };
  const slots = Object.fromEntries(optimizer.slots.map((name) => [name, tf.zeros([2, 3])]));
  const entries = Object.entries(optimizer.numbers?.(1) ?? {});
  const numbers = Object.fromEntries(entries.map(([name, value]) => [name, tf.scalar(value)]));
  try {
    optimizer.update({ ...given, slots, numbers, decay: true });
  } catch (error) {
    throw optimizerThrows({ where, label: 'one step' }, error);
  }
  const all: Readonly<Record<string, tf.Tensor>> = { ...numbers, ...slots, ...given };
  return { given: all };
}

function same({ where }: OptimizerSubject, how: string, expected: Weight, got: Weight): void {
  for (const name of ['weight', ...Object.keys(expected.slots)]) {
    const of = (one: Weight) => (name === 'weight' ? one.values : one.slots[name]!);
    const differing = difference(of(got), of(expected), 0);
    if (differing) throw remembers({ where, label: name }, how, differing);
  }
}
