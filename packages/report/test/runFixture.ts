import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scoreImage, summarize } from '@raremask/metrics';
import type { Evaluation, RecordedEvent } from '@raremask/record';
import { collectOverlays } from '../src/overlays/overlays.ts';

/** A stream of numbers from 0 to 1 (Park and Miller's generator). */
function stream(seed: number): () => number {
  let state = seed % 2147483647;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

export interface FixtureOptions {
  readonly name?: string;
  readonly epochs?: number;
  readonly planned?: number;
  readonly validated?: boolean;
  readonly withForeground?: number;
  readonly empty?: number;
  /** How much of each structure is found, 0 to 1, and the share of empty images with an alarm. */
  readonly skill?: number;
  readonly alarms?: number;
  readonly size?: readonly number[];
  readonly evaluated?: boolean;
  /** Overlays of each kind. */
  readonly perKind?: number;
  readonly interrupted?: boolean;
  readonly ended?: boolean;
  readonly remark?: string;
  readonly ids?: (index: number) => string;
  readonly csvCell?: (column: string, epoch: number) => string | undefined;
}

/** Writes a run folder such as train and evaluate leave behind. */
export async function writeRun(folder: string, options: FixtureOptions = {}): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const name = options.name ?? 'lung-nodules';
  writeFileSync(join(folder, 'manifest.resolved.yaml'), manifest(name));
  writeFileSync(
    join(folder, 'environment.json'),
    JSON.stringify({
      raremask: '1.0.0',
      node: 'v20.20.2',
      platform: 'linux x64',
      backend: {
        name: 'wasm',
        reason: 'wasm with the training kernels, because no native TensorFlow is installed',
        notes: ['@tensorflow/tfjs-node is not installed; npm install @tensorflow/tfjs-node.'],
      },
      seed: 7,
      workers: 2,
      plugins: {
        '@raremask/unet': '1.0.0',
        '@raremask/loss-dice': '1.0.0',
        './my-loss.ts': 'file',
      },
      startedAt: '2026-03-01T10:20:30.400Z',
      ...(options.remark !== undefined && { remark: options.remark }),
    }),
  );
  writeHistory(folder, name, options);
  if (options.evaluated !== false) await writeEvaluation(folder, options);
}

function manifest(name: string): string {
  return `name: ${name}
seed: 7
data:
  use: "@raremask/dataset-images"
  with: { root: data, images: "images/*.png", masks: "masks/{id}.png", classes: { background: 0, nodule: 255 } }
  split: { train: train.txt, validation: val.txt, by: group, stratify: true }
  normalize: set
model:
  use: "@raremask/unet"
  with: { filters: 8, depth: 3, norm: batch }
loss:
  - { use: "@raremask/loss-dice", weight: 1, with: { pool: batch, empty: smooth } }
  - { use: "@raremask/loss-ce", weight: 1 }
train: { epochs: 15, batch: 8, optimizer: { use: adam, learningRate: 0.002 }, schedule: cosine }
`;
}

function writeHistory(folder: string, name: string, options: FixtureOptions): void {
  const epochs = options.epochs ?? 15;
  const noise = stream(11);
  const events: RecordedEvent[] = [
    {
      type: 'start',
      name,
      folder,
      backend: { name: 'wasm', reason: 'it always works', notes: [] },
      epochs: options.planned ?? epochs,
      batchesPerEpoch: 40,
      batch: 8,
      counts: { train: 320, trainEmpty: 256, validation: 60, validationEmpty: 48 },
      parameters: 121_282,
      classes: ['background', 'nodule'],
      startEpoch: 1,
    },
    { type: 'note', level: 'warn', text: '2 training images are all of one value' },
  ];
  const header =
    'epoch,learning_rate,seconds,images_per_second,loss,loss_dice,loss_cross-entropy,gradient_norm,val_dice_foreground,val_missed,val_alarm_share,val_alarm_pixels,val_pooled_dice,val_balanced'.split(
      ',',
    );
  const rows: string[] = [];
  let best = -1;
  let bestEpoch = 0;
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const course = 1 - Math.exp(-epoch / (epochs / 3.5));
    const dice = (options.skill ?? 0.8) * course * (0.95 + 0.1 * noise());
    const share = Math.min(1, Math.max(options.alarms ?? 0.08, 0.9 * Math.exp(-epoch / 3)));
    const crossEntropy = 0.3 * Math.exp(-epoch / 2) + 0.006;
    const diceLoss = 1 - dice;
    const scores = {
      diceForeground: options.withForeground === 0 ? null : dice,
      missed: options.withForeground === 0 ? null : 0.5 * Math.exp(-epoch / 3),
      alarmShare: options.empty === 0 ? null : share,
      alarmPixels: options.empty === 0 ? null : share * 15,
      pooledDice: dice,
      balanced: Math.sqrt(dice * (1 - share)),
    };
    const isBest = options.validated !== false && scores.balanced > best;
    if (isBest) {
      best = scores.balanced;
      bestEpoch = epoch;
    }
    const validation = options.validated === false ? Array(6).fill(null) : Object.values(scores);
    const cells = [
      epoch,
      0.002 * (1 - epoch / epochs),
      9.5,
      34.2,
      diceLoss + crossEntropy,
      diceLoss,
      crossEntropy,
      2 * Math.exp(-epoch / 6) + 0.2 * noise(),
      ...validation,
    ];
    rows.push(
      cells
        .map(
          (cell, index) => options.csvCell?.(header[index]!, epoch) ?? (cell === null ? '' : cell),
        )
        .join(','),
    );
    events.push({
      type: 'epoch',
      epoch,
      epochs: options.planned ?? epochs,
      learningRate: 0.002,
      seconds: 9.5,
      imagesPerSecond: 34.2,
      loss: diceLoss + crossEntropy,
      terms: { dice: diceLoss, 'cross-entropy': crossEntropy },
      gradientNorm: 1,
      ...(options.validated !== false && { validation: scores }),
      best: isBest,
      secondsLeft: 9.5 * (epochs - epoch),
    });
  }
  if (options.ended !== false) {
    const interrupted = options.interrupted ?? false;
    events.push({ type: 'end', folder, bestEpoch, seconds: 9.8 * epochs, interrupted });
  }
  writeFileSync(join(folder, 'metrics.csv'), `${[header.join(','), ...rows].join('\n')}\n`);
  writeFileSync(
    join(folder, 'events.ndjson'),
    `${events.map((event) => JSON.stringify({ time: '2026-03-01T10:20:31Z', ...event })).join('\n')}\n{"time": "cut o`,
  );
}

