import { type Facts, firstForeground } from '@raremask/core';
import { type Batch, drawnBatch, product } from '../trial/batch.ts';

/** Pixels of the drawn structure: two rows of 8 in an image of [8, 8]; volumes have it in one slice. */
const STRUCTURE = Array.from({ length: 16 }, (_, at) => 16 + at);
const BACKGROUND = 40;

/** Pixels of an image of `mistaken` that are predicted wrong. */
export function wrongPixels(misses: number, alarms: number): readonly number[] {
  const alarmed = Array.from({ length: alarms }, (_, at) => BACKGROUND + at);
  return [...STRUCTURE.slice(0, misses), ...alarmed];
}

/** One image with a structure of the first foreground class: some of it missed, some false alarms. */
export function mistaken(facts: Facts, misses: number, alarms: number, margin: number): Batch {
  const first = firstForeground(facts);
  const size = facts.space === 2 ? [8, 8] : [2, 8, 8];
  const wrong = new Set(wrongPixels(misses, alarms));
  const structure = new Set(STRUCTURE);
  const pixels = Array.from({ length: product(size) }, (_, at) => at);
  const none = facts.overlapping ? -1 : 0;
  const truth = pixels.map((at) => (structure.has(at) ? first : none));
  const predicted = pixels.map((at) => (structure.has(at) !== wrong.has(at) ? first : none));
  const margins = pixels.map((at) => (wrong.has(at) ? margin : 3));
  const label =
    `a structure of 16 pixels, ${misses} missed, ${alarms} false alarms` +
    (misses + alarms > 0 ? `, wrong by logits of ${margin}` : '');
  return drawnBatch(label, facts, size, truth, predicted, margins);
}

/** Eight hits and six missed pixels; eight hits and six false alarms. Predicted with certainty. */
export function equalHits(facts: Facts): { missed: Batch; alarmed: Batch } {
  const first = firstForeground(facts);
  const size = facts.space === 2 ? [8, 8] : [2, 8, 8];
  const none = facts.overlapping ? -1 : 0;
  const pixels = Array.from({ length: product(size) }, (_, at) => at);
  const row = (count: number) => pixels.map((at) => (at >= 16 && at < 16 + count ? first : none));
  return {
    missed: drawnBatch('8 hits and 6 missed pixels', facts, size, row(14), row(8), 10),
    alarmed: drawnBatch('8 hits and 6 false alarms', facts, size, row(8), row(14), 10),
  };
}
