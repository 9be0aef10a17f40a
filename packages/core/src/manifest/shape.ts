import { z } from 'zod';
import { BACKENDS } from '../contracts/backends.ts';
import { KINDS, type Kinds, type MapEntry } from '../contracts/kinds.ts';
import { millimetresOf } from '../contracts/length.ts';
import { PRECISIONS } from '../contracts/precisions.ts';
import { CHOOSING_SCORES, SCORE_NAME } from '../contracts/score.ts';
import { secondsOf } from './duration.ts';
import { MANIFEST_FORMAT } from './format.ts';

const useOf = (what: string) =>
  z
    .string()
    .min(1)
    .describe(
      `${what}${what.endsWith(' or') ? '' : ':'} an npm name, a subpath of one, or a file that begins with ./`,
    );

const options = z.record(z.string(), z.unknown()).default({}).describe('Options of the plugin');

const plugin = (what: string) => ({ use: useOf(what), with: options });

const share = z.number().gt(0).lt(1);
const listFile = z.string().min(1);
const listColumn = z
  .strictObject({
    file: listFile.describe('CSV file with a header line'),
    column: z.string().min(1).default('split').describe('Column that names the split'),
    value: z.string().min(1).describe('What stands there for the images of this split'),
    id: z.string().min(1).default('id').describe('Column that holds the ids'),
  })
  .describe('The rows of a table of which a column says so');
const listBeginning = z
  .strictObject({
    begins: z.string().min(1).describe('Beginning of the ids, such as train/ of those in a folder'),
  })
  .describe('The ids that begin with a text');
const list = z.union([listFile, listColumn, listBeginning]);

const split = z
  .strictObject({
    train: list
      .optional()
      .describe(
        'List file of the training images, one id a line; a column of a CSV file; or what their ids begin with',
      ),
    validation: z
      .union([listFile, listColumn, listBeginning, share])
      .describe(
        'List file of the validation images, a column of a CSV file, what their ids begin with, or their share of all images that no list of test has',
      ),
    test: z
      .union([listFile, listColumn, listBeginning, share])
      .optional()
      .describe(
        'List file of the test images, a column of a CSV file, what their ids begin with, or their share of all images; left out, none',
      ),
    by: z
      .enum(['group', 'image'])
      .default('group')
      .describe(
        'What stays together: a group (patient, tile), or one image; list files that cut a group are warned of',
      ),
    stratify: z
      .boolean()
      .default(true)
      .describe(
        'Whether shares give each split its part of the images without foreground, and of those with each class',
      ),
  })
  .describe(
    'Which images train, validate and test; list files start from the manifest, then from the root of the data',
  );

const percent = z.number().min(0).max(100);

const percentiles = z
  .strictObject({
    use: z.literal('percentile').describe('Cuts off at percentiles of the training images'),
    low: percent.default(0.5).describe('Percentile that smaller intensities are raised to'),
    high: percent.default(99.5).describe('Percentile that larger ones are lowered to'),
    of: z
      .enum(['all', 'foreground'])
      .default('all')
      .describe('Pixels whose percentiles, mean and deviation are taken'),
  })
  .refine(({ low, high }) => low < high, { path: ['high'], error: 'must be above low' })
  .describe(
    'By mean and deviation of the training images, after what lies beyond two percentiles is cut off',
  );

const perChannel = (number: z.ZodNumber) => z.union([number, z.array(number).min(1)]);

const intensityWindow = z
  .strictObject({
    use: z.literal('window').describe('Cuts off outside a window of intensities'),
    level: perChannel(z.number()).describe(
      'Middle of the window, in the units of the images; or a list, one number a channel',
    ),
    width: perChannel(z.number().gt(0)).describe('Its width; or a list, one number a channel'),
  })
  .describe('From 0 at the lower end of a window of intensities to 1 at the upper one, as for CT');

