import { createRandom } from '@raremask/core/host';
import { deal, unitsOf } from './deal.ts';
import type { OpenedData } from './openData.ts';
import type { Splits } from './split.ts';

/**
 * Divides the training and validation images of opened data anew for cross-validation: each of them validates
 * in exactly one fold, and trains in the others. Groups stay together and each fold gets its part of the
 * empty images and of each class, as `data.split` says of both; the test images stay in no fold. The same seed gives the
 * same folds.
 *
 * @param count of the folds, at least 2
 * @throws RaremaskError where there are fewer groups than folds
 */
export async function dealFolds(
  { loaded, dataset, splits, counted }: OpenedData,
  count: number,
  seed: number,
): Promise<Splits[]> {
  const { by, stratify } = loaded.manifest.data.split;
  const ids = [...splits.train, ...splits.validation];
  const { survey } = await counted();
  const units = await unitsOf(
    ids,
    (id) => (by === 'group' ? dataset.group(id) : undefined),
    stratify ? (id) => survey.classesIn(id) : undefined,
  );
  const folds = Array.from({ length: count }, (_, index) => `${index + 1}`);
  const shares = folds.map((name) => ({ name, share: 1 / count }));
  const foldOf = deal(units, shares, createRandom(seed).fork('folds'));
  return folds.map((fold) => ({
    train: ids.filter((id) => foldOf.get(id) !== fold),
    validation: ids.filter((id) => foldOf.get(id) === fold),
    test: splits.test,
  }));
}
