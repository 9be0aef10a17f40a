import type { Model } from '@raremask/core';
import { type Law, law } from '../../trial/law.ts';
import { difference } from '../../trial/valueAndGradient.ts';
import { modelIgnoresSeed, otherFirstWeights, parameterFault } from '../faults.ts';
import { callOf } from '../forward.ts';
import { answered, type ModelSubject, SEED } from '../subject.ts';
import type { ModelKnowledge } from './law.ts';

/** What a model declares, and its first weights. */
export function declarationLaws({
  seeded,
}: Pick<ModelKnowledge, 'seeded'>): readonly Law<ModelSubject>[] {
  return [
    law('declares weights and buffers before it is called', async (subject) => {
      const { model, facts, where } = subject;
      const before = `${namesOf(model, 'weights')}; ${namesOf(model, 'buffers')}`;
      await answered(subject, callOf(model, facts));
      const after = `${namesOf(model, 'weights')}; ${namesOf(model, 'buffers')}`;
      if (after !== before) {
        const what = 'the weights or buffers declared change with a call';
        throw parameterFault(where, { what, expected: before, got: after });
      }
    }),
    law('has the same first weights for the same seed', async (subject) => {
      const { model, where } = subject;
      // Long enough for a clock to go on.
      await new Promise((resolve) => setTimeout(resolve, 2));
      const other = await subject.another();
      for (const kind of ['weights', 'buffers'] as const) {
        const [names, others] = [namesOf(model, kind), namesOf(other, kind)];
        if (names !== others)
          throw otherFirstWeights(where, kind, { expected: names, got: others });
        for (const [index, { name, initial }] of model[kind].entries()) {
          const differing = difference(other[kind][index]!.initial, initial, 0);
          if (differing) throw otherFirstWeights(where, name, differing);
        }
      }
    }),
    ...(seeded
      ? [
          law<ModelSubject>(
            'has other first weights for another seed',
            async ({ model, where, another }) => {
              const other = await another(SEED + 1);
              const same = model.weights.every(
                ({ initial }, index) =>
                  !difference(other.weights[index]?.initial ?? [], initial, 0),
              );
              if (same) throw modelIgnoresSeed(where);
            },
          ),
        ]
      : []),
  ];
}

function namesOf(model: Model, kind: 'weights' | 'buffers'): string {
  return model[kind].map(({ name, shape }) => `${name} [${shape.join(', ')}]`).join(', ') || 'none';
}