const zscore = z
  .strictObject({
    use: z.literal('zscore').describe('By the mean and deviation of the image itself'),
    of: z
      .enum(['image', 'volume'])
      .default('volume')
      .describe(
        'Whose mean and deviation: those of the image, or of all images of its group, as the slices of a volume',
      ),
    zeros: z
      .enum(['count', 'leave'])
      .default('count')
      .describe(
        'Whether intensities of exactly 0 count like others, or are left out and stay 0, as what lies beside a skull-stripped brain',
      ),
  })
  .describe('By mean and deviation of each image or volume, as for MRI');

const side = z.int().min(8).max(65536);

const resolution = z
  .union([
    z.number().gt(0).max(8).describe('Factor of both sides'),
    z.strictObject({ longest: side.describe('The longer side, in pixels') }),
    z.strictObject({ shortest: side.describe('The shorter side, in pixels') }),
    z.strictObject({
      fit: z
        .tuple([side, side])
        .describe(
          'Height and width, in pixels: images fit in with their proportions, and the rest is filled up',
        ),
    }),
    z.strictObject({
      pixelSize: z
        .string()
        .refine(
          (text) => millimetresOf(text) !== undefined,
          'is no length as 0.5um, 250nm or 1.2mm',
        )
        .describe(
          'Side of a pixel with its unit (nm, um, mm, cm, m), as 0.5um, of images whose files say how large their pixels are: each is brought to it by its own factor',
        ),
    }),
  ])
  .optional()
  .describe(
    'Size at which the network sees images, masks with them; predictions and scores are on the original grid. Left out, as they are',
  );

const data = z
  .strictObject({
    ...plugin('The data set'),
    split,
    normalize: z
      .union([z.enum(['set', 'image', 'unit', 'none']), percentiles, intensityWindow, zscore])
      .default('set')
      .describe(
        'set: by mean and deviation of the training images; image: by those of each image; unit: divided by the largest value of the integer type; none: as they are; or what is cut off first, by percentiles or by a window; or by mean and deviation of a volume',
      ),
    resolution,
    pixelWeights: z
      .record(z.string(), z.number().min(0))
      .default({})
      .describe('How many times each pixel of a class counts in every loss term, by class name'),
    unreadable: z
      .enum(['error', 'skip'])
      .default('error')
      .describe(
        'Whether a sample that cannot be read ends a training before its first step, or is named and left out',
      ),
    unlikely: z
      .enum(['error', 'accept'])
      .default('error')
      .describe(
        'Whether a training split that is mostly foreground, or has none, as with swapped mask values, ends a training before its first step',
      ),
  })
  .describe(KINDS.dataset.describe);

const lossWeight = z.union([
  z.number(),
  z.strictObject({
    from: z.number().describe('Weight at the start'),
    to: z.number().describe('Weight at the end of the ramp and after it'),
    epochs: z.number().gt(0).describe('Length of the ramp in epochs'),
    after: z.number().min(0).default(0).describe('Epochs before it begins'),
  }),
]);

const loss = z.strictObject({
  ...plugin('A loss'),
  weight: lossWeight
    .default(1)
    .describe('Factor of the term in the sum, or a straight ramp over some epochs'),
  name: z
    .string()
    .min(1)
    .optional()
    .describe("Name of the term in curves and tables; left out, the plugin's"),
});

const rate = z.number().gt(0);

const optimizer = z
  .strictObject({
    use: useOf('The optimizer: a standard one by its word, or').default('adam'),
    with: options,
    learningRate: rate.default(1e-3).describe('Length of a step, before the schedule'),
    groups: z
      .array(
        z.strictObject({
          match: z
            .string()
            .min(1)
            .describe('Part of the names of weights, for example encoder; * stands for anything'),
          learningRate: rate.describe('Their learning rate, before the schedule'),
        }),
      )
      .default([])
      .describe('Learning rates by the names of weights; the first that matches counts'),
  })
  .describe(KINDS.optimizer.describe);

