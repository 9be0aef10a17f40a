import { appendFileSync } from 'node:fs';
import { defineDataset, folder, IGNORE, RaremaskError, type Sample } from '@raremask/core';

/**
 * A data set whose samples are made from their ids, for threads to make as well: `6x8/a` is an image
 * of 6 rows and 8 columns. Its first channel counts the pixels from 1, its second is the negative of
 * it, and labels and weights follow from the count, so that a test can tell where a pixel came from.
 */
export default defineDataset({
  name: 'counted',
  api: 1,
  needs: { folder },
  create(_options, services) {
    if (services.folder === '/refuses') throw broken('data', 'this folder is refused');
    return {
      facts: countedFacts,
      ids: countedIds,
      group: () => undefined,
      read: (id) => readCounted(id),
    };
  },
});

export const countedIds = ['6x8/a', '4x4/b', '5x5/c'] as const;

export const countedFacts = {
  space: 2,
  channels: 2,
  classes: [
    { name: 'background', value: 0 },
    { name: 'hole', value: 1 },
    { name: 'crack', value: 2 },
  ],
  overlapping: false,
} as const;

const NOTED = 'noted in ';

/** Some never answer, some leave a dot in a file. */
export async function readCounted(id: string): Promise<Sample> {
  if (id.includes(NOTED)) appendFileSync(id.split(NOTED)[1]!, '.');
  if (id.endsWith('never answered')) return await new Promise(() => {});
  return countedSample(id);
}

/** The truth of the pixel that counts as `count`. */
export function labelOf(count: number): number {
  return count % 7 === 0 ? IGNORE : count % 3;
}

export function weightOf(count: number): number {
  return 1 + (count % 2);
}

export function countedSample(id: string): Sample {
  if (id === 'throws') throw new Error('no such luck');
  if (id === 'data error') throw broken('images/x.png', 'the file is damaged');
  if (id === 'ends the thread') process.exit(3);
  if (id === 'labels too short') return { ...countedSample('2x2/a'), labels: new Uint8Array(3) };
  const one = (more: object) => ({ ...countedSample('1x1/a'), ...more }) as Sample;
  if (id === 'wide image') return one({ image: Float64Array.of(1, Number.NaN) });
  if (id === 'clamped image') return one({ image: new Uint8ClampedArray(2) });
  if (id === 'wide labels') return one({ labels: new Int32Array(1) });
  if (id === 'listed labels') return one({ labels: [1] });
  if (id === 'wide weight') return one({ weight: new Float64Array(1) });
  if (id === 'unknown label') return { ...countedSample('1x2/a'), labels: Uint8Array.of(0, 3) };
  if (id === 'infinite image')
    return { ...countedSample('1x1/a'), image: Float32Array.of(0, 1 / 0) };
  if (id === 'negative weight') return { ...countedSample('1x1/a'), weight: Float32Array.of(-1) };
  if (id === 'one spacing') return { ...countedSample('1x1/a'), spacing: [2] };
  if (id === 'three axes') return { ...countedSample('2x2/a'), size: [1, 2, 2] };
  const [height, width] = id.split('/')[0]!.split('x').map(Number) as [number, number];
  const counts = Array.from({ length: height * width }, (_, index) => index + 1);
  const sample = {
    id,
    size: [height, width],
    spacing: [0.5, width],
    image: Float32Array.from(counts.flatMap((count) => [count, -count])),
  };
  if (id.endsWith('unjudged')) return sample;
  return {
    ...sample,
    labels: Uint8Array.from(counts, labelOf),
    weight: Float32Array.from(counts, weightOf),
  };
}

function broken(where: string, what: string): RaremaskError {
  return new RaremaskError(
    { code: 'RAREMASK_TEST', category: 'data', where, what, remedy: 'nothing' },
    { cause: new Error('the reason') },
  );
}
