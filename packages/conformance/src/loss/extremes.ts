import { firstForeground } from '@raremask/core';
import type { Batch } from '../trial/batch.ts';
import { oneHot } from '../trial/batch.ts';

/** Images that break a careless loss, by the name of the check that tries them. */
export const EXTREMES: Readonly<Record<string, (batch: Batch) => readonly Batch[]>> = {
  'is finite at ordinary logits': (batch) => [
    batch,
    { ...batch, label: 'all logits 0', logits: batch.logits.map(() => 0) },
  ],
  'is finite at logits of plus and minus 1000': (batch) => [
    {
      ...batch,
      label: 'logits of 1000 with random signs',
      logits: batch.logits.map((logit) => 1000 * Math.sign(logit)),
    },
    ...sure(batch),
  ],
  'is finite where no image of the batch has foreground': (batch) => {
    const empty = filled(batch, -1, 'masks without foreground');
    return [empty, ...sure(empty)];
  },
  'is finite where every pixel is foreground': (batch) => {
    const full = filled(batch, batch.facts.classes.length - 1, 'every pixel of the last class');
    return [full, ...sure(full)];
  },
  'is finite where one class is absent': (batch) => {
    const { facts } = batch;
    const present = firstForeground(facts);
    const lacking = {
      ...batch,
      label: `masks with no class but ${facts.classes[present]!.name}`,
      target: batch.target.map((truth, index) => {
        const at = index % facts.classes.length;
        if (at < present) return 1 - batch.target[index + 1]!;
        return at === present ? truth : 0;
      }),
    };
    return [lacking, ...sure(lacking)];
  },
  'is finite where no pixel counts': (batch) => [
    {
      ...batch,
      label: 'weight 0 in the first image',
      weight: batch.weight.map((times, pixel) =>
        pixel < batch.weight.length / batch.images ? 0 : times,
      ),
    },
    { ...batch, label: 'weight 0 everywhere', weight: batch.weight.map(() => 0) },
    {
      ...batch,
      label: 'weight 0 and truth 0 everywhere',
      weight: batch.weight.map(() => 0),
      target: batch.target.map(() => 0),
    },
  ],
  'is finite for images of a single pixel': (batch) => {
    const { facts, size } = batch;
    const classes = facts.classes.length;
    return [classes - 1, -1].map((index) => ({
      label: `one pixel of ${index < 0 ? 'no foreground class' : 'the last class'}`,
      facts,
      images: 1,
      size: size.map(() => 1),
      logits: batch.logits.slice(0, classes),
      target: oneHot(index, facts),
      weight: [1],
    }));
  },
};

/** The same masks, everything predicted right, and everything wrong, with certainty. */
function sure(batch: Batch): Batch[] {
  return [1000, -1000].map((scale) => ({
    ...batch,
    label: `${batch.label}, predicted ${scale > 0 ? 'right' : 'wrong'} with logits of 1000`,
    logits: batch.target.map((truth) => scale * (2 * truth - 1)),
  }));
}

function filled(batch: Batch, index: number, label: string): Batch {
  return { ...batch, label, target: batch.weight.flatMap(() => oneHot(index, batch.facts)) };
}