async function writeEvaluation(folder: string, options: FixtureOptions): Promise<void> {
  const withForeground = options.withForeground ?? 12;
  const count = withForeground + (options.empty ?? 48);
  const overlays = collectOverlays({
    folder: join(folder, 'overlays'),
    perKind: options.perKind ?? 2,
  });
  const scores = Array.from({ length: count }, (_, index) => {
    const id = options.ids?.(index) ?? `patient${String(index).padStart(3, '0')}_slice${index % 7}`;
    const size = options.size ?? [96, 96];
    const made = madeImage(index, size, index < withForeground, options);
    const score = scoreImage(id, { ...made, size, classes: 2, overlapping: false });
    const { hits, misses, alarms } = score.foreground;
    overlays.add({
      id,
      size,
      channels: 1,
      image: made.image,
      truth: made.truth,
      predicted: made.predicted,
      foregroundProbability: made.probability,
      classes: 2,
      overlapping: false,
      dice: hits + misses === 0 ? null : (2 * hits) / (2 * hits + misses + alarms),
      misses,
      alarms,
      empty: hits + misses === 0,
    });
    return score;
  });
  await overlays.write();
  const { foreground, classes } = summarize(scores);
  const evaluation: Evaluation = {
    split: 'validation',
    checkpoint: 'best',
    epoch: 13,
    ...(options.remark !== undefined && { remark: options.remark }),
    summary: { foreground, classes: [{ name: 'nodule', summary: classes[0] ?? foreground }] },
    images: scores.map(({ id, foreground: region }) => {
      const truth = region.hits + region.misses;
      return {
        id,
        foreground: truth,
        dice: truth === 0 ? null : (2 * region.hits) / (truth + region.hits + region.alarms),
        hits: region.hits,
        misses: region.misses,
        alarms: region.alarms,
        structures: region.structures,
        structuresFound: region.structuresFound,
        falseStructures: region.falseStructures,
      };
    }),
  };
  writeFileSync(join(folder, 'evaluation.json'), JSON.stringify(evaluation));
}

interface Made {
  readonly image: Float32Array;
  readonly truth: Uint8Array;
  readonly predicted: Uint8Array;
  readonly probability: Float32Array;
}

/** A dim round field with vessels, in some a brighter disc; the prediction is a shifted disc. */
function madeImage(
  index: number,
  size: readonly number[],
  present: boolean,
  options: FixtureOptions,
): Made {
  const [height, width] = size as [number, number];
  const random = stream(1000 + index * 7919);
  for (let skip = 0; skip < 5; skip++) random();
  const image = new Float32Array(height * width);
  const truth = new Uint8Array(height * width);
  const probability = new Float32Array(height * width);
  const [y0, x0] = [height * (0.25 + 0.5 * random()), width * (0.25 + 0.5 * random())];
  const radius = Math.min(height, width) * (0.02 + 0.05 * random());
  const skill = Math.min(1, Math.max(0, (options.skill ?? 0.8) + 0.5 * (random() - 0.5)));
  const shift = radius * 1.6 * (1 - skill);
  const alarm = !present && random() < (options.alarms ?? 0.08);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const pixel = y * width + x;
      const field = Math.hypot((y - height / 2) / height, (x - width / 2) / width);
      const vessel = Math.sin(y * 0.31 + 3 * Math.sin(x * 0.07 + index)) ** 8 * 120;
      image[pixel] = (field < 0.42 ? -800 + vessel : -50) + 60 * random();
      const inside = Math.hypot(y - y0, x - x0);
      if (present && inside <= radius) {
        truth[pixel] = 1;
        image[pixel] = -150 + 60 * random();
      }
      const said = Math.hypot(y - y0 - shift, x - x0);
      const height0 = present ? (skill < 0.35 ? 0.4 : 0.97) : alarm ? 0.8 : 0.2;
      probability[pixel] = height0 / (1 + Math.exp((said - radius) * 1.4)) + 0.01 * random();
    }
  }
  return {
    image,
    truth,
    probability,
    predicted: Uint8Array.from(probability, (p) => (p > 0.5 ? 1 : 0)),
  };
}
