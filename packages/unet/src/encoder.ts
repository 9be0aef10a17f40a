import type { Tensor } from '@tensorflow/tfjs';
import { activate } from './activation.ts';
import { block } from './block.ts';
import { type Layer, normalizedConvolution, type Plan } from './layers.ts';
import { blockCounts, levelWidths } from './options.ts';
import type { Pass } from './parameterList.ts';
import { type Encoder, publishedEncoder } from './published/publishedEncoder.ts';
import { residualStack } from './residualStack.ts';
import { type Factors, pool } from './spatial.ts';

/**
 * The levels as the options have them, from the extent of the images down.
 *
 * @param factors of each pooling, the finest first
 */
export function encoder(plan: Plan, channels: number, factors: readonly Factors[]): Encoder {
  const { encoder: name, blocks, depth } = plan.options;
  if (name !== 'own') return publishedEncoder(plan, name, channels, depth);
  const run = (blocks === 'residual' ? residualEncoder : plainEncoder)(plan, channels, factors);
  return { widths: levelWidths(plan.options), run };
}

/** A block a level, and the largest value of each block of pixels between two. */
function plainEncoder(plan: Plan, channels: number, factors: readonly Factors[]): Encoder['run'] {
  const widths = levelWidths(plan.options);
  const levels = widths.map((width, level) =>
    block(plan, levelName(plan, level), widths[level - 1] ?? channels, width),
  );
  return through(levels, (image, level) => pool(image, factors[level]!));
}

/** A convolution, then residual blocks whose strides make the image coarser. */
function residualEncoder(
  plan: Plan,
  channels: number,
  factors: readonly Factors[],
): Encoder['run'] {
  const widths = levelWidths(plan.options);
  const counts = blockCounts(plan.options);
  const stem = normalizedConvolution(plan, 'stem', channels, widths[0]!, 3);
  const levels = widths.map((to, level) =>
    residualStack(plan, {
      name: levelName(plan, level),
      blocks: counts[level]!,
      from: widths[level - 1] ?? to,
      to,
      factors: factors[level - 1] ?? factors[0]!.map(() => 1),
    }),
  );
  const run = through(levels, (image) => image);
  return (images, pass) => run(activate(stem([images], pass), plan.options.activation), pass);
}

function through(levels: readonly Layer[], between: (image: Tensor, level: number) => Tensor) {
  return (images: Tensor, pass: Pass): Tensor[] => {
    const found: Tensor[] = [];
    for (const layer of levels) {
      const before = found.at(-1);
      found.push(layer([before ? between(before, found.length - 1) : images], pass));
    }
    return found;
  };
}

function levelName({ options }: Plan, level: number): string {
  return level === options.depth ? 'bottom' : `encoder.${level}`;
}
