import { type Law, law } from '../../trial/law.ts';
import { type Call, callOf } from '../forward.ts';
import { answered, differentiated, MODES, type ModelSubject, requireFinite } from '../subject.ts';

/** Numbers that training can go on with. */
export function finiteLaws(): readonly Law<ModelSubject>[] {
  return [
    law('is finite for images with and without contrast', async (subject) => {
      const { model, facts } = subject;
      const alike = (call: Call, label: string, value: (old: number) => number): Call => ({
        ...call,
        label: `${call.label}, ${label}`,
        images: call.images.map(value),
      });
      for (const mode of MODES) {
        const call = callOf(model, facts, { mode });
        for (const tried of [
          call,
          alike(call, 'all pixels 0', () => 0),
          alike(call, 'all pixels 1', () => 1),
          alike(call, 'intensities of 100', (old) => 100 * Math.sign(old)),
          alike(callOf(model, facts, { mode, images: 1 }), 'all pixels 0', () => 0),
        ]) {
          const { logits, buffers = [] } = await answered(subject, tried);
          requireFinite(subject, tried, 'logits', logits.values);
          for (const [index, { values }] of buffers.entries()) {
            requireFinite(subject, tried, model.buffers[index]?.name ?? 'a buffer', values);
          }
          if (mode === 'infer') continue;
          for (const [index, slopes] of (await differentiated(subject, tried)).entries()) {
            const what = `the gradient of ${model.weights[index]!.name}`;
            requireFinite(subject, tried, what, slopes ?? []);
          }
        }
      }
    }),
  ];
}
