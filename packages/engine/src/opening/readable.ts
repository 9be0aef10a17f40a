import { isRaremaskError, type RaremaskError } from '@raremask/core';
import type { Feed } from '../reading/feed.ts';
import { inOrder } from '../reading/inOrder.ts';
import type { CountedImage } from '../reading/plan.ts';

/** Counts what can be read, several at a time, and hands the rest to `onBroken`. */
export async function* readable(
  feed: Feed,
  ids: readonly string[],
  workers: number,
  onBroken: (id: string, error: RaremaskError) => void,
): AsyncGenerator<CountedImage> {
  const countOne = async (id: string): Promise<CountedImage | undefined> => {
    try {
      for await (const image of feed.survey([id])) return image;
    } catch (error) {
      if (!isRaremaskError(error) || error.category !== 'data') throw error;
      onBroken(id, error);
    }
    return undefined;
  };
  for await (const { result } of inOrder(ids, countOne, workers + 1)) {
    if (result) yield result;
  }
}
