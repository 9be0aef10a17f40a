import { z } from 'zod';

/** Encoders; all but the first have published weights. */
const ENCODERS = [
  'own',
  'efficientnet-lite0',
  'efficientnet-lite1',
  'efficientnet-lite2',
  'efficientnet-lite3',
  'efficientnet-lite4',
  'resnet18',
  'resnet34',
] as const;

const OWN_DEPTH = 4;
const PUBLISHED_DEPTH = 5;

const FACTOR = z.union([z.literal(1), z.literal(2)]);
const BLOCKS = z.int().min(1).max(16);

/** Options of the U-Net, as a manifest's `model.with` holds them. */
export const options = z
  .strictObject({
    filters: z
      .int()
      .min(1)
      .max(1024)
      .default(16)
      .describe('Channels of the finest level; every level below has twice as many'),
    maxFilters: z
      .int()
      .min(1)
      .max(4096)
      .optional()
      .describe('Largest number of channels of any level; left out, there is none'),
    depth: z
      .int()
      .min(1)
      .max(8)
      .optional()
      .describe(
        'Number of poolings; extents of an image are multiples of 2^depth; left out, 4, and 5 with a published encoder, which has from 2 to 5',
      ),
    encoder: z
      .enum(ENCODERS)
      .default('own')
      .describe(
        'own: levels as `blocks` says; or one whose trained weights are published, for images (2-D): EfficientNet-Lite, made for CPUs, or ResNet',
      ),
    pooling: z
      .union([z.enum(['all', 'spacing']), z.array(z.array(FACTOR).min(2).max(3)).min(1)])
      .default('all')
      .describe(
        'Axes that each pooling halves: all; spacing: those whose voxels are at most twice as long as the shortest ones; or a list of factors 1 and 2 for each pooling, for example [[1, 2, 2], [2, 2, 2]]',
      ),
    patch: z
      .union([z.literal(1), z.literal(2), z.array(FACTOR).min(2).max(3)])
      .default(1)
      .describe(
        'Pixels along each axis that the network takes together: 2: its finest level has half of the extents, sees the values of each 2x2 pixels as channels, and the last layer gives each of them logits of its own; or a factor for each axis, for example [1, 2, 2]',
      ),
    blocks: z
      .enum(['plain', 'residual'])
      .default('plain')
      .describe(
        "What a level of the encoder is made of: plain: one block of convolutions, after a pooling; residual: the residual blocks of nnU-Net's ResEnc, the first of which has a stride",
      ),
    blocksPerLevel: z
      .union([BLOCKS, z.array(BLOCKS).min(1)])
      .optional()
      .describe(
        'Residual blocks of each level of the encoder, the lowest one included: a number, or a list; left out, 1, 3, 4, and 6 of every further level',
      ),
    convolutions: z.int().min(1).max(4).default(2).describe('3x3 convolutions of a plain block'),
    norm: z
      .enum(['batch', 'instance', 'group', 'none'])
      .default('batch')
      .describe('What follows each convolution of a block; with none, a bias'),
    syncBatchNorm: z
      .boolean()
      .default(false)
      .describe(
        'Whether batch normalisation takes its mean and variance over the images of all processes that train together (mpirun), not over the part of the batch that each has; each layer then waits for them twice a step',
      ),
    groups: z
      .int()
      .min(1)
      .optional()
      .describe('Groups of channels of group normalisation; left out, 8'),
    activation: z
      .enum(['relu', 'leaky-relu', 'elu', 'silu'])
      .default('relu')
      .describe('What follows each normalisation; leaky-relu has the slope 0.01'),
    residual: z
      .boolean()
      .default(false)
      .describe("Adds a plain block's input to what its last normalisation gives"),
    attention: z
      .boolean()
      .default(false)
      .describe(
        'Attention gates: weighs every pixel of a skip connection by what the decoder sees there',
      ),
    squeezeExcite: z
      .boolean()
      .default(false)
      .describe(
        "Squeeze and excitation: weighs a block's channels by what the means of all of them say",
      ),
    upsampling: z
      .enum(['transposed', 'resize', 'nearest'])
      .optional()
      .describe(
        'transposed: transposed convolution, 2 pixels wide along the axes that it doubles; resize: 1x1 convolution, then each pixel repeated; nearest: each pixel repeated, with all channels; left out, transposed, and nearest after a published encoder',
      ),
    deepSupervision: z
      .boolean()
      .default(false)
      .describe(
        'Whether coarser levels of the decoder have logits of their own in training, whose losses count half as much from level to level',
      ),
    imageHead: z
      .number()
      .gt(0)
      .optional()
      .describe(
        'One more output, which says whether an image has any structure, learns it from the masks, and keeps images without from having alarms (evaluate.gate): how much its binary cross-entropy counts beside the losses, for example 0.5; left out, there is none',
      ),
    dropout: z
      .number()
      .min(0)
      .lt(1)
      .default(0)
      .describe(
        "Share of the values that training sets to 0 at the end of the lowest level's block",
      ),
    lastBias: z
      .union([z.enum(['foreground-share', 'zero']), z.number()])
      .default('foreground-share')
      .describe(
        "First bias of the last convolution: from each class's share of the training pixels, 0, or this number for every foreground class (background 0)",
      ),
  })
  .check((context) => {
    const { filters, maxFilters, norm, groups, pooling, encoder } = context.value;
    const { patch, blocks, blocksPerLevel, residual, squeezeExcite, deepSupervision } =
      context.value;
    const depth = context.value.depth ?? defaultDepth(encoder);
    const complain = (path: string, message: string, input: unknown) =>
      context.issues.push({ code: 'custom', path: [path], message, input });
    if (encoder !== 'own') {
      if (depth < 2 || depth > PUBLISHED_DEPTH) {
        complain('depth', `is not from 2 to ${PUBLISHED_DEPTH}, which ${encoder} has`, depth);
      }
      if (patch !== 1) {
        complain(
          'patch',
          `has no effect: ${encoder} halves the images itself; leave it out`,
          patch,
        );
      }
      if (pooling !== 'all') {
        complain('pooling', `has no effect: ${encoder} halves both axes; leave it out`, pooling);
        return;
      }
      if (blocks !== 'plain') {
        complain('blocks', `has no effect: ${encoder} has blocks of its own; leave it out`, blocks);
      }
    }
    if (typeof patch !== 'number' && patch.every((factor) => factor === 1)) {
      complain('patch', 'takes no pixels together; leave it out', patch);
    }
    if (typeof pooling !== 'string') {
      if (pooling.length !== depth) {
        complain('pooling', `does not have one list for each of the ${depth} poolings`, pooling);
      }
      if (pooling.some((level) => level.every((factor) => factor === 1))) {
        complain(
          'pooling',
          'has a level that halves no axis; take it out and lower depth',
          pooling,
        );
      }
    }
    if (deepSupervision && depth < 3) {
      complain(
        'deepSupervision',
        'has no effect: neither the finest nor the lowest level of the decoder has logits of its own; set depth to 3 or more',
        deepSupervision,
      );
    }
    if (blocks === 'residual' && residual) {
      complain('residual', 'has no effect: `blocks: residual` adds the input already', residual);
    }
    if (squeezeExcite && norm === 'instance' && (residual || blocks === 'residual')) {
      complain(
        'squeezeExcite',
        'has no effect: after `norm: instance` the mean of a channel is the same in every image; take `norm: batch` or `group`, or plain blocks',
        squeezeExcite,
      );
    }
    if (blocks === 'plain' && blocksPerLevel !== undefined) {
      complain(
        'blocksPerLevel',
        'has no effect: only `blocks: residual` has several blocks a level; leave it out',
        blocksPerLevel,
      );
    }
    if (typeof blocksPerLevel === 'object' && blocksPerLevel.length !== depth + 1) {
      complain(
        'blocksPerLevel',
        `does not have one number for each of the ${depth + 1} levels (depth + 1)`,
        blocksPerLevel,
      );
    }
    if (maxFilters !== undefined && maxFilters < filters) {
      complain(
        'maxFilters',
        `is less than filters (${filters}); raise it, or lower filters`,
        maxFilters,
      );
    }
    const widest = filters * 2 ** (encoder === 'own' ? depth : depth - 1);
    if (maxFilters !== undefined && maxFilters >= widest) {
      complain(
        'maxFilters',
        `has no effect: the lowest level has ${widest} channels; leave it out or choose a smaller one`,
        maxFilters,
      );
    }
    if (norm !== 'group') {
      if (groups !== undefined) {
        complain('groups', 'has no effect: only `norm: group` has groups; leave it out', groups);
      }
      return;
    }
    const count = groups ?? DEFAULT_GROUPS;
    const all = levelWidths({ filters, maxFilters, depth });
    const widths = encoder === 'own' ? all : all.slice(0, depth);
    const unfit = widths.find((channels) => channels % count !== 0);
    if (unfit !== undefined) {
      complain(
        'groups',
        `does not divide the channels of every level (${widths.join(', ')})`,
        count,
      );
    }
  });

