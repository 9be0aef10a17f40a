import type { Prediction, Sample } from '@raremask/core';
import { openVolume, type VolumeFile } from '@raremask/dataset-volumes/browser';
import {
  type Judged,
  judge,
  pictures,
  Scales,
  type TileRule,
  volumeRule,
  wholeSample,
} from '@raremask/engine/browser';
import type { PageConfig } from '../config.ts';
import type { openNetwork } from './network.ts';

/** One image, predicted as the command predicts it. */
export interface Predicted {
  readonly judged: Judged;
  /** The files that the command would write: masks, and probabilities. */
  readonly files: readonly { readonly path: string; readonly bytes: Uint8Array }[];
}

type Network = Awaited<ReturnType<typeof openNetwork>>;

/** @param sample raw, as its file has it */
export async function predicted(
  { facts, normalization, multipleOf, resolution, rule, mirror, window }: PageConfig,
  network: Network,
  sample: Sample,
): Promise<Predicted> {
  const plan = { facts, multipleOf, resolution };
  const scales = new Scales(normalization, facts, {}, async () => sample);
  async function* whole() {
    yield await wholeSample(sample, plan, (image) => scales.of(image));
  }
  const tiles = tileRule(window, multipleOf, 2);
  const all = judge({ facts, network, rule, tiles, mirror }, { whole }, [sample.id]);
  for await (const judged of all) {
    const { predicted: labels, probabilities } = judged.decision;
    const { id, size } = sample;
    async function* predictions() {
      yield { id, size, labels, probabilities };
    }
    for await (const { files } of pictures(predictions(), { facts, probabilities: true })) {
      return { judged, files };
    }
  }
  throw new Error('nothing was predicted');
}

/** One case, predicted as the command predicts it: the files that it would write. */
export async function predictedVolume(
  config: PageConfig,
  network: Network,
  id: string,
  given: readonly VolumeFile[],
  onSample: (done: number, of: number) => Promise<void>,
): Promise<Predicted['files']> {
  const { facts, normalization, multipleOf, resolution, rule, mirror, window, volumes } = config;
  const set = await openVolume(id, given, volumes!, facts.channels);
  const plan = { facts, multipleOf, resolution };
  const scales = new Scales(normalization, facts, set, set.read);
  async function* whole() {
    for (const own of set.ids) {
      const sample = await set.read(own);
      yield await wholeSample(sample, plan, (image) => scales.of({ ...image, id: own }));
    }
  }
  const tiles = tileRule(window, multipleOf, facts.space);
  async function* predictions(): AsyncGenerator<Prediction> {
    let done = 0;
    const judging = { facts, network, rule, tiles, mirror };
    for await (const { sample, decision } of judge(judging, { whole }, set.ids)) {
      await onSample(++done, set.ids.length);
      const { predicted: labels, probabilities } = decision;
      yield { id: sample.id, size: sample.size, labels, probabilities };
    }
  }
  for await (const { files } of set.write(predictions(), { facts, probabilities: true })) {
    return files;
  }
  throw new Error('nothing was predicted');
}

/** Pixels of a side from which an image is seen in windows, and their side: the page's memory is small. */
const LARGE = 1536;
const TILE = 768;

function tileRule(
  window: PageConfig['window'],
  multipleOf: readonly number[],
  space: 2 | 3,
): TileRule {
  if (window === 'whole') return () => undefined;
  if (typeof window !== 'string') return () => window;
  if (space === 3) return volumeRule(multipleOf);
  const tile = multipleOf.map((step) => Math.max(step, Math.floor(TILE / step) * step));
  return ([height, width]) => (height! * width! > LARGE * LARGE ? tile : undefined);
}
