import type { Facts, Model } from '@raremask/core';
import type { Differing } from '../errors.ts';
import { type Call, tensorsOf, uniformOf } from './forward.ts';

/** What the engine could not use of a model's auxiliary outputs. Makes tensors in the scope that is open. */
export function auxiliaryFault(model: Model, call: Call, facts: Facts): Differing | undefined {
  const { uniform } = uniformOf(call.uniform);
  const { auxiliary } = model.forward({ ...tensorsOf(model, call), mode: call.mode, uniform });
  if (auxiliary === undefined) return undefined;
  if (call.mode === 'infer') {
    return { expected: 'none in inference', got: `${auxiliary.length} auxiliary outputs` };
  }
  const [batch, ...size] = call.shape.slice(0, -1) as [number, ...number[]];
  for (const { logits, weight } of auxiliary) {
    const [images, ...rest] = logits.shape as [number, ...number[]];
    const divides = size.every((extent, axis) => Number.isInteger(extent / rest[axis]!));
    const fits = rest.length === size.length + 1 && rest.at(-1) === facts.classes.length;
    if (images !== batch || !fits || !divides || logits.dtype !== 'float32') {
      return {
        expected: `float32 [${batch}, ...space, ${facts.classes.length}], each extent a divisor of [${size.join(', ')}]`,
        got: `${logits.dtype} [${logits.shape.join(', ')}]`,
      };
    }
    if (!(weight > 0 && Number.isFinite(weight))) {
      return { expected: 'a weight above 0', got: String(weight) };
    }
  }
  return undefined;
}

/** What the engine could not use of a model's image output. Makes tensors in the scope that is open. */
export function imageFault(model: Model, call: Call): Differing | undefined {
  const { uniform } = uniformOf(call.uniform);
  const { image } = model.forward({ ...tensorsOf(model, call), mode: call.mode, uniform });
  const wanted = model.judgesImages === true;
  const got = image ? `${image.logits.dtype} [${image.logits.shape.join(', ')}]` : 'none';
  const expected = wanted ? `float32 [${call.shape[0]}, 1]` : 'none without judgesImages: true';
  if (got !== (wanted ? expected : 'none')) return { expected, got };
  if (image && !(image.weight > 0 && Number.isFinite(image.weight))) {
    return { expected: 'a weight above 0', got: String(image.weight) };
  }
  return undefined;
}
