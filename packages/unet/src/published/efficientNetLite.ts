import { tf } from '@raremask/tfjs';
import { relu6 } from '../activation.ts';
import type { Layer, Plan } from '../layers.ts';
import { convolveDepthwise, convolveSame } from '../spatial.ts';
import type { PublishedLevel } from './level.ts';
import { normalized } from './normalized.ts';

/** Blocks of one stage; the first of them has the stride and the change of channels. */
interface Stage {
  readonly blocks: number;
  /** Extent of the depthwise kernels. */
  readonly extent: number;
  readonly stride: number;
  /** How many times as many channels as come in the depthwise convolution has. */
  readonly expansion: number;
  readonly width: number;
}

/** EfficientNet-B0 (Tan and Le 2019, EfficientNet, table 1). */
const STAGES: readonly Stage[] = [
  { blocks: 1, extent: 3, stride: 1, expansion: 1, width: 16 },
  { blocks: 2, extent: 3, stride: 2, expansion: 6, width: 24 },
  { blocks: 2, extent: 5, stride: 2, expansion: 6, width: 40 },
  { blocks: 3, extent: 3, stride: 2, expansion: 6, width: 80 },
  { blocks: 3, extent: 5, stride: 1, expansion: 6, width: 112 },
  { blocks: 4, extent: 5, stride: 2, expansion: 6, width: 192 },
  { blocks: 1, extent: 3, stride: 1, expansion: 6, width: 320 },
];

/** How many times as wide and as deep each network is (Liu 2020, Higher accuracy on vision models with EfficientNet-Lite). */
const SCALES = {
  'efficientnet-lite0': { wide: 1, deep: 1 },
  'efficientnet-lite1': { wide: 1, deep: 1.1 },
  'efficientnet-lite2': { wide: 1.1, deep: 1.2 },
  'efficientnet-lite3': { wide: 1.2, deep: 1.4 },
  'efficientnet-lite4': { wide: 1.4, deep: 1.8 },
};

/** Channels of the first convolution, the same in all of them. */
const STEM = 32;
/** Added to a variance before its root is taken, as in the published networks. */
const EPSILON = 1e-3;

/**
 * EfficientNet-Lite: no squeeze and excitation, ReLU6, a first convolution of 32 channels. Padding is
 * TensorFlow's, in which the networks were trained. The classifier and the convolution before it are
 * left out. A level begins with a stride, but for the first, which is the first convolution alone (as in
 * segmentation_models.pytorch: the stage of stride 1 behind it belongs to the next level).
 */
export function efficientNetLite(
  plan: Plan,
  encoder: keyof typeof SCALES,
  channels: number,
  depth: number,
): PublishedLevel[] {
  const stem = convolution(plan, 'encoder.stem', channels, STEM, 3, 2);
  const levels: { layers: Layer[]; width: number }[] = [
    { layers: [activated(stem)], width: STEM },
    { layers: [], width: STEM },
  ];
  for (const [index, stage] of scaled(SCALES[encoder]).entries()) {
    if (index > 1 && stage.stride > 1) {
      if (levels.length === depth) break;
      levels.push({ layers: [], width: 0 });
    }
    const level = levels.at(-1)!;
    let from = index === 0 ? STEM : before(levels);
    for (let at = 0; at < stage.blocks; at++) {
      const name = `encoder.${index}.block${at}`;
      level.layers.push(block(plan, name, from, { ...stage, stride: at === 0 ? stage.stride : 1 }));
      from = stage.width;
    }
    level.width = from;
  }
  return levels;
}

/** Channels of the last block so far. */
function before(levels: readonly PublishedLevel[]): number {
  return levels.findLast(({ width }) => width > 0)!.width;
}

function scaled({ wide, deep }: { wide: number; deep: number }): Stage[] {
  return STAGES.map((stage, index) => {
    const fixed = index === 0 || index === STAGES.length - 1;
    return {
      ...stage,
      width: inEights(stage.width * wide),
      blocks: fixed ? stage.blocks : Math.ceil(stage.blocks * deep),
    };
  });
}

/** The nearest multiple of 8, but no less than nine tenths. */
function inEights(width: number): number {
  const near = Math.max(8, Math.floor((width + 4) / 8) * 8);
  return near < 0.9 * width ? near + 8 : near;
}

/**
 * An inverted residual block (Sandler et al. 2018): wider by a 1x1 convolution, a depthwise convolution,
 * narrower by a 1x1 convolution without activation; the input is added where the shapes are the same.
 */
function block(plan: Plan, name: string, from: number, of: Stage): Layer {
  const between = from * of.expansion;
  const expand =
    of.expansion === 1
      ? undefined
      : activated(convolution(plan, `${name}.expand`, from, between, 1, 1));
  const along = activated(depthwise(plan, `${name}.depthwise`, between, of.extent, of.stride));
  const project = convolution(plan, `${name}.project`, between, of.width, 1, 1);
  const adds = of.stride === 1 && from === of.width;
  return ([x], pass) => {
    const wide = expand ? expand([x!], pass) : x!;
    const result = project([along([wide], pass)], pass);
    return adds ? tf.add(result, x!) : result;
  };
}

function activated(layer: Layer): Layer {
  return (inputs, pass) => relu6(layer(inputs, pass));
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
    convolve: (x, kernel) => convolveSame(x, kernel, stride),
    epsilon: EPSILON,
  });
}

function depthwise(
  plan: Plan,
  name: string,
  channels: number,
  extent: number,
  stride: number,
): Layer {
  return normalized(plan, {
    name,
    shape: [extent, extent, channels, 1],
    depthwise: true,
    convolve: (x, kernel) => convolveDepthwise(x, kernel, stride),
    epsilon: EPSILON,
  });
}
