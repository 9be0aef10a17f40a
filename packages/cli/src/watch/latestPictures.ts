import { rm } from 'node:fs/promises';
import type { Facts } from '@raremask/core';
import type { NamedTracker } from '@raremask/engine';
import { runFolder } from '@raremask/record';
import { collectOverlays, type OverlayCollector } from '@raremask/report';
import { scoredOverlay } from '../scoredOverlay.ts';

/** Pictures of each kind, of each validation. */
const PER_KIND = 4;

/** Draws the worst and some good images of each validation into the run folder, for who watches it. */
export function latestPictures(facts: Facts): NamedTracker {
  let folder = '';
  let overlays: OverlayCollector | undefined;
  return {
    name: 'the pictures of the last validation',
    scored: (image, score) => {
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
        await seen?.write();
      },
      // What was scored is drawn by then.
      end: async (outcome) => {
        if (outcome === 'finished') await rm(folder, { recursive: true, force: true });
      },
    },
  };
}
