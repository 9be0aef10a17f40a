import { tf } from '@raremask/tfjs';
import { activate } from './activation.ts';
import { type Layer, normalizedConvolution, type Plan } from './layers.ts';
import { averagePool, type Factors } from './spatial.ts';
import { squeezeExcite } from './squeezeExcite.ts';

/** What one level of a residual encoder is made of. */
interface Level {
  readonly name: string;
  readonly blocks: number;
  readonly from: number;
  readonly to: number;
  /** How many pixels become one along each axis; 1 everywhere at the finest level. */
  readonly factors: Factors;
}

/**
 * The residual blocks of one level (He et al. 2016, in the form of nnU-Net's ResEnc: Isensee et al.
 * 2024, nnU-Net Revisited). The first one makes the image coarser: by the stride of its first
 * convolution, and on the way around it by an average.
 */
export function residualStack(plan: Plan, level: Level): Layer {
  const { name, blocks, from, to, factors } = level;
  const kept = factors.map(() => 1);
  const stack = Array.from({ length: blocks }, (_, index) =>
    index === 0
      ? residualBlock(plan, `${name}.block0`, from, to, factors)
      : residualBlock(plan, `${name}.block${index}`, to, to, kept),
  );
  return ([x], pass) => stack.reduce((images, layer) => layer([images], pass), x!);
}

/** Two 3x3 convolutions, each normalised; the input is added before the last activation. */
function residualBlock(
  plan: Plan,
  name: string,
  from: number,
  to: number,
  factors: Factors,
): Layer {
  const { activation } = plan.options;
  const first = normalizedConvolution(plan, `${name}.convolution1`, from, to, 3, factors);
  const second = normalizedConvolution(plan, `${name}.convolution2`, to, to, 3);
  const excite = plan.options.squeezeExcite ? squeezeExcite(plan, name, to) : undefined;
  const shortcut =
    from === to ? undefined : normalizedConvolution(plan, `${name}.shortcut`, from, to, 1);
  const coarser = factors.some((factor) => factor > 1);
  return ([x], pass) => {
    const result = second([activate(first([x!], pass), activation)], pass);
    const averaged = coarser ? averagePool(x!, factors) : x!;
    const input = shortcut ? shortcut([averaged], pass) : averaged;
    return activate(tf.add(excite ? excite([result], pass) : result, input), activation);
  };
}
