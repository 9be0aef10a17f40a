import { defineModel, facts, type Parameter, type RandomStream, rng } from '@raremask/core';
import * as tf from '@tensorflow/tfjs';
import * as z from 'zod';

/** Convolutions of 3 pixels along each axis at the images' own resolution, then one of 1 pixel. */
export default defineModel({
  name: 'template',
  api: 1,
  summary: 'Convolutions at the resolution of the images',
  options: z.strictObject({
    filters: z.int().min(1).default(16).describe('Channels between the convolutions'),
    depth: z.int().min(1).default(4).describe('How many convolutions of 3 pixels'),
  }),
  needs: { facts, rng },
  create({ filters, depth }, services) {
    const { space, channels, classes } = services.facts;
    const cube = (extent: number) => Array<number>(space).fill(extent);
    const layers = Array.from({ length: depth }, (_, layer) =>
      convolution(
        `layer.${layer}`,
        [...cube(3), layer === 0 ? channels : filters, filters],
        services.rng,
      ),
    );
    const head = convolution('head', [...cube(1), filters, classes.length], services.rng);
    return {
      weights: [...layers, head].flat(),
      buffers: [],
      multipleOf: cube(1),
      forward({ images, weights }) {
        let x = images;
        for (let layer = 0; layer < depth; layer++) {
          x = tf.elu(convolve(x, weights[2 * layer]!, weights[2 * layer + 1]!));
        }
        return { logits: convolve(x, weights[2 * depth]!, weights[2 * depth + 1]!) };
      },
    };
  },
});

/** A kernel with the variance of He et al. 2015, and a bias of 0. */
function convolution(name: string, shape: readonly number[], rng: RandomStream): Parameter[] {
  const random = rng.fork(name);
  const length = shape.reduce((product, extent) => product * extent, 1);
  const filters = shape.at(-1)!;
  const deviation = Math.sqrt((2 * filters) / length);
  const initial = Float32Array.from({ length }, () => deviation * random.normal());
  return [
    { name: `${name}.kernel`, shape, initial, decay: true },
    { name: `${name}.bias`, shape: [filters], initial: new Float32Array(filters), decay: false },
  ];
}

/** Images are [batch, height, width, channels], volumes [batch, depth, height, width, channels]. */
function convolve(x: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor): tf.Tensor {
  const convolved =
    x.rank === 4
      ? tf.conv2d(x as tf.Tensor4D, kernel as tf.Tensor4D, 1, 'same')
      : tf.conv3d(x as tf.Tensor5D, kernel as tf.Tensor5D, 1, 'same');
  return tf.add(convolved, bias);
}
