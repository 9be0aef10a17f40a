import { join } from 'node:path';
import {
  type Dataset,
  type Facts,
  type Prediction,
  staysInside,
  type WrittenPrediction,
} from '@raremask/core';
import { components, foregroundMask } from '@raremask/metrics';
import { writeAtomically } from '@raremask/record';
import { nameOutside } from '../errors.ts';
import { foregroundProbability } from '../judging/decide.ts';
import type { Judged } from '../judging/judge.ts';
import { readableFeed } from '../opening/readable.ts';
import type { Feed } from '../reading/feed.ts';
import type { BlockRecord, PredictedImage, UnreadableImage } from './blockRecord.ts';
import type { Block } from './blocks.ts';
import { framed } from './framed.ts';
import type { Begun } from './identity.ts';
import { pictures } from './pictures.ts';

export interface Work {
  /** Of the training. */
  readonly facts: Facts;
  readonly images: Dataset;
  readonly feed: Pick<Feed, 'whole'>;
  /** What the network says of each sample that can be read, or several networks together. */
  readonly judged: (
    feed: Pick<Feed, 'whole'>,
    ids: readonly string[],
  ) => AsyncIterable<Judged & Pick<Prediction, 'doubt'>>;
  readonly begun: Begun;
}

/** Predicts the samples of a block and writes their files. */
export async function predictBlock(
  { facts, images, feed, judged }: Omit<Work, 'begun'>,
  { ids }: Block,
  wish: {
    readonly out: string;
    readonly probabilities: boolean;
    /** Called for each sample, predicted or not. */
    readonly onImage: () => void;
  },
): Promise<Pick<BlockRecord, 'files' | 'images' | 'unreadable'>> {
  const unreadable: UnreadableImage[] = [];
  const whole = readableFeed(feed, 0, (id, { code, message }) => {
    unreadable.push({ id, code, message });
    wish.onImage();
  });
  const predictions = predictionsOf(judged(whole, ids), wish.onImage);
  const wanted = { facts, probabilities: wish.probabilities };
  const written =
    images.writePredictions?.(predictions, wanted) ?? pictures(framed(images, predictions), wanted);
  const rows: PredictedImage[] = [];
  const paths: string[] = [];
  for await (const prediction of written) {
    for (const { path, bytes } of prediction.files) {
      if (!staysInside(path)) throw nameOutside(path);
      await writeAtomically(join(wish.out, path), bytes);
      paths.push(path);
    }
    rows.push(row(facts, prediction));
  }
  return { files: paths, images: rows, unreadable };
}

async function* predictionsOf(
  judged: ReturnType<Work['judged']>,
  onImage: () => void,
): AsyncGenerator<Prediction> {
  for await (const { sample, decision, doubt } of judged) {
    const { predicted: labels, probabilities } = decision;
    yield { id: sample.id, size: sample.size, labels, probabilities, ...(doubt && { doubt }) };
    onImage();
  }
}

function row(
  facts: Facts,
  { id, size, labels, probabilities, doubt }: WrittenPrediction,
): PredictedImage {
  const [width, height, depth] = size.toReversed() as [number, number, number?];
  const mask = foregroundMask(labels, facts);
  return {
    id,
    width,
    height,
    ...(depth !== undefined && { depth }),
    foreground: mask.reduce((sum, pixel) => sum + pixel, 0),
    structures: components(mask, size).count,
    probability: largest(foregroundProbability(facts, probabilities)),
    ...(doubt && { doubt: largest(doubt) }),
  };
}

function largest(values: Float32Array): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}