const schedule = z
  .strictObject({
    use: useOf('The schedule: a standard one by its word, or').default('cosine'),
    with: options,
    warmup: z
      .number()
      .min(0)
      .default(0)
      .describe('Epochs in which the learning rate rises from 0 to where the schedule begins'),
  })
  .describe(KINDS.schedule.describe);

const anything = z.unknown().optional();
const optionMap = z.record(z.string(), z.unknown()).optional();

/** A map in the place of the list; what the options are, the plugins say themselves. */
const augmentMap = z
  .strictObject(
    Object.fromEntries(
      KINDS.augmentation.map.flatMap((entry: MapEntry): [string, z.ZodType][] =>
        entry.options === undefined
          ? [[entry.use, optionMap]]
          : entry.options.map((name) => [name, anything]),
      ),
    ),
  )
  .describe('The standard ones by their words, with their options, in the order of the schema');

const augment = z
  .union([
    z
      .array(z.strictObject(plugin('The augmentation: a standard one by its word, or')))
      .describe('One after the other, in this order'),
    augmentMap,
  ])
  .prefault({})
  .describe(KINDS.augmentation.describe);

const average = z
  .strictObject({
    decay: z
      .number()
      .gt(0)
      .lt(1)
      .default(0.999)
      .describe('Share of the average that stays at an update; less in the first updates'),
  })
  .describe(
    'A moving average of the weights (Polyak and Juditsky 1992), which is validated, saved beside them and predicted with; null: none',
  );

const sentinel = z
  .strictObject({
    act: z
      .array(z.enum(['lower-rate', 'restore-best', 'switch-empty', 'stop']))
      .default([])
      .describe(
        'What it may do itself: where the learning rate is too high or what was learnt is lost, take a tenth of the rate, and go back to the best weights (the first ones where there are none); switch-empty: where empty images are not heard, let losses with an option `empty` take them as cross-entropy; stop: end the training where it cannot become good as it is, and none of these helps',
      ),
  })
  .describe('Watches a training and names what is wrong with it, with what to change');

const earlyStop = z
  .strictObject({
    patience: z
      .int()
      .min(1)
      .describe('Epochs without a better score after which the training ends'),
    by: z
      .number()
      .min(0)
      .default(0)
      .describe('How much better a score has to be than the best before to count as better'),
  })
  .describe(
    'Ends a training whose validation gets no better, by the score that chooses the best checkpoint (Prechelt 1998, Early stopping, but when?); the schedule is then not at its end; null: never',
  );

const train = z
  .strictObject({
    epochs: z.int().min(1).default(40).describe('Times that the sampler goes through the data'),
    budget: z
      .string()
      .refine((text) => secondsOf(text) !== undefined, 'is no time as 90s, 10m or 1h')
      .nullable()
      .default(null)
      .describe(
        'Time that a training takes, from its command to its report, as 90s, 10m or 1h: it ends then, with the schedule at its end, and `epochs` is only how long it was expected to be, to which whatever counts in epochs holds; null: the epochs decide',
      ),
    batch: z.int().min(1).default(8).describe('Images of one step'),
    optimizer: optimizer.prefault({}),
    schedule: schedule.prefault({}),
    clip: z
      .number()
      .gt(0)
      .nullable()
      .default(null)
      .describe('Largest norm of the gradient of all weights together; null: no limit'),
    accumulate: z
      .int()
      .min(1)
      .default(1)
      .describe(
        'Batches whose gradients are averaged for one update, as if they were one large batch; an epoch ends with an update',
      ),
    average: average.nullable().default(null),
    earlyStop: earlyStop.nullable().default(null),
    sentinel: z
      .union([z.literal('off'), sentinel])
      .prefault({})
      .describe('Watches the training and names what is wrong with it; off: nothing is watched'),
    augment,
    validateEvery: z
      .union([z.literal('auto'), z.int().min(1)])
      .default('auto')
      .describe(
        'Epochs from one validation to the next; the last epoch is always validated; auto: after each, and with a budget as often as all validation together stays below a fifth of it, or a tenth where evaluate.checkpoint is last and nothing stops early',
      ),
    workers: z
      .union([z.literal('auto'), z.int().min(0)])
      .default('auto')
      .describe('Threads that read images; 0: the main thread reads'),
  })
  .describe('How long and by what steps the network learns');

