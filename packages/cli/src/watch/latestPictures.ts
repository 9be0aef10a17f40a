import { rm } from 'node:fs/promises';
import type { Facts } from '@raremask/core';
import type { NamedTracker } from '@raremask/engine';
import { runFolder } from '@raremask/record';
import { collectOverlays, type OverlayCollector } from '@raremask/report';
import { scoredOverlay } from '../scoredOverlay.ts';

/** Pictures of each kind, of each validation. */
const PER_KIND = 4;

/** Pictures take at most one part in so many of a run's time: of small images, drawing may take longer than training. */
const REST = 50;

/**
 * Draws the worst and some good images of validations into the run folder, for who watches it: of the first one, and
 * of one that follows once the time since is enough.
 *
 * @param now in milliseconds
 */
export function latestPictures(facts: Facts, now = () => performance.now()): NamedTracker {
  let folder = '';
  let overlays: OverlayCollector | undefined;
  /** Of the validation that is going on, as its first image found it. */
  let isDrawn: boolean | undefined;
  let rested = Number.NEGATIVE_INFINITY;
  return {
    name: 'the pictures of the last validation',
    scored: (image, score) => {
      isDrawn ??= now() >= rested;
      if (!isDrawn) return;
      overlays ??= collectOverlays({ folder, perKind: PER_KIND, split: 'validation' });
      overlays.add(scoredOverlay(image, score, facts));
    },
    tracker: {
      start: (run) => {
        folder = runFolder(run.folder).latest;
      },
      event: async (event) => {
        if (event.type !== 'epoch') return;
        const seen = overlays;
        overlays = undefined;
        isDrawn = undefined;
        if (seen === undefined) return;
        const start = now();
        await seen.write(event.epoch);
        const end = now();
        rested = end + REST * (end - start);
      },
      // What was scored is drawn by then.
      end: async (outcome) => {
        if (outcome === 'finished') await rm(folder, { recursive: true, force: true });
      },
    },
  };
}
