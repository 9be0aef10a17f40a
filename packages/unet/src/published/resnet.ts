import { tf } from '@raremask/tfjs';
import type { Layer, Plan } from '../layers.ts';
import { convolve } from '../spatial.ts';
import type { PublishedLevel } from './level.ts';
import { normalized } from './normalized.ts';

/** Residual blocks of each stage (He et al. 2016, Deep residual learning, table 1). */
const BLOCKS = { resnet18: [2, 2, 2, 2], resnet34: [3, 4, 6, 3] };
const WIDTHS = [64, 128, 256, 512];
const STEM = 64;

/**
 * ResNet of two 3x3 convolutions a block, as torchvision has it: padded alike on both sides, with a
 * pooling after the first convolution. The classifier is left out.
 */
export function resnet(
  plan: Plan,
  encoder: keyof typeof BLOCKS,
  channels: number,
  depth: number,
): PublishedLevel[] {
  const stem = convolution(plan, 'encoder.stem', channels, STEM, 7, 2);
  const first: Layer = (inputs, pass) => tf.relu(stem(inputs, pass));
  const stages = BLOCKS[encoder].slice(0, depth - 1).map((blocks, stage) => {
    const width = WIDTHS[stage]!;
    const layers = Array.from({ length: blocks }, (_, at) => {
      const from = at === 0 ? (WIDTHS[stage - 1] ?? STEM) : width;
      const stride = at === 0 && stage > 0 ? 2 : 1;
      return block(plan, `encoder.${stage}.block${at}`, from, width, stride);
    });
    return { layers: stage === 0 ? [largest, ...layers] : layers, width };
  });
  return [{ layers: [first], width: STEM }, ...stages];
}

/** Largest of 3x3 values, of every other pixel. What is pooled is never below 0, so zeros may pad it. */
const largest: Layer = ([x]) =>
  tf.maxPool(
    tf.pad(x!, [
      [0, 0],
      [1, 1],
      [1, 1],
      [0, 0],
    ]) as tf.Tensor4D,
    3,
    2,
    'valid',
  );

function block(plan: Plan, name: string, from: number, to: number, stride: number): Layer {
  const first = convolution(plan, `${name}.convolution1`, from, to, 3, stride);
  const second = convolution(plan, `${name}.convolution2`, to, to, 3, 1);
  const shortcut =
    stride === 1 && from === to
      ? undefined
      : convolution(plan, `${name}.shortcut`, from, to, 1, stride);
  return ([x], pass) => {
    const result = second([tf.relu(first([x!], pass))], pass);
    return tf.relu(tf.add(result, shortcut ? shortcut([x!], pass) : x!));
  };
}

function convolution(
  plan: Plan,
  name: string,
  from: number,
  to: number,
  extent: number,
  stride: number,
): Layer {
  return normalized(plan, {
    name,
    shape: [extent, extent, from, to],
    convolve: (x, kernel) => convolve(x, kernel, [stride, stride]),
  });
}