const probabilityBelow1 = z.number().min(0).lt(1);

const score = z.strictObject({
  ...plugin('A score'),
  name: z
    .string()
    .regex(SCORE_NAME)
    .optional()
    .describe(
      "Name in tables, metrics.csv and evaluate.score: letters, digits, hyphen and underscore, a letter first; left out, the plugin's",
    ),
});

const price = z.number().gt(0);

const cost = z
  .strictObject({
    alarm: price.default(1).describe('Cost of a false alarm'),
    miss: price.default(1).describe('Cost of a miss'),
    per: z
      .enum(['image', 'structure'])
      .default('image')
      .describe(
        'What is counted. image: one without the class in which any is predicted, and one with it of which no pixel is hit; structure: a predicted one that touches no truth, and one of the truth that no prediction touches',
      ),
  })
  .describe(
    'What a false alarm costs against a miss: threshold, minimumSize, peak and gate are those with the least cost on the validation split, as far as they are auto, which they are with a cost where they are left out; of equals, those with the better Dice',
  );

const evaluate = z
  .strictObject({
    window: z
      .union([z.enum(['auto', 'whole']), z.array(z.int().min(1)).min(2).max(3)])
      .default('auto')
      .describe(
        'What goes through the network at once: whole images, or windows of this extent that overlap by half and are blended; auto: whole, but volumes above 128x128x128 in windows of about 96x96x96, and images for which the free memory does not suffice in square windows',
      ),
    mirror: z
      .boolean()
      .default(false)
      .describe(
        'Whether images are seen mirrored along every set of axes as well, 4 times in two dimensions and 8 times in three, and the logits averaged: by evaluate, predict and the search of minimumSize, peak and gate; validation between epochs sees each image once',
      ),
    threshold: z
      .union([z.literal('auto'), z.number().gt(0).lt(1)])
      .default(0.5)
      .describe(
        'Probability from which a pixel belongs to an overlapping class; an exclusive class has a pixel where it is the most probable of the foreground, and more probable than this against the background alone (0.5: where it is the most probable of all); auto: searched on the validation split',
      ),
    cost: cost.optional(),
    minimumSize: z
      .union([z.literal('auto'), z.int().min(0), z.record(z.string(), z.int().min(0))])
      .default(0)
      .describe(
        'Predicted structures of fewer pixels are left out: of any class, or by the names of classes; a structure is what touches, corners included, in one slice where slices are predicted; auto: searched on the validation split once the weights are chosen, up to the size that nineteen of twenty structures of the training split have',
      ),
    peak: z
      .union([z.literal('auto'), probabilityBelow1, z.record(z.string(), probabilityBelow1)])
      .default(0)
      .describe(
        'Predicted structures none of whose pixels reaches this probability of its class are left out (hysteresis, Canny 1986): of any class, or by the names of classes; auto: searched as well',
      ),
    gate: z
      .union([z.literal('auto'), probabilityBelow1])
      .optional()
      .describe(
        'Of a model with an image head: nothing is predicted in images in which it sees a structure with less than this probability; auto: searched as well; left out, auto with such a head, and none without',
      ),
    scores: z.array(score).optional().describe(KINDS.score.describe),
    score: z
      .string()
      .min(1)
      .default('balanced')
      .meta({ examples: [...CHOOSING_SCORES] })
      .describe(
        `Score of the validation that chooses the best checkpoint: ${CHOOSING_SCORES.join(', ')}, or one of evaluate.scores by its name`,
      ),
    checkpoint: z
      .enum(['best', 'last'])
      .default('best')
      .describe(
        'Weights of the run that are scored at the end, and that evaluate, predict, export and package take where they are not told: best, of the epoch with the best score on the validation split; last, of the last epoch, which few validation images cannot mislead, and the best ones where the run has stopped before its schedule ended',
      ),
  })
  .describe('How predictions are decided and scored');

