// Scores a folder of predicted masks on the original grid, whoever made them, by @raremask/metrics.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { scoreImage, summarize } from '@raremask/metrics';
import { maskOf } from './prepare.mjs';

export async function score(predictions, images, ids, { values }) {
  const scores = [];
  for (const { id, mask } of images.filter((one) => ids.includes(one.id))) {
    const truth = await maskOf(mask);
    const file = join(predictions, `${id}.png`);
    if (!existsSync(file))
      throw new Error(`${file} is missing: the budget was not enough, or the peer failed`);
    const predicted = await maskOf(file);
    if (predicted.width !== truth.width || predicted.height !== truth.height) {
      throw new Error(
        `${file} is ${predicted.width} x ${predicted.height}, not ${truth.width} x ${truth.height}`,
      );
    }
    scores.push(
      scoreImage(id, {
        predicted: indices(predicted.data, values, file),
        truth: indices(truth.data, values, mask),
        size: [truth.height, truth.width],
        classes: values.length,
        overlapping: false,
      }),
    );
  }
  return summarize(scores);
}

function indices(data, values, file) {
  return Uint8Array.from(data, (value) => {
    const index = values.indexOf(value);
    if (index < 0) throw new Error(`${file} holds the value ${value}`);
    return index;
  });
}
