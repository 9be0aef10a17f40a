import { describe, expect, it } from 'vitest';
import {
  anyForeground,
  classMask,
  foregroundMask,
  IGNORE,
  isForeground,
  judgedMask,
  labelDepth,
} from '../src/labels.ts';

describe('labels of exclusive classes', () => {
  const shape = { overlapping: false, classes: { length: 3 } };
  const labels = Uint8Array.of(0, 1, 2, IGNORE, 1);

  it('are one class index a pixel', () => {
    expect(labelDepth(shape)).toBe(1);
    expect([...classMask(labels, 1, shape)]).toEqual([0, 1, 0, 0, 1]);
    expect([...judgedMask(labels, 2, shape)]).toEqual([0, 0, 1, 0, 0]);
  });

  it('are foreground but for the background and what is not judged', () => {
    expect([...foregroundMask(labels, shape)]).toEqual([0, 1, 1, 0, 1]);
    expect(anyForeground(Uint8Array.of(0, IGNORE), shape)).toBe(false);
    expect(anyForeground(Uint8Array.of(0, 2), shape)).toBe(true);
  });
});

describe('labels of overlapping classes', () => {
  const shape = { overlapping: true, classes: { length: 2 } };
  // Both, the first beside an unjudged one, none, the second.
  const labels = Uint8Array.of(1, 1, 1, IGNORE, 0, 0, 0, 1);

  it('are a yes or no for each class', () => {
    expect(labelDepth(shape)).toBe(2);
    expect([...classMask(labels, 0, shape)]).toEqual([1, 1, 0, 0]);
    expect([...classMask(labels, 1, shape)]).toEqual([1, 0, 0, 1]);
  });

  it('are judged where every class is', () => {
    expect([...judgedMask(labels, 0, shape)]).toEqual([1, 0, 0, 0]);
    expect([...foregroundMask(labels, shape)]).toEqual([1, 0, 0, 1]);
    expect(isForeground(labels, 1, shape)).toBe(false);
    expect(anyForeground(labels, shape)).toBe(true);
  });
});