const weightFile = z
  .string()
  .min(1)
  .describe(
    "Safetensors file (of a run, or of PyTorch), ONNX file or run folder, from the manifest's folder",
  );

const model = z
  .strictObject({
    ...plugin('The model'),
    weights: z
      .union([
        weightFile,
        z.strictObject({
          file: weightFile,
          names: z
            .record(z.string().min(1), z.string().min(1))
            .default({})
            .describe(
              'What modules of the file are called in the model, by the beginnings of their names, in which * is anything between two dots; the first that fits counts',
            ),
        }),
      ])
      .optional()
      .describe(
        'Weights to start from, where names and shapes fit; left out, the model starts from its own',
      ),
    freeze: z
      .array(z.string().min(1))
      .default([])
      .describe(
        'Weights that training leaves as they are: parts of their names, for example encoder; * stands for anything',
      ),
    thaw: z
      .int()
      .min(1)
      .nullable()
      .default(null)
      .describe(
        "Epochs after which the frozen weights are trained as well, the optimizer's memory beginning anew; null: never",
      ),
  })
  .describe(KINDS.model.describe);

const base = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9._-]+$/)
    .refine((name) => !/^\.+$/.test(name), 'names no folder of its own: give the run a name')
    .default('run')
    .describe('Name of the run and of its folder: letters, digits, dot, hyphen and underscore'),
  seed: z.int().min(0).default(0).describe('The same seed gives the same run'),
  data,
  model,
  loss: z.array(loss).min(1).describe(KINDS.loss.describe),
  sampler: z
    .strictObject(plugin('The sampler'))
    .prefault({ use: '@raremask/sampler' })
    .describe(KINDS.sampler.describe),
  train: train.prefault({}),
  evaluate: evaluate.prefault({}),
  backend: z
    .enum(BACKENDS)
    .default('auto')
    .describe(
      'What computes; auto: the fastest that is installed and works; compiled: whole steps as one native graph; webgpu, cuda: the same on a GPU',
    ),
  threads: z
    .union([z.literal('auto'), z.int().min(1)])
    .default('auto')
    .describe('Threads that compiled steps run on; auto: one a core'),
  precision: z
    .enum(PRECISIONS)
    .default('float32')
    .describe(
      "In what products are computed; tf32: 10 bits on NVIDIA's tensor cores (cuda, tensorflow-gpu); float16: with a scaled loss (cuda, webgpu, compiled)",
    ),
  output: z
    .string()
    .min(1)
    .default('runs')
    .describe("Folder of the run folders, from the manifest's folder"),
  format: z
    .literal(MANIFEST_FORMAT)
    .optional()
    .describe('Format of the manifest, which tells later versions how it is meant; left out, 1'),
});

/** A manifest with every default filled in. */
export type Manifest = z.output<typeof base>;

/**
 * The manifest, as `raremask schema` describes it and as it is checked: what stands above, and for each
 * kind of plugin that has no settings of its own there, a place to name them.
 */
export function manifestShape(kinds: Kinds): typeof base {
  const named = Object.values(kinds).filter(
    ({ key }) => !key.includes('.') && !(key in base.shape),
  );
  const places = named.map(({ key, word, describe, many }) => {
    const one = z.strictObject(plugin(`The ${word}`));
    return [
      key,
      many ? z.array(one).default([]).describe(describe) : one.optional().describe(describe),
    ];
  });
  return base.extend(Object.fromEntries(places)) as unknown as typeof base;
}
export type Split = Manifest['data']['split'];
/** A list file, or the rows of a CSV file of which a column says so. */
export type ListSource = NonNullable<Split['train']>;
/** A factor, or a straight ramp over the first epochs. */
export type LossWeight = Manifest['loss'][number]['weight'];
