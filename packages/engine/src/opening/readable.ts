import { isRaremaskError, type RaremaskError } from '@raremask/core';
import type { Feed } from '../reading/feed.ts';
import { inOrder } from '../reading/inOrder.ts';

/** Whose errors are about one sample: it cannot be used, and the others can. */
const OF_A_SAMPLE: readonly string[] = ['data', 'plugin'];

/**
 * Reads what can be read, `ahead` samples ahead, in order, and hands the rest to `onBroken`, with the
 * reason. What is not about one sample, such as the end of a thread, is thrown.
 *
 * @param read reads one sample
 */
export async function* readable<T>(
  ids: Iterable<string>,
  read: (id: string) => AsyncIterable<T>,
  ahead: number,
  onBroken: (id: string, reason: RaremaskError) => void,
): AsyncGenerator<T> {
  const readOne = async (id: string): Promise<{ readonly sample: T } | undefined> => {
    try {
      for await (const sample of read(id)) return { sample };
    } catch (error) {
      if (!isRaremaskError(error) || !OF_A_SAMPLE.includes(error.category)) throw error;
      onBroken(id, error);
    }
    return undefined;
  };
  for await (const { result } of inOrder(ids, readOne, () => ahead)) {
    if (result) yield result.sample;
  }
}

/** A feed whose whole samples are those that can be read. */
export function readableFeed(
  feed: Pick<Feed, 'whole'>,
  workers: number,
  onBroken: (id: string, reason: RaremaskError) => void,
): Pick<Feed, 'whole'> {
  return { whole: (ids) => readable(ids, (id) => feed.whole([id]), workers + 1, onBroken) };
}
