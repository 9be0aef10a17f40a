import { createHash } from 'node:crypto';
import type { Dataset } from '@raremask/core';

/** So many samples are asked for at the same time. */
const TOGETHER = 32;

/**
 * A number of 48 bits for each id that changes with the sample's fingerprint; 0 where there is none, for
 * example since its file is gone: reading it says why. Undefined where the data set has no fingerprints.
 */
export async function stampsOf(
  dataset: Pick<Dataset, 'fingerprint'>,
  ids: readonly string[],
): Promise<Float64Array | undefined> {
  if (dataset.fingerprint === undefined) return undefined;
  const stamps = new Float64Array(ids.length);
  const waiting = ids.entries();
  const follow = async () => {
    for (const [at, id] of waiting) {
      const fingerprint = await fingerprintOf(dataset, id);
      if (fingerprint !== undefined) stamps[at] = stampOf(fingerprint);
    }
  };
  await Promise.all(Array.from({ length: TOGETHER }, follow));
  return stamps;
}

function stampOf(fingerprint: string): number {
  // 0 says that there is none.
  return createHash('sha256').update(fingerprint).digest().readUIntBE(0, 6) || 1;
}

async function fingerprintOf(
  dataset: Pick<Dataset, 'fingerprint'>,
  id: string,
): Promise<string | undefined> {
  try {
    return await dataset.fingerprint!(id);
  } catch {
    return undefined;
  }
}
