import type { Sample } from '@raremask/core';
import {
  type Judged,
  judge,
  pictures,
  Scales,
  type TileRule,
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
  const tiles = tileRule(window, multipleOf);
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

/** Pixels of a side from which an image is seen in windows, and their side: the page's memory is small. */
const LARGE = 1536;
const TILE = 768;

function tileRule(window: PageConfig['window'], multipleOf: readonly number[]): TileRule {
  if (window === 'whole') return () => undefined;
  if (typeof window !== 'string') return () => window;
  const tile = multipleOf.map((step) => Math.max(step, Math.floor(TILE / step) * step));
  return ([height, width]) => (height! * width! > LARGE * LARGE ? tile : undefined);
}
