import { type Law, law } from '../../trial/law.ts';
import { difference } from '../../trial/valueAndGradient.ts';
import {
  bufferFault,
  dropoutElsewhere,
  modelNeighbours,
  randomInference,
  statisticsElsewhere,
} from '../faults.ts';
import { type Answer, type Call, callOf, withCallImages } from '../forward.ts';
import { answered, joined, logitsDiffer, type ModelSubject, place, someCall } from '../subject.ts';
import { type ModelKnowledge, nearness } from './law.ts';

/** What training does, and inference does not. */
export function modeLaws({
  tolerance,
  expects,
}: Pick<ModelKnowledge, 'tolerance' | 'expects'>): readonly Law<ModelSubject>[] {
  const { near } = nearness(tolerance);
  const { batchStatistics } = expects;
  return [
    law('gives an image the same logits among others as alone', async (subject) => {
      const { model, facts } = subject;
      const call = callOf(model, facts, { mode: 'infer' });
      const { logits } = await answered(subject, call);
      const perImage = logits.values.length / 3;
      for (const image of [0, 1, 2]) {
        const alone = await answered(subject, withCallImages(call, [image]));
        const among = logits.values.slice(image * perImage, (image + 1) * perImage);
        const differing = near(among, alone.logits.values);
        if (differing) throw modelNeighbours(place(subject, call), image, differing);
      }
    }),
    law('leaves chance to training', async (subject) => {
      const { model, facts } = subject;
      const infer = callOf(model, facts, { mode: 'infer' });
      const { draws } = await answered(subject, infer);
      if (draws.length > 0) throw randomInference(place(subject, infer), draws.length);
      const train = callOf(model, facts);
      const one = await answered(subject, train);
      if (expects.dropout !== undefined && expects.dropout !== one.draws.length > 0) {
        throw dropoutElsewhere(place(subject, train), expects.dropout, `${one.draws.length} draws`);
      }
      if (one.draws.length === 0) return;
      const matters = await someCall(subject, async (source, seed) => {
        const call = callOf(source, facts, { seed });
        const other = { ...call, uniform: 'other numbers' };
        return logitsDiffer(await answered(subject, call), await answered(subject, other));
      });
      if (!matters) {
        const got = 'the same logits with other numbers';
        throw dropoutElsewhere(place(subject, train), true, got);
      }
    }),
    law('hands over new buffers in training, and uses them in inference', async (subject) => {
      const { model, facts } = subject;
      const train = callOf(model, facts);
      const infer = callOf(model, facts, { mode: 'infer' });
      const where = place(subject, train);
      const { buffers: returned = [] } = await answered(subject, train);
      const shapes = (list: readonly { readonly shape: readonly number[] }[]) =>
        list.map(({ shape }) => `[${shape.join(', ')}]`).join(' ') || 'none';
      if (shapes(returned) !== shapes(model.buffers)) {
        throw bufferFault(where, 'the new buffers are not those declared', {
          expected: `${shapes(model.buffers)} in outputs.buffers`,
          got: shapes(returned),
        });
      }
      const moved = returned.map(
        ({ values }, index) => near(values, [...train.buffers[index]!]) !== undefined,
      );
      if (model.buffers.length > 0 && !moved.includes(true) && expects.batchStatistics !== false) {
        throw bufferFault(where, 'no buffer changes in training', {
          expected: 'statistics that follow the images',
          got: 'the values that were given',
        });
      }
      for (const [index, { name }] of model.buffers.entries()) {
        const isUsed = () =>
          someCall(subject, async (source, seed) => {
            const withMoved = (call: Call, move: (value: number) => number): Call => ({
              ...call,
              buffers: call.buffers.map((values, at) => (at === index ? values.map(move) : values)),
            });
            const others = (answer: Answer) =>
              joined(answer.buffers?.filter((_, at) => at !== index));
            for (const mode of ['infer', 'train'] as const) {
              const call = callOf(source, facts, { mode, seed });
              const one = await answered(subject, call);
              // A unit that is silent may stay so when its mean is raised, but not when it is lowered.
              for (const move of [(value: number) => 2 * value + 1, (value: number) => value - 1]) {
                const two = await answered(subject, withMoved(call, move));
                if (logitsDiffer(one, two) || difference(others(one), others(two), 0)) return true;
              }
            }
            return false;
          });
        if (moved[index] && !(await isUsed())) {
          throw bufferFault(place(subject, infer), `the buffer ${name} changes nothing`, {
            expected: 'other logits in inference with another value of it',
            got: 'the same logits',
          });
        }
      }
    }),
    ...(batchStatistics === undefined
      ? []
      : [
          law<ModelSubject>(
            `normalises the images of a batch ${batchStatistics ? 'together' : 'apart'} in training`,
            async (subject) => {
              const call = callOf(subject.model, subject.facts);
              const { values } = (await answered(subject, call)).logits;
              const alone = (await answered(subject, withCallImages(call, [0]))).logits.values;
              const differing = near(values.slice(0, alone.length), alone);
              if ((differing !== undefined) !== batchStatistics) {
                throw statisticsElsewhere(place(subject, call), batchStatistics, differing);
              }
            },
          ),
        ]),
  ];
}
