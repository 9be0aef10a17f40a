import { isRaremaskError, type RaremaskError } from '@raremask/core';
import type { Feed } from '../reading/feed.ts';
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
  const waiting: Promise<CountedImage | undefined>[] = [];
  for (const id of ids) {
    const started = countOne(id);
    // Whatever fails is thrown when its turn comes; until then it must not count as unhandled.
    started.catch(() => undefined);
    waiting.push(started);
    if (waiting.length <= workers + 1) continue;
    const image = await waiting.shift();
    if (image) yield image;
  }
  for (const started of waiting) {
    const image = await started;
    if (image) yield image;
  }
}
