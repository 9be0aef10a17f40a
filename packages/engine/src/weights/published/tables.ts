import type { NamedArray } from '../../record/safetensors.ts';
import type { NameTable } from '../names.ts';

type Arrays = ReadonlyMap<string, NamedArray>;

/** A published network: the encoder of @raremask/unet that it is, and what its modules are called there. */
export interface Published {
  readonly encoder: string;
  readonly table: NameTable;
  /** What somebody who uses it should know. */
  readonly note?: string;
}

/** What the modules of a network may be called before their own names. */
const PREFIX = /^(module|model|encoder|backbone)\./;

/** Blocks of each stage of EfficientNet-Lite, by how many there are in all; 1 and 2 differ in width. */
const LITE_BLOCKS: Readonly<Record<number, readonly number[]>> = {
  16: [1, 2, 2, 3, 3, 4, 1],
  21: [1, 3, 3, 4, 4, 5, 1],
  24: [1, 3, 3, 5, 5, 6, 1],
  30: [1, 4, 4, 6, 6, 8, 1],
};
const LITE_NAMES: Readonly<Record<number, string>> = {
  16: 'efficientnet-lite0',
  24: 'efficientnet-lite3',
  30: 'efficientnet-lite4',
};
/** Channels of the third stage of lite1; lite2 has 48. */
const LITE1_WIDTH = 40;

/** What a file's names say that it is; undefined where no table knows them. */
export function recognized(arrays: Arrays): Published | undefined {
  const names = new Set([...arrays.keys()].map(withoutPrefix));
  if (names.has('_conv_stem.weight')) return efficientNetPytorch(arrays);
  if (names.has('conv_stem.weight')) return timmEfficientNet(arrays);
  return names.has('layer1.0.conv1.weight') && names.has('conv1.weight')
    ? resnet(names)
    : undefined;
}

export function withoutPrefix(name: string): string {
  return PREFIX.test(name) ? withoutPrefix(name.replace(PREFIX, '')) : name;
}

/** The names of efficientnet_pytorch (Melas-Kyriazi) and of what is derived from it: blocks in one row. */
function efficientNetPytorch(arrays: Arrays): Published | undefined {
  const count = countOf(arrays, /^_blocks\.(\d+)\./);
  const stages = LITE_BLOCKS[count];
  const hasGates = [...arrays.keys()].some((name) => name.includes('_se_'));
  if (stages === undefined || hasGates) return undefined;
  const places = stages.flatMap((blocks, stage) =>
    Array.from({ length: blocks }, (_, at) => `encoder.${stage}.block${at}`),
  );
  const rows = places.flatMap((place, block) => [
    [`_blocks.${block}._expand_conv`, `${place}.expand.conv`],
    [`_blocks.${block}._bn0`, `${place}.expand.norm`],
    [`_blocks.${block}._depthwise_conv`, `${place}.depthwise.conv`],
    [`_blocks.${block}._bn1`, `${place}.depthwise.norm`],
    [`_blocks.${block}._project_conv`, `${place}.project.conv`],
    [`_blocks.${block}._bn2`, `${place}.project.norm`],
  ]);
  const table = Object.fromEntries([
    ['_conv_stem', 'encoder.stem.conv'],
    ['_bn0', 'encoder.stem.norm'],
    ...rows,
  ]);
  const third = places.indexOf('encoder.2.block0');
  return { encoder: liteName(count, arrays, `_blocks.${third}._project_conv.weight`), table };
}

/** timm's names: blocks by stage, the first without an expansion. */
function timmEfficientNet(arrays: Arrays): Published | undefined {
  const count = new Set(
    [...arrays.keys()].flatMap(
      (name) => /^blocks\.\d+\.\d+\./.exec(withoutPrefix(name))?.[0] ?? [],
    ),
  ).size;
  const hasGates = [...arrays.keys()].some((name) => name.includes('.se.'));
  if (LITE_BLOCKS[count] === undefined || hasGates) return undefined;
  return {
    encoder: liteName(count, arrays, 'blocks.2.0.conv_pwl.weight'),
    note: 'of timm, tf_efficientnet_lite* was trained with the padding that this encoder has; efficientnet_lite0 was not, and gives other values at the borders',
    table: {
      conv_stem: 'encoder.stem.conv',
      bn1: 'encoder.stem.norm',
      'blocks.0.*.conv_dw': 'encoder.0.block*.depthwise.conv',
      'blocks.0.*.bn1': 'encoder.0.block*.depthwise.norm',
      'blocks.0.*.conv_pw': 'encoder.0.block*.project.conv',
      'blocks.0.*.bn2': 'encoder.0.block*.project.norm',
      'blocks.*.*.conv_pwl': 'encoder.*.block*.project.conv',
      'blocks.*.*.conv_pw': 'encoder.*.block*.expand.conv',
      'blocks.*.*.conv_dw': 'encoder.*.block*.depthwise.conv',
      'blocks.*.*.bn1': 'encoder.*.block*.expand.norm',
      'blocks.*.*.bn2': 'encoder.*.block*.depthwise.norm',
      'blocks.*.*.bn3': 'encoder.*.block*.project.norm',
    },
  };
}

/** The names of torchvision, which timm shares. */
function resnet(names: ReadonlySet<string>): Published | undefined {
  if (names.has('layer1.0.conv3.weight')) return undefined;
  const encoder = names.has('layer3.5.conv1.weight')
    ? 'resnet34'
    : names.has('layer3.1.conv1.weight')
      ? 'resnet18'
      : undefined;
  if (encoder === undefined) return undefined;
  const rows = [0, 1, 2, 3].flatMap((stage) => {
    const [theirs, ours] = [`layer${stage + 1}.*`, `encoder.${stage}.block*`];
    return [
      [`${theirs}.conv1`, `${ours}.convolution1.conv`],
      [`${theirs}.bn1`, `${ours}.convolution1.norm`],
      [`${theirs}.conv2`, `${ours}.convolution2.conv`],
      [`${theirs}.bn2`, `${ours}.convolution2.norm`],
      [`${theirs}.downsample.0`, `${ours}.shortcut.conv`],
      [`${theirs}.downsample.1`, `${ours}.shortcut.norm`],
    ];
  });
  const table = Object.fromEntries([
    ['conv1', 'encoder.stem.conv'],
    ['bn1', 'encoder.stem.norm'],
    ...rows,
  ]);
  return { encoder, table };
}

function countOf(arrays: Arrays, block: RegExp): number {
  const found = [...arrays.keys()].flatMap((name) => block.exec(withoutPrefix(name))?.[1] ?? []);
  return new Set(found).size;
}

function liteName(count: number, arrays: Arrays, third: string): string {
  const known = LITE_NAMES[count];
  if (known !== undefined) return known;
  const array = [...arrays.values()].find(({ name }) => withoutPrefix(name) === third);
  return array?.shape[0] === LITE1_WIDTH ? 'efficientnet-lite1' : 'efficientnet-lite2';
}