type Chosen = z.output<typeof options>;

/** Options with all that was left out. */
export type UnetOptions = Omit<Chosen, 'depth' | 'upsampling'> & {
  readonly depth: number;
  readonly upsampling: NonNullable<Chosen['upsampling']>;
};

export function resolved(chosen: Chosen): UnetOptions {
  const { encoder } = chosen;
  const { depth = defaultDepth(encoder) } = chosen;
  const { upsampling = encoder === 'own' ? 'transposed' : 'nearest' } = chosen;
  return { ...chosen, depth, upsampling };
}

function defaultDepth(encoder: Chosen['encoder']): number {
  return encoder === 'own' ? OWN_DEPTH : PUBLISHED_DEPTH;
}

export const DEFAULT_GROUPS = 8;

/** Channels of each level, the finest first; depth + 1 numbers. */
export function levelWidths({
  filters,
  maxFilters,
  depth,
}: {
  readonly filters: number;
  readonly maxFilters?: number | undefined;
  readonly depth: number;
}): readonly number[] {
  return Array.from({ length: depth + 1 }, (_, level) =>
    Math.min(filters * 2 ** level, maxFilters ?? Number.POSITIVE_INFINITY),
  );
}

/** Residual blocks of each level, the finest first; depth + 1 numbers. Left out, those of nnU-Net. */
export function blockCounts({
  depth,
  blocksPerLevel,
}: Pick<UnetOptions, 'depth' | 'blocksPerLevel'>): readonly number[] {
  if (typeof blocksPerLevel === 'object') return blocksPerLevel;
  return Array.from(
    { length: depth + 1 },
    (_, level) => blocksPerLevel ?? NNUNET_BLOCKS[level] ?? 6,
  );
}

const NNUNET_BLOCKS = [1, 3, 4];
