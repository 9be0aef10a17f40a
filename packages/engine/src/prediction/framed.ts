import type { Dataset, Prediction } from '@raremask/core';

/** Each prediction where the file of its sample has its pixels, which the data set may have turned. */
export async function* framed(
  images: Pick<Dataset, 'inFileFrame'>,
  predictions: AsyncIterable<Prediction>,
): AsyncGenerator<Prediction> {
  for await (const prediction of predictions) {
    yield (await images.inFileFrame?.(prediction)) ?? prediction;
  }
}
