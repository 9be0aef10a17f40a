import { isDeepStrictEqual } from 'node:util';
import { lossInput } from '@raremask/core/loss';
import { tf } from '@raremask/tfjs';
import { drawsOwnRandomNumbers } from '../../pluginFaults.ts';
import { randomBatch, withImages } from '../../trial/batch.ts';
import { type Law, law } from '../../trial/law.ts';
import { checkedOptions, make } from '../../trial/make.ts';
import { TASKS } from '../../trial/tasks.ts';
import { called, checkedValue, tensors } from '../../trial/valueAndGradient.ts';
import { anHourLater, countRandomDraws, countReadings } from '../../trial/watch.ts';
import {
  changesInput,
  changesOptions,
  followsTheClock,
  keepsTensors,
  notPure,
  readsData,
} from '../faults.ts';
import { evaluated, guarded, type LossSubject, place, random, SEED } from '../subject.ts';
import { type LossKnowledge, nearness } from './law.ts';

/** Calls after which a loss that counts them may have changed: more than an epoch of a small set. */
const MANY = 120;

/** A loss is a function of its input alone. */
export function purityLaws({ tolerance, everyTask }: LossKnowledge): readonly Law<LossSubject>[] {
  const { near, nearGradient } = nearness(tolerance);
  return [
    law('keeps no tensor', async (subject) => {
      const batch = random(subject);
      const variables = variablesNow();
      const { product: loss, dispose } = await make(subject.plugin, subject.written, subject);
      const own = { ...subject, loss };
      // A constant may be kept, and is made in the first call, here or in another check.
      await evaluated(own, batch);
      const before = tf.memory().numTensors;
      for (let call = 0; call < 3; call++) await evaluated(own, batch);
      const kept = tf.memory().numTensors - before;
      await dispose();
      if (kept !== 0) throw keepsTensors(place(subject, batch), `${kept} more after 3 calls`);
      const made = variablesNow() - variables;
      if (made > 0) throw keepsTensors(place(subject, batch), `${made} variables`);
    }),
    law('does not change its options', async (subject) => {
      const expected = await checkedOptions(subject.plugin, subject.written, subject.where);
      const made = await make(subject.plugin, structuredClone(subject.written), subject);
      await evaluated({ ...subject, loss: made.product }, random(subject));
      await made.dispose();
      if (!isDeepStrictEqual(made.options, expected)) {
        throw changesOptions(subject.where, JSON.stringify(expected), JSON.stringify(made.options));
      }
    }),
    law('does not change its input', async (subject) => {
      const batch = random(subject);
      // What fails in any case is another fault.
      await evaluated(subject, batch);
      const given = tensors(batch);
      const { logits, target, weight } = given;
      try {
        const changed: [string, string][] = [];
        tf.tidy(() => {
          const input = lossInput(batch.facts, logits, target, weight);
          const { probabilities, logProbabilities } = input;
          const all = { logits, target, weight, probabilities, logProbabilities };
          const before = Object.entries(all).map(([name, tensor]) => ({
            name: name as keyof typeof all,
            tensor,
            copy: Float32Array.from(tensor.dataSync()),
          }));
          guarded(subject, batch, () => checkedValue(subject.loss, input, batch.images));
          for (const { name, tensor, copy } of before) {
            if (tensor.isDisposed) {
              changed.push([name, 'a tensor that is disposed']);
              return;
            }
            if (input[name] !== tensor) changed.push([name, 'another tensor in its place']);
            const other = near([...tensor.dataSync()], [...copy]);
            if (other) changed.push([name, `${other.got} where ${other.expected} was`]);
          }
        });
        const [first] = changed;
        if (first) throw changesInput(place(subject, batch), ...first);
      } finally {
        tf.dispose(Object.values(given));
      }
    }),
    law('gives the same input the same value', async (subject) => {
      const batch = random(subject);
      const one = await evaluated(subject, batch);
      await evaluated(subject, withImages(randomBatch(subject.facts, SEED + 1), [0, 1]));
      const two = await evaluated(subject, batch);
      const other = near(two.values, one.values) ?? nearGradient(two.gradient, one.gradient);
      if (other) throw notPure(place(subject, batch), other);
      const later = await anHourLater(() => evaluated(subject, batch));
      const atAnotherTime = near(later.values, one.values);
      if (atAnotherTime) throw followsTheClock(place(subject, batch), atAnotherTime);
    }),
    law('gives the same value after many calls', async (subject) => {
      // What counts its calls, counts them in any task.
      if (everyTask && subject.facts !== TASKS[0]) return;
      const batch = random(subject);
      const { product: loss, dispose } = await make(subject.plugin, subject.written, subject);
      const own = { ...subject, loss };
      const one = await evaluated(own, batch);
      for (let call = 0; call < MANY; call++) guarded(own, batch, () => called(loss, batch));
      const two = await evaluated(own, batch);
      await dispose();
      const other = near(two.values, one.values);
      if (other) throw notPure(place(subject, batch), other);
    }),
    law('draws no random numbers of its own', async (subject) => {
      const draws = await countRandomDraws(async () => {
        const { product: loss, dispose } = await make(subject.plugin, subject.written, subject);
        await evaluated({ ...subject, loss }, random(subject));
        await dispose();
      });
      if (draws > 0) throw drawsOwnRandomNumbers(subject.where, draws);
    }),
    law('reads no data of a tensor', async (subject) => {
      const batch = random(subject);
      const readings = await countReadings(() =>
        tf.tidy(() => {
          const { logits, target, weight } = tensors(batch);
          let thrown: unknown;
          const value = (scores: tf.Tensor): tf.Tensor => {
            const input = lossInput(batch.facts, scores, target, weight);
            try {
              return tf.sum(checkedValue(subject.loss, input, batch.images));
            } catch (error) {
              // Thrown in here, it would leave behind what the gradient has saved.
              thrown = error;
              return tf.sum(scores);
            }
          };
          guarded(subject, batch, () => {
            tf.grad(value)(logits);
            if (thrown !== undefined) throw thrown;
          });
        }),
      );
      if (readings > 0) throw readsData(place(subject, batch), readings);
    }),
  ];
}

/** How many variables there are: what changes from step to step belongs to model and optimizer. */
function variablesNow(): number {
  return Object.keys(tf.engine().registeredVariables).length;
}
