// Scores a folder of predicted masks on the original grid, whoever made them, by @raremask/metrics.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pairedDifferences, scoreImage } from '@raremask/metrics';
import { maskOf } from './prepare.mjs';

/** Scores of the images with these ids. */
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
  return scores;
}

/** Dice and alarms of the right one minus those of the left one, with intervals of 95 % over the groups of images. */
export function difference(left, right, groupOf) {
  const differences = pairedDifferences(
    left.map(({ id, foreground }, index) => ({
      ...{ id, group: groupOf(id), left: foreground, right: right[index].foreground },
      isFilled: foreground.hits + foreground.misses > 0,
    })),
  );
  return Object.fromEntries(
    ['diceForeground', 'alarmShare'].map((key) => {
      const { difference, interval } = differences.find((one) => one.key === key);
      return [key, { difference, interval }];
    }),
  );
}

function indices(data, values, file) {
  return Uint8Array.from(data, (value) => {
    const index = values.indexOf(value);
    if (index < 0) throw new Error(`${file} holds the value ${value}`);
    return index;
  });
}
