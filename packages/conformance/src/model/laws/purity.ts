import { tf } from '@raremask/tfjs';
import { drawsOwnRandomNumbers } from '../../pluginFaults.ts';
import { type Law, law } from '../../trial/law.ts';
import { difference } from '../../trial/valueAndGradient.ts';
import { countRandomDraws, countReadings } from '../../trial/watch.ts';
import {
  hiddenState,
  modelChangesInput,
  modelKeepsTensors,
  modelNotPure,
  modelReadsData,
} from '../faults.ts';
import { type Call, callOf, tensorsOf, uniformOf } from '../forward.ts';
import {
  answered,
  differentiated,
  guarded,
  joined,
  MODES,
  type ModelSubject,
  place,
  SEED,
} from '../subject.ts';
import { type ModelKnowledge, nearness } from './law.ts';

/** A model is a function of what it is given. */
export function purityLaws({
  tolerance,
}: Pick<ModelKnowledge, 'tolerance'>): readonly Law<ModelSubject>[] {
  const { near, sameLogits } = nearness(tolerance);
  return [
    law('gives the same call the same result', async (subject) => {
      const { model, facts } = subject;
      for (const mode of MODES) {
        const call = callOf(model, facts, { mode });
        const one = await answered(subject, call);
        await answered(subject, callOf(model, facts, { seed: 'other images', images: 2 }));
        const two = await answered(subject, call);
        const differing = sameLogits(two, one) ?? near(joined(two.buffers), joined(one.buffers));
        if (differing) throw modelNotPure(place(subject, call), differing);
      }
    }),
    law('depends on weights, buffers and images alone', async (subject) => {
      const { model, facts } = subject;
      const other = await subject.another(SEED + 1);
      for (const mode of MODES) {
        const call = callOf(model, facts, { mode });
        const one = await answered(subject, call);
        const two = await answered({ ...subject, model: other }, call);
        const differing = sameLogits(two, one) ?? near(joined(two.buffers), joined(one.buffers));
        if (differing) throw hiddenState(place(subject, call), differing);
      }
    }),
    law('keeps no tensor', async (subject) => {
      const before = tf.memory().numTensors;
      const model = await subject.another();
      const fresh = { ...subject, model };
      const call = callOf(model, subject.facts);
      for (let count = 0; count < 2; count++) {
        for (const mode of MODES) await answered(fresh, { ...call, mode });
        await differentiated(fresh, call);
      }
      const kept = tf.memory().numTensors - before;
      if (kept !== 0) throw modelKeepsTensors(place(subject, call), kept, '6 calls');
    }),
    law('does not change what it is given', async (subject) => {
      const { model, facts } = subject;
      for (const mode of MODES) {
        const call = callOf(model, facts, { mode });
        const initials = [...model.weights, ...model.buffers].map(({ initial }) => initial.slice());
        const changed = tf.tidy(() => changesOf(subject, call));
        if (changed) throw modelChangesInput(place(subject, call), ...changed);
        for (const [index, { name, initial }] of [...model.weights, ...model.buffers].entries()) {
          const differing = near([...initial], [...initials[index]!]);
          if (differing) {
            const got = `${differing.got} where ${differing.expected} was`;
            throw modelChangesInput(place(subject, call), `the first values of ${name}`, got);
          }
        }
      }
    }),
    law('draws no random numbers of its own', async (subject) => {
      const draws = await countRandomDraws(async () => {
        const model = await subject.another();
        for (const mode of MODES) {
          await answered({ ...subject, model }, callOf(model, subject.facts, { mode }));
        }
      });
      if (draws > 0) throw drawsOwnRandomNumbers(subject.where, draws);
    }),
    law('reads no data of a tensor', async (subject) => {
      const { model, facts } = subject;
      for (const mode of MODES) {
        const call = callOf(model, facts, { mode });
        const readings = await countReadings(() =>
          tf.tidy(() => {
            const { uniform } = uniformOf(call.uniform);
            guarded(subject, call, () =>
              model.forward({ ...tensorsOf(model, call), mode, uniform }),
            );
          }),
        );
        if (readings > 0) throw modelReadsData(place(subject, call), readings);
      }
    }),
  ];
}

/** What a call has changed of what it was given, and how; it runs inside tf.tidy. */
function changesOf(subject: ModelSubject, call: Call): [string, string] | undefined {
  const { model } = subject;
  const { images, weights, buffers } = tensorsOf(model, call);
  const lists = { weights: [...weights], buffers: [...buffers] };
  const { uniform } = uniformOf(call.uniform);
  guarded(subject, call, () => model.forward({ images, ...lists, mode: call.mode, uniform }));
  const given: readonly (readonly [string, tf.Tensor, Float32Array])[] = [
    ['images', images, call.images],
    ...weights.map((tensor, at) => [model.weights[at]!.name, tensor, call.weights[at]!] as const),
    ...buffers.map((tensor, at) => [model.buffers[at]!.name, tensor, call.buffers[at]!] as const),
  ];
  for (const [name, tensor, values] of given) {
    if (tensor.isDisposed) return [name, 'a tensor that is disposed'];
    const differing = difference([...tensor.dataSync()], [...values], 0);
    if (differing) return [name, `${differing.got} where ${differing.expected} was`];
  }
  for (const [name, before] of Object.entries({ weights, buffers })) {
    const after = lists[name as keyof typeof lists];
    if (after.length !== before.length || after.some((tensor, at) => tensor !== before[at])) {
      return [`the list of ${name}`, `${after.length} tensors where ${before.length} were`];
    }
  }
  return undefined;
}
