import { describe, expect, test } from 'vitest';
import { IGNORE } from '../src/labels.ts';
import { type ScoreInput, scoreImage } from '../src/score.ts';

function exclusive(
  truth: readonly number[],
  predicted: readonly number[],
  size: readonly number[],
  classes = 2,
): ScoreInput {
  return {
    truth: Uint8Array.from(truth),
    predicted: Uint8Array.from(predicted),
    size,
    classes,
    overlapping: false,
  };
}

describe('scoreImage, exclusive classes', () => {
  test('counts hits, misses and alarms', () => {
    const { foreground } = scoreImage(
      'a',
      exclusive([1, 1, 0, 0, 0, 1], [1, 0, 1, 0, 1, 1], [2, 3]),
    );
    expect(foreground).toMatchObject({ pixels: 6, hits: 2, misses: 1, alarms: 2 });
  });

  test('a structure is found when one of its pixels is predicted', () => {
    // Truth: columns 0-1 and column 4. Predicted: column 1, and column 6 on its own.
    const { foreground } = scoreImage(
      'a',
      exclusive([1, 1, 0, 0, 1, 0, 0], [0, 1, 0, 0, 0, 0, 1], [1, 7]),
    );
    expect(foreground).toMatchObject({ structures: 2, structuresFound: 1, falseStructures: 1 });
  });

  test('a predicted component that touches truth with one pixel is not false', () => {
    const { foreground } = scoreImage('a', exclusive([1, 0, 0, 0], [1, 1, 1, 1], [1, 4]));
    expect(foreground).toMatchObject({ alarms: 3, falseStructures: 0 });
  });

  test('ignored pixels are neither hits nor misses nor alarms', () => {
    const { foreground } = scoreImage('a', exclusive([IGNORE, IGNORE, 1, 0], [1, 0, 0, 0], [1, 4]));
    expect(foreground).toMatchObject({ pixels: 2, hits: 0, misses: 1, alarms: 0 });
  });

  test('a predicted component that touches an ignored pixel has alarms but is not false', () => {
    const { foreground } = scoreImage(
      'a',
      exclusive([0, IGNORE, 0, 0, 0, 0], [1, 1, 0, 0, 0, 1], [1, 6]),
    );
    expect(foreground).toMatchObject({ alarms: 2, falseStructures: 1 });
  });

  test('a foreground class predicted as another one is a hit for any foreground', () => {
    const score = scoreImage('a', exclusive([1, 2, 0], [2, 2, 0], [1, 3], 3));
    expect(score.foreground).toMatchObject({ hits: 2, misses: 0, alarms: 0, structures: 1 });
    expect(score.classes[0]).toMatchObject({ hits: 0, misses: 1, alarms: 0 });
    expect(score.classes[1]).toMatchObject({ hits: 1, misses: 0, alarms: 1 });
  });

  test('volumes are scored whole: a structure runs through slices', () => {
    const truth = [1, 0, 0, 0, 1, 0, 0, 0];
    const score = scoreImage('a', exclusive(truth, [0, 0, 0, 0, 1, 0, 0, 0], [2, 2, 2]));
    expect(score.foreground).toMatchObject({ structures: 1, structuresFound: 1, misses: 1 });
  });
});

describe('scoreImage, overlapping classes', () => {
  test('each plane is a region of its own and the foreground is their union', () => {
    // Pixels: both, first, second, none.
    const truth = Uint8Array.of(1, 1, 1, 0, 0, 1, 0, 0);
    const predicted = Uint8Array.of(1, 0, 0, 0, 0, 1, 0, 1);
    const score = scoreImage('a', {
      truth,
      predicted,
      size: [1, 4],
      classes: 2,
      overlapping: true,
    });
    expect(score.classes[0]).toMatchObject({ hits: 1, misses: 1, alarms: 0 });
    expect(score.classes[1]).toMatchObject({ hits: 1, misses: 1, alarms: 1 });
    expect(score.foreground).toMatchObject({ hits: 2, misses: 1, alarms: 1 });
  });

  test('a pixel with a class is foreground whatever else is ignored, otherwise it is ignored', () => {
    const truth = Uint8Array.of(1, IGNORE, IGNORE, 1, 0, IGNORE, 0, 0);
    const predicted = Uint8Array.of(0, 0, 1, 0, 1, 1, 0, 0);
    const { foreground, classes, pixels } = scoreImage('a', {
      truth,
      predicted,
      size: [2, 2],
      classes: 2,
      overlapping: true,
    });
    expect(foreground).toMatchObject({ pixels: 3, hits: 1, misses: 1, alarms: 0 });
    expect(pixels).toBe(3);
    expect(classes.map((region) => region.pixels)).toEqual([3, 2]);
  });

  test('one class alone is the foreground', () => {
    const score = scoreImage('a', {
      truth: Uint8Array.of(1, 0),
      predicted: Uint8Array.of(1, 1),
      size: [1, 2],
      classes: 1,
      overlapping: true,
    });
    expect(score.classes).toEqual([score.foreground]);
  });
});

describe('scoreImage refuses', () => {
  test('a label outside the classes, with image, pixel and value', () => {
    expect(() =>
      scoreImage('slice_7', exclusive([0, 0, 0, 0, 7, 0], [0, 0, 0, 0, 0, 0], [2, 3])),
    ).toThrow(
      'slice_7: the truth has an unknown value at pixel [1, 1]. Expected: 0 to 1 or 255 (not scored). Got: 7.',
    );
  });

  test('IGNORE in a prediction', () => {
    expect(() => scoreImage('a', exclusive([0], [IGNORE], [1, 1]))).toThrow(
      expect.objectContaining({ code: 'RAREMASK_SCORE_LABEL' }),
    );
  });

  test('a prediction of another length', () => {
    expect(() => scoreImage('a', exclusive([0, 0], [0], [1, 2]))).toThrow(
      expect.objectContaining({ code: 'RAREMASK_SCORE_LENGTH' }),
    );
  });

  test('a task without a foreground class', () => {
    expect(() => scoreImage('a', exclusive([0], [0], [1, 1], 1))).toThrow(
      expect.objectContaining({ code: 'RAREMASK_SCORE_CLASSES' }),
    );
  });
});
